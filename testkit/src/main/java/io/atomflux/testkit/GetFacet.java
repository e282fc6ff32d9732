package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Reading one row; part of {@link RowBackendContract}. */
abstract class GetFacet<R extends KeyedRow<R>> extends Facet<R> {

    GetFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    @Test
    @DisplayName("blocking a thread of Reactor is detected in these tests")
    final void guardWorks() {
        BlockHoundGuard.prove();
    }

    @Test
    @DisplayName("get reads by position, and by negative index from the end")
    final void getsByIndex() {
        RowBackend<R> backend = openWith(12);
        assertThat(get(backend.size())).isEqualTo(12);
        for (int i = 0; i < 12; i++) {
            assertThat(get(backend.get(i, Columns.ALL))).isEqualTo(contract.row(i));
            assertThat(get(backend.get(i - 12, Columns.ALL))).isEqualTo(contract.row(i));
        }
    }

    @Test
    @DisplayName("get beyond either end names index and size")
    final void getOutOfBounds() {
        RowBackend<R> backend = openWith(3);
        for (long index : new long[] {3, 4, 103, -4, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(failure(() -> backend.get(index, Columns.ALL)))
                    .isInstanceOfSatisfying(RowOutOfBoundsException.class, error -> {
                        assertThat(error.index()).isEqualTo(index);
                        assertThat(error.size()).isEqualTo(3);
                    });
        }
    }

    @Test
    @DisplayName(
            "how many neighbouring rows are read together is told the same by every handle, within its bounds, also without rows")
    final void blockRows() {
        for (int count : new int[] {0, 12}) {
            RowBackend<R> backend = openWith(count);
            Optional<Integer> rows = blockRows(backend);
            rows.ifPresent(found -> assertThat(found).isBetween(1, RowBackend.MOST_BLOCK_ROWS));
            assertThat(blockRows(backend)).isEqualTo(rows);
            assertThat(blockRows(open())).isEqualTo(rows);
        }
    }

    private static Optional<Integer> blockRows(RowBackend<?> backend) {
        return get(backend.blockRows().map(Optional::of).defaultIfEmpty(Optional.empty()));
    }

    @Test
    @DisplayName("a store without rows has size 0 and no row")
    final void emptyStore() {
        RowBackend<R> backend = openWith(0);
        assertThat(get(backend.size())).isZero();
        assertThat(content(backend)).isEmpty();
        assertThat(failure(() -> backend.get(0, Columns.ALL))).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(failure(() -> backend.get(-1, Columns.ALL))).isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName("get with keys reads those the row has, and no others")
    final void getsColumns() {
        RowBackend<R> backend = openWith(4);
        R row = contract.row(2);
        List<String> wanted = new ArrayList<>(List.of(
                row.keys().get(row.size() - 1), "info.of.no.row", row.keys().get(0)));
        assertThat(get(backend.get(2, Columns.of(wanted)))).isEqualTo(row.only(wanted));
        assertThat(get(backend.get(-2, Columns.of(List.of("info.of.no.row")))))
                .isEqualTo(emptyRow())
                .isNotEqualTo(reserved());
    }

    @Test
    @DisplayName("get without keys reads no values, never all of them")
    final void getsNoColumns() {
        RowBackend<R> backend = openWith(2);
        R nothing = get(backend.get(1, Columns.of(List.of())));
        assertThat(nothing.keys()).isEmpty();
        assertThat(nothing.isReserved()).isFalse();
        assertThat(failure(() -> backend.get(2, Columns.of(List.of())))).isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName("a reserved row is there, has no keys, and says that it is reserved, whatever keys are asked for")
    final void getsReserved() {
        if (!offers(Capability.RESERVE, backend -> backend.apply(new Write.Reserve<>(2)))) {
            return;
        }
        RowBackend<R> backend = openWith(1);
        assertThat(get(backend.apply(new Write.Reserve<>(2)))).isEqualTo(3);
        assertThat(get(backend.apply(new Write.Append<>(List.of(contract.row(3))))))
                .isEqualTo(4);
        assertThat(content(backend)).containsExactly(contract.row(0), reserved(), reserved(), contract.row(3));
        for (Columns columns : List.of(
                Columns.ALL, Columns.of(List.of()), Columns.of(contract.row(0).keys()))) {
            assertThat(get(backend.get(1, columns)).isReserved())
                    .as("%s of row 1", columns)
                    .isTrue();
            assertThat(get(backend.get(-2, columns))).isEqualTo(reserved());
        }
        assertThat(get(backend.apply(new Write.Reserve<>(0)))).isEqualTo(4);
    }

    @Test
    @DisplayName("every value the format can hold comes back equal")
    final void keepsEveryValue() {
        List<R> rows =
                contract.specialRows().stream().filter(contract::representable).toList();
        RowBackend<R> backend = open();
        get(backend.apply(new Write.Append<>(rows)));
        List<R> read = content(backend);
        assertThat(read).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(read.get(i)).as("streamed row %d", i).isEqualTo(rows.get(i));
            assertThat(get(backend.get(i, Columns.ALL))).as("row %d", i).isEqualTo(rows.get(i));
            assertThat(get(backend.get(i, Columns.of(rows.get(i).keys()))))
                    .as("columns of row %d", i)
                    .isEqualTo(rows.get(i));
        }
    }

    @Test
    @DisplayName("a row without keys is kept apart from a reserved one, or refused")
    final void emptyRows() {
        RowBackend<R> backend = openWith(1);
        Mono<Long> append = backend.apply(new Write.Append<>(List.of(emptyRow(), contract.row(1))));
        if (backend.capabilities().contains(Capability.EMPTY_ROWS)) {
            assertThat(get(append)).isEqualTo(3);
            assertThat(content(backend)).containsExactly(contract.row(0), emptyRow(), contract.row(1));
        } else {
            refused(io.atomflux.error.AtomfluxException.class, () -> append);
            assertThat(content(backend)).containsExactly(contract.row(0));
        }
    }

    @Test
    @DisplayName("each subscription looks anew")
    final void looksAnew() {
        RowBackend<R> backend = openWith(2);
        Mono<Long> size = backend.size();
        Mono<R> last = backend.get(-1, Columns.ALL);
        assertThat(get(size)).isEqualTo(2);
        assertThat(get(last)).isEqualTo(contract.row(1));
        get(backend.apply(new Write.Append<>(rows(2, 5))));
        assertThat(get(size)).isEqualTo(5);
        assertThat(get(last)).isEqualTo(contract.row(4));
    }
}
