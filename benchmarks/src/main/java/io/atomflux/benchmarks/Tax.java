package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.adapter.Bridge;
import io.atomflux.atoms.Atoms;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.registry.Registry;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Key;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * What being reactive costs: a view subscribed to, against a blocking loop written by hand over the same calls of the store
 * in batches of the same size, doing the same with each row.
 *
 * <p>Measured on LMDB, where the bar stands, and on memory that does nothing but hand out encoded rows, which shows the bare
 * cost per row, which no engine hides.
 */
final class Tax {

    private static final int ROWS = 50_000;
    private static final long FIRST_BYTES = 64 << 10;
    private static final long MOST_BYTES = 4 << 20;

    private final String engine;
    private final BlockingRowBackend<BlobRow> store;
    private final ObjectIO db;
    private final double bar;

    private Tax(String engine, BlockingRowBackend<BlobRow> store, ObjectIO db, double bar) {
        this.engine = engine;
        this.store = store;
        this.db = db;
        this.bar = bar;
    }

    /** Over memory. */
    static Tax overMemory(List<Atoms> frames) {
        List<BlobRow> encoded = new ArrayList<>();
        for (Atoms atoms : frames) {
            encoded.add(NumpyMsgpack.encode(atoms.toRow()));
        }
        List<BlobRow> rows = new ArrayList<>(ROWS);
        for (int i = 0; i < ROWS; i++) {
            rows.add(encoded.get(i % encoded.size()));
        }
        HeldRows held = new HeldRows(rows);
        return new Tax("memory", held, ObjectIO.of(held), 0);
    }

    /** Over LMDB. */
    static Tax overLmdb(Path work, List<Atoms> frames) {
        Path path = work.resolve("tax.lmdb");
        Frames.delete(path);
        AtomsIO filled = AtomsIO.open(path);
        Frames.await(filled.extend(Flux.range(0, ROWS).map(i -> frames.get(i % frames.size()))));
        filled.close().block();
        RowBackend<?> backend = Registry.open(Location.of(path), OpenOptions.none());
        return new Tax("LMDB", underneath(backend), ObjectIO.of(backend), 1 / 1.15);
    }

    /** Returns the blocking store that a bridge runs; the bridge does not give it away, and only a measurement may ask. */
    @SuppressWarnings("unchecked")
    private static BlockingRowBackend<BlobRow> underneath(RowBackend<?> backend) {
        try {
            Field opener = Bridge.class.getDeclaredField("opener");
            opener.setAccessible(true);
            return ((Callable<BlockingRowBackend<BlobRow>>) opener.get(backend)).call();
        } catch (Exception e) {
            throw new IllegalStateException("the store under " + backend, e);
        }
    }

    /** Compares both ways, taking turns, for whole records, for structures and for one column. */
    List<Case.Result> run(int launches, int rounds) {
        Columns energy = Columns.of(List.of(Key.ENERGY.name()));
        int times = launches * rounds;
        List<Case.Result> results = List.of(
                compare(
                        "records, every value used",
                        times,
                        () -> loop(Columns.ALL, Touch::row),
                        () -> stream(db.rows(), Touch::row)),
                compare(
                        "structures, every value used",
                        times,
                        () -> loop(Columns.ALL, row -> Touch.atoms(Atoms.fromRow(row))),
                        () -> stream(db.atoms().rows(), Touch::atoms)),
                compare(
                        "records, nothing decoded",
                        times,
                        () -> loop(Columns.ALL, Row::size),
                        () -> stream(db.rows(), Row::size)),
                compare(
                        "one column of numbers",
                        times,
                        () -> loop(energy, row -> (long)
                                Objects.requireNonNull(row.get(Key.ENERGY)).doubleValue()),
                        () -> stream(db.column(Key.ENERGY), Double::longValue)));
        db.close().block();
        return results;
    }

    private Case.Result compare(String name, int times, LongSupplier loop, LongSupplier stream) {
        Samples looped = new Samples();
        Samples streamed = new Samples();
        Samples warm = new Samples();
        for (int i = -10; i < times; i++) {
            long ours = timed(stream, i < 0 ? warm : streamed);
            long theirs = timed(loop, i < 0 ? warm : looped);
            if (ours != theirs) {
                throw new IllegalStateException("%s: %d streamed, %d in a loop".formatted(name, ours, theirs));
            }
        }
        return new Case.Result(
                "Reactive tax on " + engine + ", against a blocking loop",
                name,
                ROWS,
                streamed.medianSeconds(),
                Optional.of(looped.medianSeconds()),
                bar,
                "%.0f ns a row streamed, %.0f ns in the loop"
                        .formatted(streamed.medianSeconds() * 1e9 / ROWS, looped.medianSeconds() * 1e9 / ROWS));
    }

    private static long timed(LongSupplier body, Samples into) {
        long started = System.nanoTime();
        long result = body.getAsLong();
        into.add(System.nanoTime() - started);
        return result;
    }

    private long loop(Columns columns, ToLongFunction<Row> use) {
        long sum = 0;
        long bytes = FIRST_BYTES;
        try (BlockingReader<BlobRow> reader = store.reader(ReadRequest.of(Selection.ALL, columns))) {
            Optional<Batch<BlobRow>> next = reader.next(bytes);
            while (next.isPresent()) {
                Batch<BlobRow> batch = next.get();
                for (int i = 0; i < batch.size(); i++) {
                    sum += use.applyAsLong(NumpyMsgpack.decode(batch.row(i), store.name(), batch.position(i)));
                }
                bytes = Math.min(MOST_BYTES, bytes * 2);
                next = reader.next(bytes);
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Subscribes with nothing in between that the loop does not have. */
    private static <T> long stream(Flux<T> rows, ToLongFunction<? super T> use) {
        Summing<T> summing = new Summing<>(use);
        rows.subscribe(summing);
        return Frames.await(summing.sum.asMono());
    }

    private static final class Summing<T> extends BaseSubscriber<T> {
        private final Sinks.One<Long> sum = Sinks.one();
        private final ToLongFunction<? super T> use;
        private long total;

        Summing(ToLongFunction<? super T> use) {
            this.use = use;
        }

        @Override
        protected void hookOnNext(T row) {
            total += use.applyAsLong(row);
        }

        @Override
        protected void hookOnComplete() {
            sum.tryEmitValue(total).orThrow();
        }

        @Override
        protected void hookOnError(Throwable failure) {
            sum.tryEmitError(failure).orThrow();
        }
    }
}
