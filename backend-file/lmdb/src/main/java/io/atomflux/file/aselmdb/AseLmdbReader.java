package io.atomflux.file.aselmdb;

import io.atomflux.error.StoreChangedException;
import io.atomflux.file.lmdb.SingleFile;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream of rows; each batch is one read transaction, unless all shall be one snapshot.
 *
 * <p>Which rows, and in which order, is settled by the first batch, as ids never change their order. Rows whose content was
 * replaced meanwhile show the new content; one that is gone ends the stream.
 */
final class AseLmdbReader implements BlockingReader<Row> {

    private static final int MOST_AT_ONCE = 1 << 12;

    private final AseLmdbStore store;
    private final SingleFile file;
    private final ReadRequest request;
    private final RowDecoder decoder;
    private SingleFile.@Nullable Held snapshot;
    private @Nullable Ids captured;
    private Positions positions = Positions.range(0, 0);
    private long done;
    private double inflation = 16; // bytes of a row for one of its compressed form; follows what was seen

    AseLmdbReader(AseLmdbStore store, SingleFile file, ReadRequest request, RowDecoder decoder) {
        this.store = store;
        this.file = file;
        this.request = request;
        this.decoder = decoder;
    }

    @Override
    public Optional<Batch<Row>> next(long maxBytes) throws IOException {
        if (captured != null && done == positions.count()) {
            return Optional.empty();
        }
        if (request.snapshot() && captured == null) {
            snapshot = file.hold();
        }
        SingleFile.Work<List<RowDecoder.Stored>> work = view -> copy(view, maxBytes);
        SingleFile.Held held = snapshot;
        List<RowDecoder.Stored> stored = held == null ? file.read(work) : held.read(done, work);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        List<Row> rows = decoder.rows(stored);
        long bytes = 0;
        long compressed = 0;
        int count = 0;
        while (count < rows.size() && (count == 0 || bytes < maxBytes)) {
            bytes += rows.get(count).byteSize();
            compressed += stored.get(count).bytes().length;
            count++;
        }
        inflation = Math.max(1, (double) bytes / Math.max(1, compressed));
        Positions part = positions.part(done, done + count);
        done += count;
        if (done == positions.count()) {
            dropSnapshot(); // nothing is left to read in it
        }
        return Optional.of(Batch.of(rows.subList(0, count), part));
    }

    private List<RowDecoder.Stored> copy(SingleFile.Snapshot view, long maxBytes) {
        Ids known = captured;
        Ids now = store.ids(view);
        if (known == null) {
            positions = request.selection().resolve(now.size(), store.name());
            captured = now;
            known = now;
        }
        List<RowDecoder.Stored> rows = new ArrayList<>();
        double expected = 0;
        for (long at = done; at < positions.count() && rows.size() < MOST_AT_ONCE; at++) {
            if (!rows.isEmpty() && expected >= maxBytes) {
                break;
            }
            long position = positions.at(at);
            long id = known.at(position);
            if (!now.isOfSameFile(known) || !now.isSameState(known) && !now.contains(id)) {
                if (rows.isEmpty()) {
                    throw new StoreChangedException(store.name(), done);
                }
                break; // give what was read; the next batch begins with the row that is gone
            }
            byte[] bytes = store.source().stored(view, id, position);
            rows.add(new RowDecoder.Stored(id, position, bytes));
            expected += bytes.length * inflation;
        }
        return rows;
    }

    private void dropSnapshot() {
        SingleFile.Held held = snapshot;
        if (held != null) {
            snapshot = null;
            held.close();
        }
    }

    @Override
    public void close() {
        dropSnapshot();
    }
}
