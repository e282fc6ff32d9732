package io.atomflux.loader;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Rows made by a function of their position, counted as they are read; of any number, since none is held. */
final class TestRows implements RowBackend<Row> {

    private static final int BATCH = 64;

    final String name;
    final LongFunction<Row> rows;
    volatile long size;
    final AtomicLong rowsRead = new AtomicLong();
    final AtomicInteger views = new AtomicInteger();
    final AtomicInteger openReaders = new AtomicInteger();
    final AtomicInteger sizeLooks = new AtomicInteger();
    final Set<Long> corrupt = ConcurrentHashMap.newKeySet();
    volatile boolean asynchronous;
    volatile boolean restless;
    volatile Mono<Void> gate = Mono.empty();

    TestRows(String name, long size, LongFunction<Row> rows) {
        this.name = name;
        this.size = size;
        this.rows = rows;
    }

    /** Waits until no reader is open: rows are read ahead, and readers closed, also on other threads than the one that asks. */
    void awaitNoReader() {
        Flux.interval(Duration.ofMillis(1))
                .filter(tick -> openReaders.get() == 0)
                .blockFirst(Duration.ofSeconds(30));
    }

    static TestRows of(long size) {
        return new TestRows("rows", size, i -> Row.of("info.i", i, "calc.energy", i * 0.5));
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
    public Set<io.atomflux.spi.Capability> capabilities() {
        return Set.of();
    }

    @Override
    public Mono<Long> size() {
        return Mono.fromSupplier(() -> {
            sizeLooks.incrementAndGet();
            return size;
        });
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return Mono.fromSupplier(() -> row(Selection.absolute(index, size, name), columns));
    }

    private Row row(long position, Columns columns) {
        rowsRead.incrementAndGet();
        if (corrupt.contains(position)) {
            throw new CorruptDataException(name, "row " + position, "made so", null);
        }
        Row row = rows.apply(position);
        return columns.keys().map(row::only).orElse(row);
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        views.incrementAndGet();
        openReaders.incrementAndGet();
        return new RowReader<>() {
            private long done;

            @Override
            public Mono<Batch<Row>> next(long maxBytes) {
                Mono<Batch<Row>> batch = gate.then(Mono.fromCallable(this::batch));
                return asynchronous ? batch.subscribeOn(Schedulers.parallel()) : batch;
            }

            private Batch<Row> batch() {
                Positions all = request.selection().resolve(size, name);
                if (done >= all.count()) {
                    return null;
                }
                if (restless && done > 0) {
                    throw new StoreChangedException(name, done);
                }
                Positions part = all.part(done, Math.min(all.count(), done + BATCH));
                List<Row> read = new ArrayList<>();
                for (long position : part.toArray()) {
                    read.add(row(position, request.columns()));
                }
                done += read.size();
                return Batch.of(read, part);
            }

            @Override
            public Mono<Void> close() {
                return Mono.fromRunnable(openReaders::decrementAndGet);
            }
        };
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
