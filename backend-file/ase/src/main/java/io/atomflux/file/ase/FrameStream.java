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
import org.jspecify.annotations.Nullable;

/**
 * A running stream of frames.
 *
 * <p>It keeps the file it began with, so it shows the rows of that moment also when the store is rewritten meanwhile;
 * only a program that overwrites the file in place ends it with {@link StoreChangedException}. When all rows are wanted
 * it parses as it scans, without counting them first.
 */
final class FrameStream implements BlockingReader<Row> {

    private final ExtxyzStore store;
    private final FrameFile file;
    private final FrameReader frames;
    private final @Nullable Positions positions;
    private final long limit;
    private long done;

    /**
     * Starts a stream.
     *
     * @param positions which frames, or null for all there are now
     */
    FrameStream(ExtxyzStore store, FrameFile file, @Nullable Positions positions, Columns columns) {
        this.store = store;
        this.file = file;
        this.frames = new FrameReader(file, columns);
        this.positions = positions;
        this.limit = file.limit();
    }

    @Override
    public Optional<Batch<Row>> next(long maxBytes) throws IOException {
        store.look();
        if (file.isOverwritten()) {
            throw new StoreChangedException(store.name(), done);
        }
        Positions wanted = positions;
        if (wanted == null) {
            wanted = Positions.range(0, done + ahead(maxBytes));
        }
        if (done == wanted.count()) {
            return Optional.empty();
        }
        List<Row> rows = new ArrayList<>();
        int read;
        try {
            read = frames.read(wanted, done, maxBytes, rows);
        } catch (EOFException e) {
            throw new StoreChangedException(store.name(), done); // cut since it was looked at
        }
        Positions part = wanted.part(done, done + read);
        done += read;
        return Optional.of(Batch.of(rows, part));
    }

    /** Returns how many frames from here on are there for the next batch; only those there when the stream began. */
    private int ahead(long maxBytes) throws IOException {
        int next = (int) done;
        if (!file.has(next) || file.start(next + 1) > limit) {
            return 0;
        }
        int fit = file.fitting(next, 4096, maxBytes);
        while (fit > 1 && file.start(next + fit) > limit) {
            fit--;
        }
        return fit;
    }

    @Override
    public void close() throws IOException {
        file.releaseByStream();
    }
}
