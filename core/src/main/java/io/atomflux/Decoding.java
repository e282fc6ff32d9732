package io.atomflux;

import io.atomflux.adapter.Adapters;
import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** Decodes every cell of a store, and gathers what does not. */
final class Decoding<R extends KeyedRow<R>> {

    private static final int MOST_PROBLEMS = 1000;

    private final StoreCore<Row, Row> objects;

    Decoding(RowBackend<R> backend) {
        this.objects = new StoreCore<>(Adapters.objects(backend), RowMapping.OBJECTS);
    }

    /** Emits one sentence for each cell that fails, 1000 at most; an error that ends reading is the last one. */
    Flux<String> problems() {
        return objects.stream(Selection.ALL, Columns.ALL, false, (row, position) -> failures(row))
                .flatMapIterable(failures -> failures)
                .onErrorResume(AtomfluxException.class, failure -> Flux.just(String.valueOf(failure.getMessage())))
                .take(MOST_PROBLEMS);
    }

    private static List<String> failures(Row row) {
        List<String> failures = new ArrayList<>(0);
        for (int i = 0; i < row.size(); i++) {
            try {
                row.valueAt(i);
            } catch (AtomfluxException failure) {
                failures.add(String.valueOf(failure.getMessage()));
            }
        }
        return failures;
    }
}
