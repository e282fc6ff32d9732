package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The rows of another store, each of which is asked for by a request of its own. */
record SlowRows(ObjectIO store, AtomicInteger requests) implements BlockingRowBackend<Row> {

    SlowRows(AtomsIO store, AtomicInteger requests) {
        this(store.objects(), requests);
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public long size() {
        return Objects.requireNonNull(store.size().block());
    }

    @Override
    public Optional<String> etag() {
        return store.etag().blockOptional();
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) {
        requests.addAndGet((int) positions.count());
        return Objects.requireNonNull(
                store.rowsAt(positions.toArray()).collectList().block());
    }

    @Override
    public void close() {
        store.close().block();
    }
}
