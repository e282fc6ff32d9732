package io.atomflux.file.columnar;

import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream of rows, batch by batch, each of one state of the file.
 *
 * <p>When the file changed between two batches, the last row of the one before is read once more: if it no longer stands
 * where it stood, or the rows to come are gone, the store has changed under the stream.
 */
final class ColumnarReader implements BlockingReader<Row> {

    private static final int MOST_ROWS = 1 << 20;
    private static final int MOST_ARRAYS = 8;
    private static final long LEAST_KEPT = 8L << 20;

    private final ColumnarFile file;
    private final Selection selection;
    private final Columns columns;
    private @Nullable Positions resolved;
    private long state;
    private long done;
    private long bytesSeen;
    private @Nullable Row last;
    private Map<ChunkKey, CachedChunk> ends = Map.of();

    /** Takes what to read; the rows are those of the state in which the first batch is read. */
    ColumnarReader(ColumnarFile file, Selection selection, Columns columns) {
        this.file = file;
        this.selection = selection;
        this.columns = columns;
    }

    @Override
    public Optional<Batch<Row>> next(long maxBytes) throws IOException {
        Positions known = resolved;
        if (known != null && done == known.count()) {
            return Optional.empty();
        }
        return file.reading(Math.max(LEAST_KEPT, 4 * maxBytes), (now, chunks) -> {
            Positions positions =
                    known != null ? known : selection.resolve(now.frames().size(), file.name());
            if (known != null && now.number() == state) {
                chunks.takeOver(ends);
            } else if (known != null) {
                requireUnmoved(now, chunks, positions);
            }
            Positions part = positions.part(done, Math.min(positions.count(), done + rowsFor(now, maxBytes)));
            Optional<Batch<Row>> batch = part.count() == 0 ? Optional.empty() : Optional.of(batch(now, chunks, part));
            if (batch.isPresent()) {
                last = now.frames()
                        .read(chunks, part.part(part.count() - 1, part.count()), columns)
                        .get(0);
                bytesSeen += batch.get().byteSize();
            }
            ends = chunks.ends();
            done += part.count();
            resolved = positions;
            state = now.number();
            return batch;
        });
    }

    private long rowsFor(State now, long maxBytes) {
        long described = now.frames().bytesPerRow(columns);
        long each = Math.max(1, Math.max(described, done == 0 ? 0 : bytesSeen / done));
        return Math.max(1, Math.min(MOST_ROWS, maxBytes / each));
    }

    private void requireUnmoved(State now, Chunks chunks, Positions positions) throws IOException {
        long size = now.frames().size();
        for (long i = done; i < positions.count(); i++) {
            if (positions.at(i) >= size) {
                throw new StoreChangedException(file.name(), done);
            }
            if (positions.isRange()) {
                i = Math.max(i, positions.count() - 2); // the last one is the largest
            }
        }
        Row expected = last;
        if (expected != null) {
            Row there = now.frames()
                    .read(chunks, positions.part(done - 1, done), columns)
                    .get(0);
            if (!there.equals(expected)) {
                throw new StoreChangedException(file.name(), done);
            }
        }
    }

    private ColumnarBatch batch(State now, BatchChunks chunks, Positions part) throws IOException {
        Map<String, NdArray> arrays = arrays(now, chunks, part);
        if (!arrays.isEmpty() && chunks.keptAll()) {
            BatchChunks sealed = chunks.sealed();
            long bytes = 64 * part.count();
            for (NdArray array : arrays.values()) {
                bytes += array.byteSize();
            }
            return ColumnarBatch.of(
                    file.name(), part, arrays, () -> now.frames().read(sealed, part, columns), bytes);
        }
        List<Row> rows = now.frames().read(chunks, part, columns);
        return ColumnarBatch.of(file.name(), part, rows, arrays);
    }

    /** Returns all the columns asked for as arrays, or none. */
    private Map<String, NdArray> arrays(State now, Chunks chunks, Positions part) throws IOException {
        List<String> keys = columns.keys().orElse(List.of());
        Map<String, NdArray> arrays = new HashMap<>();
        if (keys.size() > MOST_ARRAYS) {
            return arrays;
        }
        for (String key : keys) {
            Optional<NdArray> array = now.frames().stacked(chunks, part, key);
            if (array.isEmpty()) {
                return Map.of();
            }
            arrays.put(key, array.get());
        }
        return arrays;
    }

    @Override
    public void close() {}
}
