package io.atomflux.file.ase;

import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A running stream of frames of a trajectory.
 *
 * <p>It keeps the file it began with, so it shows the rows of that moment also when the store is rewritten meanwhile; only a
 * program that overwrites the file in place ends it with {@link StoreChangedException}.
 */
final class TrajStream implements BlockingReader<Row> {

    private final TrajStore store;
    private final TrajFile file;
    private final TrajReader frames;
    private final Positions positions;
    private long done;

    TrajStream(TrajStore store, TrajFile file, Positions positions, Columns columns) {
        this.store = store;
        this.file = file;
        this.frames = new TrajReader(file, columns);
        this.positions = positions;
    }

    @Override
    public Optional<Batch<Row>> next(long maxBytes) throws IOException {
        if (done == positions.count()) {
            return Optional.empty();
        }
        store.look();
        if (file.isOverwritten()) {
            throw new StoreChangedException(store.name(), done);
        }
        List<Row> rows = new ArrayList<>();
        int read;
        try {
            read = frames.read(positions, done, maxBytes, rows);
        } catch (EOFException e) {
            throw new StoreChangedException(store.name(), done); // cut since it was looked at
        }
        Positions part = positions.part(done, done + read);
        done += read;
        return Optional.of(Batch.of(rows, part));
    }

    @Override
    public void close() throws IOException {
        file.release();
    }
}
