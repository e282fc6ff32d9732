package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Key;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** The peer's nine cases on a file through the facades, each with every value used, and variants of ours beside them. */
final class FileCases implements AutoCloseable {

    /**
     * The ratios wanted; 0 where none is.
     *
     * @param write all rows
     * @param read all rows, or a list of them
     * @param single rows one by one
     * @param column one key of all rows
     */
    record Bars(double write, double read, double single, double column) {}

    private final Path work;
    private final String suffix;
    private final Bars bars;
    private final List<Atoms> frames;
    private final long[] index;
    private final Path store;
    private final AtomsIO db;
    private final AtomsIO inline;
    private final ObjectIO objects;
    private int stores;

    FileCases(Path work, String suffix, Bars bars, List<Atoms> frames, long[] index) {
        this.work = work;
        this.suffix = suffix;
        this.bars = bars;
        this.frames = frames;
        this.index = index;
        this.store = work.resolve("java" + suffix);
        Frames.delete(store);
        this.db = AtomsIO.open(store);
        Frames.await(db.extend(frames));
        this.inline = AtomsIO.open(store, OpenOptions.none().withInlineReads());
        this.objects = ObjectIO.open(store);
    }

    Path store() {
        return store;
    }

    List<Case<?>> all() {
        int n = frames.size();
        List<Double> energies = IntStream.range(0, n).mapToObj(i -> i * 0.01).toList();
        List<Case<?>> cases = new ArrayList<>();
        cases.add(new Case<>(
                "write_all",
                "write_all",
                bars.write(),
                n,
                this::fresh,
                store -> Frames.await(store.extend(frames)),
                this::discard));
        cases.add(new Case<>(
                "append_one_by_one",
                "append_one_by_one",
                0,
                Math.min(100, n),
                this::fresh,
                this::appendOneByOne,
                this::discard));
        cases.add(Case.of(
                "read_all",
                "read_all",
                bars.read(),
                n,
                () -> touch(Frames.await(db.rows().collectList()))));
        cases.add(Case.of(
                "read_all, nothing decoded",
                "read_all",
                0,
                n,
                () -> Touch.keep(Frames.await(db.rows().collectList()).size())));
        cases.add(
                Case.of("read_one_by_one, inline", "read_one_by_one", bars.single(), n, () -> oneByOne(inline, null)));
        cases.add(Case.of("read_one_by_one, pool", "read_one_by_one", 0, n, () -> oneByOne(db, null)));
        cases.add(Case.of("read, 64 gets in flight", "read_one_by_one", 0, n, this::inFlight));
        cases.add(Case.of(
                "random_all",
                "random_all",
                bars.read(),
                n,
                () -> touch(Frames.await(db.rowsAt(index).collectList()))));
        cases.add(Case.of(
                "random_one_by_one, inline", "random_one_by_one", bars.single(), n, () -> oneByOne(inline, index)));
        cases.add(Case.of("random_one_by_one, pool", "random_one_by_one", 0, n, () -> oneByOne(db, index)));
        cases.add(Case.of("positions_column", "positions_column", bars.column(), n, () -> {
            long sum = 0;
            for (Object positions : Frames.await(objects.column(Key.POSITIONS).collectList())) {
                sum += Touch.value(positions);
            }
            Touch.keep(sum);
        }));
        cases.add(Case.of("energy_column", "energy_column", bars.column(), n, () -> {
            double sum = 0;
            for (double energy : Frames.await(objects.column(Key.ENERGY).collectList())) {
                sum += energy;
            }
            Touch.keep((long) sum);
        }));
        cases.add(Case.of("energy_column as one array", "energy_column", bars.column(), n, () -> {
            double sum = 0;
            for (double energy :
                    Frames.await(objects.column(Key.ENERGY).toArray()).toDoubleArray()) {
                sum += energy;
            }
            Touch.keep((long) sum);
        }));
        cases.add(Case.of(
                "update_energy",
                "update_energy",
                0,
                n,
                () -> objects.column("calc.energy").set(energies).block()));
        return cases;
    }

    /** Opening does no I/O: the directory is made by the first call, inside the measured time, as with the peer. */
    private AtomsIO fresh() {
        return AtomsIO.open(work.resolve("fresh-" + stores++ + suffix));
    }

    private void appendOneByOne(AtomsIO fresh) {
        for (Atoms atoms : frames.subList(0, Math.min(100, frames.size()))) {
            Frames.await(fresh.append(atoms));
        }
    }

    private void discard(AtomsIO fresh) {
        fresh.close().block();
        Frames.delete(work.resolve("fresh-" + (stores - 1) + suffix));
    }

    private static void touch(List<Atoms> rows) {
        long sum = 0;
        for (Atoms atoms : rows) {
            sum += Touch.atoms(atoms);
        }
        Touch.keep(sum);
    }

    private void oneByOne(AtomsIO from, long @Nullable [] rows) {
        long sum = 0;
        for (int i = 0; i < frames.size(); i++) {
            sum += Touch.atoms(Frames.await(from.get(rows == null ? i : rows[i])));
        }
        Touch.keep(sum);
    }

    private void inFlight() {
        Touch.keep(Frames.await(Flux.range(0, frames.size())
                .flatMap(i -> db.get(i), 64)
                .map(Touch::atoms)
                .reduce(0L, Long::sum)));
    }

    /** Latencies of single gets. */
    Samples gets(boolean inlined) {
        Samples samples = new Samples();
        AtomsIO from = inlined ? inline : db;
        for (int pass = 0; pass < 3; pass++) {
            for (long i : index) {
                long started = System.nanoTime();
                Touch.keep(Touch.atoms(Frames.await(from.get(i))));
                samples.add(System.nanoTime() - started);
            }
        }
        return samples;
    }

    @Override
    public void close() {
        db.close().block();
        inline.close().block();
        objects.close().block();
    }
}
