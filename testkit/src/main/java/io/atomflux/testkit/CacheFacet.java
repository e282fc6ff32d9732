package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.adapter.Adapters;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keeping the rows of another store, and being kept in one; part of {@link RowBackendContract}. */
abstract class CacheFacet<R extends KeyedRow<R>> extends Facet<R> {

    CacheFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    private boolean canKeep() {
        RowBackend<R> backend = open();
        if (has(Capability.APPEND, Capability.SET, Capability.DELETE, Capability.RESERVE)) {
            return true;
        }
        assertThat(failure(() -> Adapters.cached(open(place + "-source", Optional.empty()), backend, options())
                        .size()))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        return false;
    }

    private CacheOptions options() {
        return CacheOptions.defaults().withoutCheck();
    }

    private RowBackend<R> by() {
        return open(place + "-cache", Optional.empty());
    }

    private List<R> seeds(RowBackend<R> source) {
        List<R> expected = new ArrayList<>(rows(0, 5));
        get(source.apply(new Write.Append<>(expected)));
        expected.add(reserved());
        get(source.apply(new Write.Reserve<>(1)));
        if (source.capabilities().contains(Capability.EMPTY_ROWS)) {
            expected.add(emptyRow());
            get(source.apply(new Write.Append<>(List.of(emptyRow()))));
        }
        expected.add(contract.row(6));
        get(source.apply(new Write.Append<>(List.of(contract.row(6)))));
        return expected;
    }

    @Test
    @DisplayName(
            "rows are read from the source once, whatever is read how often: also reserved rows and rows without keys")
    final void keepsRows() {
        if (!canKeep()) {
            return;
        }
        WatchedBackend<R> source = new WatchedBackend<>(open());
        List<R> expected = seeds(open());
        int size = expected.size();
        RowBackend<R> cold = Adapters.cached(source, by(), options());
        assertThat(get(cold.size())).isEqualTo(size);
        assertThat(get(cold.get(2, Columns.ALL))).isEqualTo(expected.get(2));
        assertThat(get(cold.get(5, Columns.ALL)).isReserved()).isTrue();
        assertThat(read(cold, Selection.ALL.pick(4, -1, 0, 4)))
                .containsExactly(expected.get(4), expected.get(size - 1), expected.get(0), expected.get(4));
        assertThat(content(cold)).isEqualTo(expected);
        assertThat(source.rows).hasValue(size);
        RowBackend<R> warm = Adapters.cached(source, by(), options());
        int reads = source.reads.get();
        assertThat(content(warm)).isEqualTo(expected);
        List<R> reversed = new ArrayList<>(expected);
        Collections.reverse(reversed);
        assertThat(read(warm, Selection.ALL.slice(Slice.parse("::-1")))).isEqualTo(reversed);
        for (int i = 0; i < size; i++) {
            assertThat(get(warm.get(i - size, Columns.ALL))).isEqualTo(expected.get(i));
        }
        List<String> keys = expected.get(0).keys().subList(1, 2);
        assertThat(read(warm, ReadRequest.of(Selection.ALL, Columns.of(keys)), LARGE))
                .isEqualTo(expected.stream().map(row -> row.only(keys)).toList());
        assertThat(source.reads).hasValue(reads);
    }

    @Test
    @DisplayName("a source that changed is noticed, by a stream that runs too, and no old row is read afterwards")
    final void noticesChanges() {
        RowBackend<R> source = openWith(4);
        if (!canKeep() || !get(source.etag().hasElement())) {
            return;
        }
        RowBackend<R> cached = Adapters.cached(source, by(), CacheOptions.defaults());
        assertThat(read(cached, Selection.ALL.pick(0, 1))).isEqualTo(rows(0, 2));
        RowReader<R> running = cached.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        assertThat(get(running.next(1)).row(0)).isEqualTo(contract.row(0));
        get(source.apply(put(Selection.at(0), rows(9, 10))));
        assertThat(failure(() -> running.next(1).repeat(9).then())).isInstanceOf(StoreChangedException.class);
        run(running.close());
        assertThat(content(cached)).isEqualTo(content(source)).hasSize(4);
        get(open().apply(new Write.Append<>(rows(4, 6))));
        RowBackend<R> later = Adapters.cached(source, by(), CacheOptions.defaults());
        assertThat(content(later)).isEqualTo(content(source)).hasSize(6);
    }

    @Test
    @DisplayName("a store that holds other rows is refused and left alone")
    final void refusesOtherRows() {
        if (!canKeep()) {
            return;
        }
        RowBackend<R> source = openWith(3);
        RowBackend<R> by = by();
        get(by.apply(new Write.Append<>(rows(7, 9))));
        RowBackend<R> cached = Adapters.cached(source, by, options());
        assertThat(failure(cached::size)).isInstanceOf(ForeignDataException.class);
        assertThat(failure(() -> cached.get(0, Columns.ALL))).isInstanceOf(ForeignDataException.class);
        assertThat(content(by)).isEqualTo(rows(7, 9));
    }

    @Test
    @DisplayName("rows that are evicted are fetched again, and no others")
    final void evicts() {
        if (!canKeep()) {
            return;
        }
        WatchedBackend<R> source = new WatchedBackend<>(openWith(6));
        RowBackend<R> cached = Adapters.cached(source, by(), options());
        assertThat(content(cached)).isEqualTo(rows(0, 6));
        assertThat(get(cached.evict(Selection.ALL.pick(1, 4)))).isEqualTo(2);
        assertThat(content(cached)).isEqualTo(rows(0, 6));
        assertThat(source.rows).hasValue(8);
        get(by().apply(new Write.Clear<>()));
        assertThat(content(cached)).isEqualTo(rows(0, 6));
        int fetched = source.rows.get();
        assertThat(fetched).isGreaterThanOrEqualTo(14);
        assertThat(content(cached)).isEqualTo(rows(0, 6));
        assertThat(source.rows).hasValue(fetched);
    }
}
