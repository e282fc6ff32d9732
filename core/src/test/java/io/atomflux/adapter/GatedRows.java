package io.atomflux.adapter;

import io.atomflux.error.LimitExceededException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Rows in a list, each of whose calls is counted and passes a gate, where a test may hold it, or let it fail. */
final class GatedRows implements RowBackend<Row> {

    private final String name;
    private final AtomicInteger revision = new AtomicInteger();
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicLong largest = new AtomicLong();
    volatile List<Row> rows = List.of();
    volatile boolean tagged = true;
    volatile boolean closed;
    volatile long mostAtomic = Long.MAX_VALUE;
    volatile Function<String, Mono<Void>> gate = call -> Mono.empty();

    GatedRows(String name) {
        this.name = name;
    }

    static GatedRows of(String name, int count) {
        GatedRows made = new GatedRows(name);
        made.rows = rows(0, count);
        return made;
    }

    static Row row(int i) {
        return Row.of("info.i", i, "calc.energy", i * 0.5);
    }

    static List<Row> rows(int from, int to) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < to; i++) {
            rows.add(row(i));
        }
        return List.copyOf(rows);
    }

    int calls(String call) {
        return calls.getOrDefault(call, new AtomicInteger()).get();
    }

    int calls() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private <T> Mono<T> through(String call, Mono<T> answer) {
        return Mono.defer(() -> {
            calls.computeIfAbsent(call, key -> new AtomicInteger()).incrementAndGet();
            return gate.apply(call).then(answer);
        });
    }

    void change(List<Row> next) {
        rows = List.copyOf(next);
        revision.incrementAndGet();
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(
                Capability.GROUPS, Capability.VERSIONS, Capability.CHANGES, Capability.SNAPSHOT, Capability.REMOVE));
    }

    @Override
    public long maxAtomicRows() {
        return mostAtomic;
    }

    @Override
    public Mono<Long> size() {
        return through("size", Mono.fromSupplier(() -> (long) rows.size()));
    }

    @Override
    public Mono<String> etag() {
        return through("etag", Mono.defer(() -> tagged ? Mono.just("r" + revision) : Mono.empty()));
    }

    private Row at(List<Row> seen, long index, Columns columns) {
        Row row = seen.get((int) Selection.absolute(index, seen.size(), name));
        return columns.keys().map(row::only).orElse(row);
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return through("get", Mono.fromSupplier(() -> at(rows, index, columns)));
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        calls.computeIfAbsent("reader", key -> new AtomicInteger()).incrementAndGet();
        return new RowReader<>() {
            private Positions positions;
            private long done;
            private boolean began;

            @Override
            public Mono<Batch<Row>> next(long maxBytes) {
                return Mono.defer(() -> {
                    if (!began) {
                        began = true;
                        open.incrementAndGet();
                    }
                    largest.accumulateAndGet(maxBytes, Math::max);
                    return through("next", Mono.fromCallable(() -> batch(maxBytes)));
                });
            }

            private Batch<Row> batch(long maxBytes) {
                List<Row> seen = rows;
                if (positions == null) {
                    positions = request.selection().resolve(seen.size(), name);
                }
                List<Row> found = new ArrayList<>();
                long from = done;
                long bytes = 0;
                while (done < positions.count() && (found.isEmpty() || bytes < maxBytes)) {
                    Row row = at(seen, positions.at(done++), request.columns());
                    bytes += row.byteSize();
                    found.add(row);
                }
                return found.isEmpty() ? null : Batch.of(found, positions.part(from, done));
            }

            @Override
            public Mono<Void> close() {
                return Mono.fromRunnable(() -> {
                    if (began) {
                        began = false;
                        open.decrementAndGet();
                    }
                });
            }
        };
    }

    @Override
    public Mono<Long> apply(Write<Row> write) {
        return through(write.operation(), Mono.fromSupplier(() -> {
            synchronized (this) {
                if (write instanceof Write.Delete<Row> delete) {
                    long count = delete.where().resolve(rows.size(), name).count();
                    if (count > mostAtomic) {
                        throw new LimitExceededException("rows", count, mostAtomic, "make several calls");
                    }
                }
                change(write.applyTo(rows, Row.reserved(), name));
                return (long) rows.size();
            }
        }));
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> closed = true);
    }
}
