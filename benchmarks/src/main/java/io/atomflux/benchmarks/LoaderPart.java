package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.loader.LoaderState;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import reactor.core.publisher.Flux;

/**
 * Times epochs of the loader beside plain streams of the same store in the same run, taking turns, and what states and resuming
 * cost. Every value that arrives is used.
 */
final class LoaderPart {

    private static final String[] KEYS = {"arrays.positions", "arrays.numbers", "calc.energy", "calc.forces"};
    private static final int ATOMS = 27;
    private static final int BATCH = 32;
    private static final double BAR = 0.7;
    private static final long MANY = 1_000_000_000L;
    private static final int WARM = 20;
    private static final int RESUMED = 200;
    private static final int STATES = 2_000_000;
    private static final String SCRIPT = "loader_baseline.py";

    private final Plan plan;
    private final Path work;
    private final PrintStream out;
    private final Report report;
    private int epoch;

    LoaderPart(Plan plan, Path work, PrintStream out) {
        this.plan = plan;
        this.work = work;
        this.out = out;
        this.report = new Report(plan);
    }

    void run() throws IOException {
        report.about("frames", plan.count() + " of " + ATOMS + " atoms, made by a formula");
        String before = Load.average();
        Path lmdb = work.resolve("loader.lmdb");
        Frames.delete(lmdb);
        AtomsIO file = AtomsIO.open(lmdb);
        file.extend(frames()).block();
        epochs("LMDB", file, 2);
        python(lmdb);
        file.close().block();
        try (RedisServer server = RedisServer.start(work.resolve("redis"))) {
            out.println("--- Redis: " + server.origin());
            report.about("Redis", server.origin());
            AtomsIO remote = AtomsIO.open(server.uri(0));
            remote.extend(frames()).block();
            epochs("Redis", remote, 64);
            remote.close().block();
        }
        states();
        report.about("load of the machine before and after", before + ", " + Load.average());
        out.println(report.table());
        out.println("written: " + report.write() + ".md");
    }

    private Flux<Atoms> frames() {
        return Flux.range(0, plan.count()).map(LoaderPart::frame);
    }

    private static Atoms frame(int number) {
        SplittableRandom random = new SplittableRandom(number);
        int[] numbers = random.ints(ATOMS, 1, 10).toArray();
        return Atoms.builder()
                .numbers(numbers)
                .positions(NdArray.of(random.doubles(3 * ATOMS).toArray(), ATOMS, 3))
                .cell(20, 20, 20)
                .energy(-random.nextDouble())
                .forces(NdArray.of(random.doubles(3 * ATOMS).toArray(), ATOMS, 3))
                .info("step", number)
                .info("label", "frame_" + number)
                .build();
    }

    private void epochs(String store, AtomsIO db, int inFlight) {
        Loader whole = Loader.over(db).batch(BATCH).float32().inFlight(inFlight);
        Loader some = whole.keys(List.of(KEYS));
        LongSupplier columns = () -> db.columns(List.of(KEYS))
                .map(Touch::row)
                .reduce(0L, Long::sum)
                .blockOptional()
                .orElseThrow();
        LongSupplier rows = () -> db.rows()
                .map(Touch::atoms)
                .reduce(0L, Long::sum)
                .blockOptional()
                .orElseThrow();
        compare(store, "four keys, shuffled", some, "columns(keys)", columns);
        compare(store, "four keys, ordered", some.ordered(), "columns(keys)", columns);
        compare(
                store,
                "four keys, every row shuffled with every other",
                some.shuffle(1, plan.count()),
                "columns(keys)",
                columns);
        compare(store, "whole rows, shuffled", whole, "rows()", rows);
    }

    private void compare(String store, String name, Loader loader, String stream, LongSupplier streaming) {
        LongSupplier loading = () -> loader.epoch(epoch++)
                .map(LoaderPart::touched)
                .reduce(0L, Long::sum)
                .blockOptional()
                .orElseThrow();
        tell(Turns.compare(
                "Epochs over " + store + ", batches of " + BATCH + ", float32, against plain streaming",
                name,
                plan.count(),
                BAR,
                plan.launches() * plan.rounds(),
                false, // other types, another order
                loading,
                List.of(new Turns.Way(stream, streaming))));
    }

    private static long touched(Batch batch) {
        long sum = 0;
        for (String key : KEYS) {
            sum += Touch.value(batch.array(key));
        }
        return sum;
    }

    /** What Python does: asebytes reads the rows of each batch, numpy puts them together. */
    private void python(Path store) throws IOException {
        Path script = work.resolve(SCRIPT);
        try (InputStream source = Objects.requireNonNull(getClass().getResourceAsStream(SCRIPT))) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        List<List<String>> lines = new ArrayList<>();
        Peer.lines(List.of(
                        plan.python().toString(),
                        script.toString(),
                        store.toString(),
                        Integer.toString(Math.min(plan.count(), 20_000)),
                        Integer.toString(BATCH),
                        Integer.toString(plan.rounds())))
                .forEach(line -> lines.add(List.of(line.split("\t", -1))));
        report.add(new Report.Figures(
                "Python",
                "asebytes reads each batch, numpy collates it; the same store.",
                List.of("what", "rows/s"),
                lines));
    }

    private void states() {
        List<List<String>> lines = new ArrayList<>();
        ObjectIO many = ObjectIO.of(new FormulaRows(MANY));
        Loader loader =
                Loader.over(many).split("train", 0.9).seed(7).batch(BATCH).keys("calc.energy");
        Batch batch = Objects.requireNonNull(loader.epoch(0).blockFirst());
        lines.add(line("batch.state()", perCall(() -> batch.state().position())));
        lines.add(line(
                "batch.state().toJson()", perCall(() -> batch.state().toJson().length())));
        Samples resumed = new Samples();
        SplittableRandom random = new SplittableRandom(7);
        long length = Objects.requireNonNull(loader.start(0).block()).length();
        for (int i = -WARM; i < RESUMED; i++) {
            long from = random.nextLong(length - BATCH);
            String json = Objects.requireNonNull(loader.epoch(0, from).blockFirst())
                    .state()
                    .toJson();
            Loader fresh =
                    Loader.over(many).split("train", 0.9).seed(7).batch(BATCH).keys("calc.energy");
            long started = System.nanoTime();
            Batch first =
                    Objects.requireNonNull(fresh.resume(LoaderState.parse(json)).blockFirst());
            if (i >= 0) {
                resumed.add(System.nanoTime() - started);
            }
            if (first.slot(0) != from + BATCH) {
                throw new IllegalStateException("slot %d after %d".formatted(first.slot(0), from));
            }
        }
        lines.add(line("resuming at a random position, to the first batch, median", resumed.medianSeconds()));
        lines.add(line("the same, 99 of 100", resumed.quantileSeconds(0.99)));
        lines.add(line("the same, slowest of " + RESUMED, resumed.quantileSeconds(1)));
        Report.Figures figures = new Report.Figures(
                "States",
                "Asked for: less than 1 µs to capture, less than 100 ms to resume. A synthetic store of 10⁹ rows, made by a formula"
                        + " when they are read; what a store needs to find a row is not in it.",
                List.of("what", "µs"),
                lines);
        report.add(figures);
    }

    private static List<String> line(String what, double seconds) {
        return List.of(what, String.format(Locale.ROOT, "%.3f", seconds * 1e6));
    }

    private static double perCall(LongSupplier call) {
        Samples samples = new Samples();
        for (int round = 0; round < 9; round++) {
            long sum = 0;
            long started = System.nanoTime();
            for (int i = 0; i < STATES; i++) {
                sum += call.getAsLong();
            }
            samples.add(System.nanoTime() - started);
            Touch.keep(sum);
        }
        return samples.medianSeconds() / STATES;
    }

    private void tell(Case.Result result) {
        report.add(result);
        out.printf(
                Locale.ROOT,
                "%-40s %10.3f ms  %s %s %s%n",
                result.name(),
                result.javaSeconds() * 1e3,
                result.ratio()
                        .map(ratio -> String.format(Locale.ROOT, "%.2f x", ratio))
                        .orElse(""),
                result.verdict(),
                result.note());
    }
}
