package io.atomflux.mongo;

import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Change;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One stream: rows, and beside them the sort keys of the rows to come, in one round trip for each batch.
 *
 * <p>Each batch shows that the last row emitted still stands at its position, or that all changes since left the order as it
 * was; used by one thread at a time.
 */
final class AsebytesReader implements RowReader<Row> {

    private static final int FIRST_ROWS = 8;
    private static final int MOST_FIRST_ROWS = 1024;
    private static final int GUESSED_BYTES = 4096; // of a row, before one was seen
    private static final int MOST_ROWS = 4096;

    private final AsebytesRows rows;
    private final RowCodec codec;
    private final AsebytesOrder order;
    private final ReadRequest request;
    private @Nullable Positions positions;
    private long[] ahead = new long[0]; // sort keys of the rows from `done` on, as last seen
    private long done;
    private long lastId;
    private AsebytesOrder.@Nullable Mark mark;
    private int nextRows = FIRST_ROWS;

    AsebytesReader(AsebytesRows rows, RowCodec codec, AsebytesOrder order, ReadRequest request) {
        this.rows = rows;
        this.codec = codec;
        this.order = order;
        this.request = request;
    }

    @Override
    public Mono<Batch<Row>> next(long maxBytes) {
        return Mono.defer(() -> {
            if (request.snapshot()) {
                return Mono.error(() -> new UnsupportedStoreOperationException(
                        rows.store, "snapshot", "its streams read batch by batch"));
            }
            Positions all = positions;
            if (all == null) {
                return rows.columns.query(request.columns()).flatMap(query -> first(query, maxBytes, new long[0]));
            }
            return done == all.count() ? Mono.empty() : batch(all, maxBytes);
        });
    }

    /** Resolves the selection and reads the first rows, as of one moment: that of the metadata. */
    private Mono<Batch<Row>> first(AsebytesColumns.Query query, long maxBytes, long[] missed) {
        int most = (int) Math.max(FIRST_ROWS, Math.min(MOST_FIRST_ROWS, maxBytes / GUESSED_BYTES));
        return rows.index
                .resolve(request.selection(), Math.max(AsebytesIndex.PAGE, most))
                .flatMap(found -> first(query, maxBytes, missed, found, most));
    }

    private Mono<Batch<Row>> first(
            AsebytesColumns.Query query, long maxBytes, long[] missed, AsebytesIndex.Found found, int most) {
        Positions all = found.positions();
        int count = (int) Math.min(most, all.count());
        if (count == 0) {
            positions = all;
            return Mono.empty();
        }
        return rows.of(found, 0, count, query, maxBytes)
                .flatMap(fetched -> checked(all, fetched, 0, count))
                .map(fetched -> {
                    positions = all;
                    return emit(all, fetched, 0, count, query, maxBytes);
                })
                .onErrorResume(
                        AsebytesRows.TooMuch.class,
                        large -> first(query, maxBytes, missed, found, Math.max(1, count / 2)))
                .switchIfEmpty(Mono.defer(() -> Arrays.equals(missed, found.ids())
                        ? Mono.error(() -> rows.damaged(all, found, 0, count))
                        : first(query, maxBytes, found.ids())));
    }

    private Mono<Batch<Row>> batch(Positions all, long maxBytes) {
        int count = (int) Math.min(all.count() - done, nextRows);
        int before = done > 0 ? 1 : 0;
        int more = Math.max(AsebytesIndex.PAGE, 4 * count);
        long end = Math.min(all.count(), done + count + Math.min(more, MOST_ROWS));
        Positions window = all.part(done - before, end);
        long[] guess = new long[before + ahead.length];
        System.arraycopy(ahead, 0, guess, before, ahead.length);
        return rows.columns
                .query(request.columns())
                .flatMap(query -> rows.fetch(window, guess, before, before + count, query, maxBytes)
                        .flatMap(fetched -> checked(all, fetched, before, count))
                        .map(fetched -> emit(all, fetched, before, count, query, maxBytes)))
                .onErrorResume(AsebytesRows.TooMuch.class, large -> {
                    nextRows = Math.max(1, count / 2);
                    return batch(all, maxBytes);
                });
    }

    private Mono<AsebytesRows.Fetched> checked(Positions all, AsebytesRows.Fetched fetched, int before, int count) {
        for (int i = before; i < before + count; i++) {
            if (fetched.ids()[i] < 0) {
                long position = all.at(done + i - before);
                return Mono.error(() -> position < fetched.head().count()
                        ? rows.unlisted(position, fetched.head())
                        : new StoreChangedException(rows.store, done));
            }
        }
        AsebytesOrder.Mark known = mark;
        if (before == 0 || fetched.ids()[0] == lastId || known == null) {
            return Mono.just(fetched);
        }
        return order.isKept(known, fetched.head())
                .flatMap(kept -> kept ? Mono.just(fetched) : Mono.error(new StoreChangedException(rows.store, done)));
    }

    private Batch<Row> emit(
            Positions all,
            AsebytesRows.Fetched fetched,
            int before,
            int count,
            AsebytesColumns.Query query,
            long maxBytes) {
        List<Row> decoded = new ArrayList<>(count);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            Row row = query.decode(codec, AsebytesRows.document(fetched, i), all.at(done + i));
            bytes += row.byteSize();
            decoded.add(row);
        }
        Batch<Row> batch = Batch.of(decoded, all.part(done, done + count));
        done += count;
        lastId = fetched.ids()[before + count - 1];
        mark = AsebytesOrder.Mark.of(fetched.head());
        ahead = Arrays.copyOfRange(fetched.ids(), before + count, fetched.ids().length);
        long each = Math.max(1, bytes / count);
        nextRows = (int) Math.max(1, Math.min(MOST_ROWS, maxBytes / each));
        return batch;
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }

    /** Tells whether a kind of change leaves every row at its position. */
    static boolean keepsOrder(Change.Kind kind) {
        return switch (kind) {
            case APPENDED, REPLACED -> true;
            case INSERTED, DELETED, CLEARED, GAP -> false;
        };
    }
}
