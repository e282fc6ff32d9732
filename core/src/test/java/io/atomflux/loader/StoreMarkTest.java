package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StoreMarkTest {

    private static final Row FIRST = Row.of("calc.energy", -10.5, "arrays.numbers", NdArray.of(new long[] {8, 1, 1}));
    private static final Row LAST = Row.of("calc.energy", Double.NaN, "info.tag", "ü");

    private static String mark(long rows, Row... stored) {
        ListBackend backend = new ListBackend();
        backend.rows = List.of(stored);
        ObjectIO store = ObjectIO.of(backend);
        String mark = String.valueOf(StoreMark.of(store, rows).block());
        store.close().block();
        return mark;
    }

    @Test
    @DisplayName("a store is recognised by its first and last row, and how many rows there are, on any machine")
    void isTheSameEverywhere() {
        assertThat(mark(2, FIRST, LAST)).isEqualTo("c0ab45e3a9d6f65f").isEqualTo(mark(2, FIRST, LAST, LAST));
        assertThat(mark(3, FIRST, LAST, LAST)).isNotEqualTo(mark(2, FIRST, LAST));
        assertThat(mark(3, FIRST, FIRST, LAST)).isEqualTo(mark(3, FIRST, LAST, LAST));
        assertThat(mark(2, LAST, FIRST)).isNotEqualTo(mark(2, FIRST, LAST));
        assertThat(mark(1, FIRST)).isNotEqualTo(mark(1, LAST));
    }

    @Test
    @DisplayName("no rows have an empty mark, a reserved row has one")
    void emptyAndReserved() {
        assertThat(mark(0)).isEmpty();
        assertThat(mark(0, FIRST)).isEmpty();
        assertThat(mark(1, Row.reserved())).hasSize(16).isNotEqualTo(mark(1, Row.empty()));
    }
}
