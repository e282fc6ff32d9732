package io.atomflux.hub;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One stream of rows of JSON lines: ascending positions in one pass; others as many at once as fit into a batch, in one pass
 * where they are close together.
 *
 * <p>All fields but one are touched by the one batch being read only: it may still be at work on another thread when it was
 * cancelled and the stream is closed.
 */
final class LinesReader implements RowReader<Row> {

    private static final int FIRST_ROWS = 8;
    private static final int MOST_ROWS = 4096;
    private static final int CLOSE = 16;

    private final LinesEngine engine;
    private final ReadRequest request;
    private final Disposable.Swap passes = Disposables.swap(); // what closing ends, also if it begins too late
    private @Nullable Course course;
    private @Nullable LineScan scan;
    private long ordinal;
    private long bytesSeen;

    LinesReader(LinesEngine engine, ReadRequest request) {
        this.engine = engine;
        this.request = request;
    }

    @Override
    public Mono<Batch<Row>> next(long maxBytes) {
        return Mono.defer(() -> {
            Course known = course;
            return known != null
                    ? following(known, maxBytes)
                    : resolved().doOnNext(found -> course = found).flatMap(found -> following(found, maxBytes));
        });
    }

    private Mono<Course> resolved() {
        Optional<Course> endless = Course.endless(request.selection(), engine.name());
        return endless.isPresent()
                ? Mono.just(endless.get())
                : engine.size().map(size -> Course.of(request.selection().resolve(size, engine.name())));
    }

    private Mono<Batch<Row>> following(Course known, long maxBytes) {
        if (!known.has(ordinal)) {
            return Mono.empty();
        }
        return known.isAscending() ? passing(known, maxBytes) : picked(known, maxBytes);
    }

    private Mono<Batch<Row>> passing(Course known, long maxBytes) {
        LineScan running = scan;
        if (running == null) {
            running = new LineScan(engine, known, request.columns(), engine.ahead());
            scan = running;
            passes.update(running);
        }
        return running.next(maxBytes).flatMap(rows -> {
            if (rows.isEmpty()) {
                return Mono.empty();
            }
            Positions part = known.part(ordinal, ordinal + rows.size());
            ordinal += rows.size();
            return Mono.just(Batch.of(rows, part));
        });
    }

    private Mono<Batch<Row>> picked(Course known, long maxBytes) {
        long each = ordinal == 0 ? 1 : Math.max(1, bytesSeen / ordinal);
        long fitting = ordinal == 0 ? FIRST_ROWS : Math.max(1, Math.min(MOST_ROWS, maxBytes / each));
        long end = ordinal;
        while (end - ordinal < fitting && known.has(end)) {
            end++;
        }
        Positions part = known.part(ordinal, end);
        TreeSet<Long> distinct = new TreeSet<>();
        for (long position : part.toArray()) {
            distinct.add(position);
        }
        boolean close = distinct.last() - distinct.first() < (long) CLOSE * distinct.size();
        return (close ? together(distinct) : apart(distinct)).map(found -> {
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < part.count(); i++) {
                Row row = Objects.requireNonNull(found.get(part.at(i)));
                bytesSeen += row.byteSize();
                rows.add(row);
            }
            ordinal += part.count();
            return Batch.of(rows, part);
        });
    }

    private Mono<Map<Long, Row>> apart(TreeSet<Long> positions) {
        return Flux.fromIterable(positions)
                .flatMapSequential(
                        position -> engine.get(position, request.columns()).map(row -> Map.entry(position, row)))
                .collect(HashMap::new, (map, entry) -> map.put(entry.getKey(), entry.getValue()));
    }

    private Mono<Map<Long, Row>> together(TreeSet<Long> positions) {
        long[] ascending = positions.stream().mapToLong(Long::longValue).toArray();
        return Mono.defer(() -> {
            LineScan pass = new LineScan(engine, Course.of(Positions.list(ascending)), request.columns(), 1);
            return Mono.defer(() -> pass.next(Long.MAX_VALUE))
                    .repeat()
                    .takeUntil(rows -> rows.isEmpty())
                    .collect(ArrayList<Row>::new, List::addAll)
                    .map(rows -> {
                        Map<Long, Row> found = new HashMap<>();
                        for (int i = 0; i < rows.size(); i++) {
                            found.put(ascending[i], rows.get(i));
                        }
                        return found;
                    })
                    .doFinally(signal -> pass.dispose());
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(passes::dispose);
    }
}
