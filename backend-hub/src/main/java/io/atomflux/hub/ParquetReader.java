package io.atomflux.hub;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One stream of rows. Ascending positions are read row group by row group; from the third batch on the row groups to come
 * are fetched ahead, as far as bytes and requests allow. Who wants one row takes one batch, and has asked for the next by then;
 * that costs no request more.
 *
 * <p>What is closed are {@link #gate} and {@link #fetching}; all else is touched by the one batch being read only, which may
 * still be at work on another thread when it was cancelled and the stream is closed.
 */
final class ParquetReader implements RowReader<Row> {

    /** A row group on the way of an ascending stream, with the position of its first row in the dataset. */
    private record Placed(Group group, long first) {}

    /**
     * A row group that has come.
     *
     * @param whole its rows, if they were decoded while others were read
     */
    private record Arrived(Loaded loaded, long first, Optional<DecodedRows> whole, long bytes) {}

    /** A row group whose bytes have come, and whether to decode it before it is its turn. */
    private record Fetched(Arrived arrived, boolean whole) {}

    /** Up to this size, as the file tells it, a row group that was fetched ahead is decoded ahead as well. */
    private static final long SMALL = 8 << 20;

    /** What decoded values take of memory, times what the file says they take. */
    private static final int EXPANSION = 3;

    private static final int DECODERS = Runtime.getRuntime().availableProcessors();
    private static final int BATCHES_ALONE = 2;
    private static final int LONGEST_RUN = 1 << 12;

    /** So few rows are made of their values at once that these are still in the processor's cache. */
    private static final int AT_ONCE = 64;

    private final ParquetEngine engine;
    private final ReadRequest request;
    private final ByteGate gate;
    private final Disposable.Swap fetching = Disposables.swap(); // what is on its way, also if it begins too late
    private @Nullable Course course;
    private @Nullable ScatteredRows scattered;
    private @Nullable Arrived current;
    private @Nullable GroupRows rows;
    private @Nullable Puller<Arrived> rest;
    private long held;
    private long ordinal;
    private int batches;

    ParquetReader(ParquetEngine engine, ReadRequest request) {
        this.engine = engine;
        this.request = request;
        this.gate = new ByteGate(engine.options().readAhead(), Memory.SHARED);
    }

    @Override
    public Mono<Batch<Row>> next(long maxBytes) {
        return Mono.defer(() -> {
            if (request.snapshot()) {
                return Mono.error(new UnsupportedStoreOperationException(
                        engine.name(), "snapshot", "it need not be asked for, as the dataset is pinned to a commit"));
            }
            Course known = course;
            if (known != null) {
                return following(known, maxBytes);
            }
            return resolved().flatMap(found -> {
                course = found;
                if (!found.isAscending()) {
                    scattered = new ScatteredRows(engine, found, request.columns(), gate);
                }
                return following(found, maxBytes);
            });
        });
    }

    private Mono<Course> resolved() {
        Selection selection = request.selection();
        Optional<Course> endless = Course.endless(selection, engine.name());
        if (endless.isPresent()) {
            return Mono.just(endless.get());
        }
        Shards shards = engine.shards();
        return Mono.justOrEmpty(Course.fixed(selection, engine.name()))
                .flatMap(fixed -> shards.sizeUnlessBeyond(Course.largest(fixed))
                        .map(size -> size.isEmpty() ? fixed : selection.resolve(size.getAsLong(), engine.name())))
                .switchIfEmpty(Mono.defer(() -> shards.size().map(size -> selection.resolve(size, engine.name()))))
                .map(Course::of);
    }

    private Mono<Batch<Row>> following(Course known, long maxBytes) {
        if (!known.has(ordinal)) {
            return Mono.empty();
        }
        ScatteredRows elsewhere = scattered;
        if (elsewhere != null) {
            return elsewhere.next(maxBytes);
        }
        if (batches >= BATCHES_ALONE && rest == null && current != null) {
            Puller<Arrived> following = Puller.of(ahead(known, current));
            rest = following;
            fetching.update(following);
        }
        Arrived now = current;
        if (now != null && known.at(ordinal) < now.first + now.loaded.group().rows()) {
            return decoded(known, now, maxBytes);
        }
        return arrival(known).flatMap(arrived -> {
            current = arrived;
            rows = arrived.whole.isPresent() ? null : arrived.loaded.rows();
            return decoded(known, arrived, maxBytes);
        });
    }

    private Mono<Arrived> arrival(Course known) {
        Puller<Arrived> following = rest;
        if (following != null) {
            release();
            return following.next().doOnNext(arrived -> held = arrived.bytes);
        }
        long position = known.at(ordinal);
        return engine.shards()
                .find(position)
                .flatMap(spot -> engine.kept(spot.group(), request.columns())
                        .map(loaded -> new Arrived(loaded, position - spot.row(), Optional.empty(), 0)));
    }

    private void release() {
        current = null;
        rows = null;
        gate.release(held);
        held = 0;
    }

    /** Fetches the row groups after one that hold rows of the course, in order. */
    private Flux<Arrived> ahead(Course known, Arrived start) {
        long from = ordinal;
        return Flux.defer(() -> {
                    long[] next = {start.first + start.loaded.group().rows()};
                    return engine.shards().after(start.loaded.group()).map(group -> {
                        long first = next[0];
                        next[0] += group.rows();
                        return new Placed(group, first);
                    });
                })
                .takeWhile(placed -> known.has(known.ordinalFrom(from, placed.first)))
                .filter(placed -> known.at(known.ordinalFrom(from, placed.first)) < placed.first + placed.group.rows())
                .flatMapSequential(
                        placed -> fetched(placed, isDense(known, from, placed)),
                        engine.options().parallel(),
                        1)
                // Row groups that were decoded take more memory, so no more of them wait than processors can decode.
                .flatMapSequential(this::decodedAhead, DECODERS, 1);
    }

    /** Tells whether the course takes every row of a row group. */
    private static boolean isDense(Course known, long from, Placed placed) {
        long first = known.ordinalFrom(from, placed.first);
        long last = first + placed.group.rows() - 1;
        return known.has(last)
                && known.at(first) == placed.first
                && known.at(last) == placed.first + placed.group.rows() - 1;
    }

    private Mono<Fetched> fetched(Placed placed, boolean dense) {
        return Mono.defer(() -> {
            ParquetEngine.Planned planned = engine.plan(placed.group, request.columns());
            long decoded = EXPANSION * planned.plan().uncompressedBytes();
            boolean whole = dense && decoded <= Math.min(SMALL, engine.options().readAhead() / 4);
            long bytes = Loaded.bytes(planned.plan()) + (whole ? decoded : 0);
            return gate.acquire(bytes)
                    .then(engine.load(planned))
                    .map(loaded -> new Fetched(new Arrived(loaded, placed.first, Optional.empty(), bytes), whole));
        });
    }

    private Mono<Arrived> decodedAhead(Fetched fetched) {
        Arrived plain = fetched.arrived;
        return fetched.whole
                ? Decoding.call(
                                engine.name(),
                                engine.decoding(),
                                () -> new Arrived(
                                        plain.loaded, plain.first, Optional.of(all(plain.loaded)), plain.bytes))
                        // Read row by row it fails again, but where the failure is.
                        .onErrorReturn(AtomfluxException.class, plain)
                : Mono.just(plain);
    }

    private static DecodedRows all(Loaded loaded) {
        DecodedRows all = new DecodedRows();
        for (GroupRows rows = loaded.rows(); !rows.isDone(); ) {
            rows.read(AT_ONCE, Long.MAX_VALUE, all::add);
        }
        return all;
    }

    /** Reads rows of one row group until the bytes are reached, or it ends. */
    private Mono<Batch<Row>> decoded(Course known, Arrived from, long maxBytes) {
        if (from.whole.isPresent()) {
            return Mono.just(taken(known, from, from.whole.get(), maxBytes));
        }
        return Decoding.call(engine.name(), engine.decoding(), () -> {
            GroupRows source = Objects.requireNonNull(rows);
            long end = from.first + from.loaded.group().rows();
            DecodedRows batch = new DecodedRows();
            long begin = ordinal;
            while (batch.bytes() < maxBytes && known.has(ordinal) && known.at(ordinal) < end) {
                source.skipTo(known.at(ordinal) - from.first);
                source.read(run(known, end), maxBytes - batch.bytes(), batch::add);
                ordinal = begin + batch.size();
            }
            batches++;
            return batch.batch(0, batch.size(), known.part(begin, ordinal));
        });
    }

    /** Takes rows of a row group that all are wanted. */
    private Batch<Row> taken(Course known, Arrived from, DecodedRows all, long maxBytes) {
        int start = (int) (known.at(ordinal) - from.first);
        int end = all.endOf(start, maxBytes);
        long begin = ordinal;
        ordinal += end - start;
        return all.batch(start, end, known.part(begin, ordinal));
    }

    /** Counts the positions from the next one on that follow each other without gap. */
    private int run(Course known, long end) {
        int most = (int) Math.min(LONGEST_RUN, end - known.at(ordinal));
        int run = 1;
        while (run < most && known.has(ordinal + run) && known.at(ordinal + run) == known.at(ordinal) + run) {
            run++;
        }
        return run;
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> {
            fetching.dispose();
            gate.close();
        });
    }
}
