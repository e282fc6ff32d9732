package io.atomflux.hub;

import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One stream of rows. Ascending positions are read row group by row group; when the second batch is asked for, the row groups
 * to come are fetched ahead, as far as bytes and requests allow, so that taking one row costs no more than that.
 */
final class ParquetReader implements RowReader<Row> {

    /** A row group on the way of an ascending stream, with the position of its first row in the dataset. */
    private record Placed(Group group, long first) {}

    private record Arrived(Loaded loaded, long first) {}

    private static final int LONGEST_RUN = 1 << 12;

    private final ParquetEngine engine;
    private final ReadRequest request;
    private final ByteGate gate;
    private @Nullable Course course;
    private @Nullable ScatteredRows scattered;
    private @Nullable Arrived current;
    private @Nullable GroupRows rows;
    private @Nullable Puller<Arrived> rest;
    private long held;
    private long ordinal;
    private boolean begun;

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
        if (begun && rest == null && current != null) {
            rest = Puller.of(ahead(known, current));
        }
        Arrived now = current;
        if (now != null && known.at(ordinal) < now.first + now.loaded.group().rows()) {
            return decoded(known, now, maxBytes);
        }
        return arrival(known).flatMap(arrived -> {
            current = arrived;
            rows = arrived.loaded.rows();
            return decoded(known, arrived, maxBytes);
        });
    }

    private Mono<Arrived> arrival(Course known) {
        Puller<Arrived> following = rest;
        if (following != null) {
            release();
            return following.next().doOnNext(arrived -> held = arrived.loaded.bytes());
        }
        long position = known.at(ordinal);
        return engine.shards()
                .find(position)
                .flatMap(spot -> engine.kept(spot.group(), request.columns())
                        .map(loaded -> new Arrived(loaded, position - spot.row())));
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
                .flatMapSequential(this::fetched, engine.options().parallel(), 1);
    }

    private Mono<Arrived> fetched(Placed placed) {
        return Mono.defer(() -> {
            ParquetEngine.Planned planned = engine.plan(placed.group, request.columns());
            return gate.acquire(Loaded.bytes(planned.plan()))
                    .then(engine.load(planned))
                    .map(loaded -> new Arrived(loaded, placed.first));
        });
    }

    /** Reads rows of one row group until the bytes are reached, or it ends. */
    private Mono<Batch<Row>> decoded(Course known, Arrived from, long maxBytes) {
        return Mono.fromCallable(() -> {
                    GroupRows source = Objects.requireNonNull(rows);
                    long end = from.first + from.loaded.group().rows();
                    List<Row> batch = new ArrayList<>();
                    long begin = ordinal;
                    long bytes = 0;
                    while (bytes < maxBytes && known.has(ordinal) && known.at(ordinal) < end) {
                        source.skipTo(known.at(ordinal) - from.first);
                        for (Row row : source.read(run(known, end), maxBytes - bytes)) {
                            batch.add(row);
                            bytes += row.byteSize();
                            ordinal++;
                        }
                    }
                    begun = true;
                    return Batch.of(batch, known.part(begin, ordinal));
                })
                .subscribeOn(engine.decoding());
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
            Puller<Arrived> following = rest;
            if (following != null) {
                following.cancel();
            }
            gate.close();
        });
    }
}
