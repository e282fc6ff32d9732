package io.atomflux.redis;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.BlobRow;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * One stream of rows: each batch is one script, and the scripts of the next ones are on their way while it is emitted, as
 * many as fit into what a batch may hold.
 *
 * <p>Positions are resolved for the size the first batch saw. Each batch tells the sort key at the position before it, in
 * its own moment: if that is not the row emitted last, the rows have moved.
 *
 * <p>What is closed is {@link #running}; all else is touched by the one batch being read only, which may still be at work on
 * another thread when it was cancelled and the stream is closed.
 */
final class RedisReader implements RowReader<BlobRow> {

    private static final byte[] NONE = {};

    /** A size to resolve forward selections with before any is known. */
    private static final long UNKNOWN_SIZE = 1L << 60;

    private static final int MOST_ATTEMPTS = 50;

    /** Places of one script that lie far apart: the server walks to each through the list, for some microseconds. */
    private static final int MOST_SCATTERED = 128;

    /** The step up to which evenly spaced positions are read as one range of the list; {@code read.lua} has the same. */
    private static final int NEAR = 8;

    /** The gap up to which listed positions, if they ascend, are read as one range of the list; as in {@code read.lua}. */
    private static final int SMALL_GAP = 16;

    /** Enough to keep the connection busy while replies are decoded. */
    private static final int MOST_AHEAD = 8;

    /** Positions that were asked for. */
    private record Window(long from, long to, CompletableFuture<Rows> reply, Disposable asking) {}

    private final RedisRows rows;
    private final ReadRequest request;
    private final RedisRows.Wanted wanted;
    private final Limits limits;
    private final ArrayDeque<Window> ahead = new ArrayDeque<>();
    private final Disposable.Composite running = Disposables.composite(); // of those ahead, also if asked for too late
    private @Nullable Positions positions;
    private long done;
    private long asked;
    private byte[] last = NONE;
    private long bytesSeen;

    RedisReader(RedisRows rows, ReadRequest request) {
        this.rows = rows;
        this.request = request;
        this.wanted = rows.wanted(request.columns());
        this.limits = rows.limits();
    }

    @Override
    public Mono<Batch<BlobRow>> next(long maxBytes) {
        return Mono.defer(() -> {
            if (request.snapshot()) {
                return Mono.error(new UnsupportedStoreOperationException(
                        rows.name(), "snapshot", "Redis keeps no older states; each batch is one moment"));
            }
            Positions known = positions;
            if (known == null) {
                long guess = rows.sizeSeen();
                return first(guess > 0 ? guess : UNKNOWN_SIZE, maxBytes, 0);
            }
            return done == known.count() ? Mono.empty() : following(known, maxBytes);
        });
    }

    /** Reads for a guessed size, which the reply confirms or corrects. */
    private Mono<Batch<BlobRow>> first(long guess, long maxBytes, int attempts) {
        Positions known = begin(guess);
        Positions forward = begin(UNKNOWN_SIZE); // goes on where the store has grown since
        Positions part = attempts == 0 && startsWith(forward, known) ? forward : known;
        return rows.read(text(part), bytes(maxBytes), wanted, NONE).flatMap(reply -> {
            Positions resolved = request.selection().resolve(reply.size, rows.name());
            int got = reply.rows.length;
            boolean right = got <= resolved.count()
                    && (got > 0 || resolved.count() == 0)
                    && Arrays.equals(
                            part.part(0, got).toArray(), resolved.part(0, got).toArray());
            if (!right) {
                return attempts == MOST_ATTEMPTS
                        ? Mono.error(new StoreBusyException(
                                rows.name(), "others keep changing its size while this stream begins", null))
                        : first(reply.size, maxBytes, attempts + 1);
            }
            positions = resolved;
            asked = got;
            return got == 0 ? Mono.empty() : Mono.just(taken(resolved, reply));
        });
    }

    /** Finds the first positions for a size. */
    private Positions begin(long size) {
        try {
            Positions all = request.selection().resolve(size, rows.name());
            return near(all.part(0, Math.min(all.count(), limits.readRows())));
        } catch (RowOutOfBoundsException tooSmall) { // is told with the true size, if that is too small as well
            return Positions.range(0, 0);
        }
    }

    private static boolean startsWith(Positions all, Positions start) {
        return start.count() <= all.count()
                && Arrays.equals(all.part(0, start.count()).toArray(), start.toArray());
    }

    private Mono<Batch<BlobRow>> following(Positions known, long maxBytes) {
        prefetch(known, maxBytes);
        Window window = ahead.element();
        return Mono.fromFuture(window.reply, true).flatMap(reply -> {
            running.remove(ahead.remove().asking);
            if (reply.rows.length == 0 || !Arrays.equals(reply.before, last)) {
                cancelAhead();
                return Mono.error(new StoreChangedException(rows.name(), done));
            }
            long end = window.from + reply.rows.length;
            if (end < window.to) { // the rest did not fit
                ahead.addFirst(ask(known, end, window.to, maxBytes));
            }
            return Mono.just(taken(known, reply));
        });
    }

    private Batch<BlobRow> taken(Positions known, Rows reply) {
        Positions part = known.part(done, done + reply.rows.length);
        done += reply.rows.length;
        last = reply.last;
        bytesSeen += reply.byteSize();
        return reply.batch(part);
    }

    /** Has as many scripts on their way as one batch of the size allowed could hold. */
    private void prefetch(Positions known, long maxBytes) {
        long perScript = bytes(maxBytes);
        long each = Math.max(1, bytesSeen / Math.max(1, done));
        long fitting = Math.max(1, Math.min(limits.readRows(), perScript * 7 / 8 / each));
        long most = Math.max(1, Math.min(MOST_AHEAD, maxBytes / Math.max(1, Math.min(perScript, fitting * each))));
        while (asked < known.count() && ahead.size() < most) {
            long end = asked
                    + near(known.part(asked, Math.min(known.count(), asked + fitting)))
                            .count();
            ahead.add(ask(known, asked, end, maxBytes));
            asked = end;
        }
    }

    private Window ask(Positions known, long from, long to, long maxBytes) {
        byte[] before = Layout.bytes(known.at(from - 1));
        CompletableFuture<Rows> reply = new CompletableFuture<>();
        Disposable.Swap asking = Disposables.swap();
        Window window = new Window(from, to, reply, () -> {
            asking.dispose();
            reply.cancel(true);
        });
        if (running.add(window.asking)) {
            asking.update(rows.read(text(known.part(from, to)), bytes(maxBytes), wanted, before)
                    .subscribe(reply::complete, reply::completeExceptionally));
        }
        return window;
    }

    private long bytes(long maxBytes) {
        return Math.max(1, Math.min(maxBytes, limits.readBytes()));
    }

    /** Cuts positions that lie at too many places. */
    private static Positions near(Positions part) {
        if (part.count() <= MOST_SCATTERED) {
            return part;
        }
        long[] list = part.toArray();
        long step = step(list);
        if (step != 0) {
            return Math.abs(step) <= NEAR ? part : part.part(0, MOST_SCATTERED);
        }
        int places = 1;
        for (int i = 1; i < list.length; i++) {
            long gap = list[i] - list[i - 1];
            if (gap <= 0 || gap > SMALL_GAP) {
                places++;
            }
            if (places > MOST_SCATTERED) {
                return part.part(0, i);
            }
        }
        return part;
    }

    /** Tells by how much positions, at least two, grow from each to the next; 0 if unevenly. */
    private static long step(long[] list) {
        long step = list[1] - list[0];
        for (int i = 2; i < list.length; i++) {
            if (list[i] - list[i - 1] != step) {
                return 0;
            }
        }
        return step;
    }

    /** Writes positions as {@code read.lua} takes them. */
    private static byte[] text(Positions part) {
        long[] list = part.toArray();
        if (list.length == 0) {
            return Layout.bytes("0 1 0");
        }
        long step = list.length == 1 ? 1 : step(list);
        if (step != 0) {
            return Layout.bytes(list[0] + " " + step + " " + list.length);
        }
        byte[] packed = Pack.numbers(list);
        byte[] marked = new byte[packed.length + 1];
        marked[0] = 'l';
        System.arraycopy(packed, 0, marked, 1, packed.length);
        return marked;
    }

    private void cancelAhead() {
        ahead.forEach(window -> {
            running.remove(window.asking);
            window.asking.dispose();
        });
        ahead.clear();
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(running::dispose);
    }
}
