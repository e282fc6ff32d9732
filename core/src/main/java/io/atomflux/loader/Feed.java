package io.atomflux.loader;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.Store;
import io.atomflux.error.StoreChangedException;
import io.atomflux.value.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store that samples come from, looked at as rows of values.
 *
 * @param store the store, of whichever kind
 * @param rows its rows
 */
record Feed(Store<?> store, ObjectIO rows) {

    static Feed of(Store<?> store) {
        return new Feed(store, store.objects());
    }

    String name() {
        return store.name();
    }

    /**
     * Selects rows.
     *
     * @param positions ascending; may repeat
     * @param keys those to be read; null for all
     */
    RowView<Row> at(long[] positions, @Nullable List<String> keys) {
        boolean range = true;
        for (int i = 1; i < positions.length; i++) {
            range &= positions[i] == positions[i - 1] + 1;
        }
        RowView<Row> view =
                range ? rows.rows(positions[0], positions[positions.length - 1] + 1) : rows.rowsAt(positions);
        return keys == null ? view : view.columns(keys);
    }

    /** Completes if the store still has the rows of the epoch; signals that it changed if it does not. */
    Mono<Void> stillHas(long size, long slot) {
        return rows.size()
                .flatMap(now -> now < size ? Mono.error(StoreChangedException.underEpoch(name(), slot)) : Mono.empty());
    }
}
