package io.atomflux.benchmarks;

import io.atomflux.atoms.Atoms;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Compares Atomflux with asebytes, ASE and bare drivers on the same frames and machine, taking turns, and writes a report.
 *
 * <p>Both must have read the same data before anything is timed. Every value read is used ({@link Touch}); what is not is
 * shown as a variant without a bar. Figures are medians over all rounds of all launches; the virtual machine is warm.
 */
public final class SideBySide {

    private final Plan plan;
    private final PrintStream out;
    private final Path work;
    private final Peer peer;
    private final Report report;

    private SideBySide(Plan plan, Path work, PrintStream out) throws IOException {
        this.plan = plan;
        this.work = work;
        this.out = out;
        this.peer = new Peer(plan, work);
        this.report = new Report(plan);
    }

    /** Runs the comparison; see {@code benchmarks/run} for the options. */
    public static void main(String[] arguments) throws IOException {
        Plan plan = Plan.parse(arguments);
        Path work = plan.work().isPresent()
                ? Files.createDirectories(plan.work().get())
                : Files.createTempDirectory("atomflux-benchmarks-");
        try {
            if (plan.only().equals(Plan.ARTIFACTS)) {
                new ArtifactsPart(plan, work, System.out).run();
            } else if (plan.only().equals(Plan.RECORDER)) {
                new RecorderPart(plan, work, System.out).run();
            } else if (plan.only().equals(Plan.LOADER)) {
                new LoaderPart(plan, work, System.out).run();
            } else {
                new SideBySide(plan, work, System.out).run();
            }
        } finally {
            if (plan.work().isEmpty()) {
                Frames.delete(work);
            }
        }
    }

    private void run() throws IOException {
        Peer.fields(peer.helper("versions").get(0)).forEach((name, version) -> report.about("peer " + name, version));
        Path store = work.resolve("frames.lmdb");
        Frames.delete(store);
        say("making %d frames of kind %s", plan.count(), plan.kind());
        peer.script("frames", store.toString(), "--kind", plan.kind(), "--count", Integer.toString(plan.count()));
        List<Atoms> frames = Frames.built(store);
        if (plan.only().contains("lmdb")) {
            file("LMDB", ".lmdb", new FileCases.Bars(5, 10, 10, 3), store, frames);
        }
        if (plan.only().contains("zarr")) {
            file("Zarr", ".zarr", new FileCases.Bars(0, 3, 100, 0), store, frames);
        }
        if (plan.only().contains("hdf5")) {
            file("HDF5", ".h5", new FileCases.Bars(0, 3, 30, 0), store, frames);
        }
        if (plan.only().contains("h5md")) {
            file("H5MD", ".h5md", new FileCases.Bars(0, 3, 30, 0), store, frames);
        }
        if (plan.only().contains("arrays")) {
            say("whole arrays, against h5py and bare codecs");
            new ArraysPart(plan, work, peer).run(frames).forEach(this::tell);
        }
        if (plan.only().contains("appends")) {
            say("appends");
            new Appends(work, frames).run(plan.launches()).forEach(this::tell);
        }
        if (plan.only().contains("tax")) {
            say("reactive tax");
            Tax.overLmdb(work, frames).run(plan.launches(), plan.rounds()).forEach(this::tell);
            Tax.overMemory(frames).run(plan.launches(), plan.rounds()).forEach(this::tell);
        }
        if (plan.only().contains("extxyz")) {
            extxyz(store);
        }
        if (plan.only().contains("redis")) {
            new RedisPart(plan, work, peer, report, this::tell, this::say).run(store, frames);
        }
        if (plan.only().contains("mongo")) {
            new MongoPart(plan, peer, report, this::tell, this::say).run(store, frames);
        }
        report.about("peak heap MB", Long.toString(peakHeap() >> 20));
        report.about("peak resident MB", Long.toString(peakResident() >> 10));
        Path written = report.write();
        out.println(report.table());
        out.println("written: " + written + ".md");
    }

    /** Compares with asebytes on files of one kind: what each wrote must be the same for both. */
    private void file(String name, String suffix, FileCases.Bars bars, Path store, List<Atoms> frames) {
        say("%s: do both sides read the same?", name);
        Path written = work.resolve("python" + suffix);
        if (!suffix.equals(".lmdb")) {
            Frames.delete(written);
            peer.script("copy", store.toString(), written.toString());
        }
        Path theirStore = suffix.equals(".lmdb") ? store : written;
        Frames.same("the peer's store", Frames.digest(theirStore), peer.digest(theirStore));
        long[] index = peer.index(plan.count());
        try (FileCases ours = new FileCases(work, suffix, bars, frames, index)) {
            Frames.same("our store", Frames.digest(ours.store()), peer.digest(ours.store()));
            report.about(
                    name + ", bytes written here and by asebytes",
                    Frames.bytes(ours.store()) + ", " + Frames.bytes(theirStore));
            List<Case<?>> cases = ours.all();
            say("%s: warming up %d cases", name, cases.size());
            cases.forEach(Case::warmUp);
            Map<String, Samples> mine = new LinkedHashMap<>();
            Map<String, Samples> theirs = new LinkedHashMap<>();
            double peerMemory = 0;
            for (int launch = 1; launch <= plan.launches(); launch++) {
                say("%s: launch %d of %d", name, launch, plan.launches());
                Map<String, Double> seconds =
                        peer.bench(store, work.resolve("peer" + suffix).toString(), plan.rounds());
                peerMemory = Math.max(peerMemory, seconds.getOrDefault("maxrss_kb", 0.0));
                seconds.forEach((key, value) ->
                        theirs.computeIfAbsent(key, unused -> new Samples()).add((long) (value * 1e9)));
                for (Case<?> timed : cases) {
                    Case.launch(timed, plan.rounds(), mine.computeIfAbsent(timed.name(), key -> new Samples()));
                }
            }
            report.about("peer asebytes on " + name + ", peak resident MB", Long.toString((long) peerMemory >> 10));
            Map<String, String> notes = Map.of(
                    "read_one_by_one, inline", latencies(ours.gets(true)),
                    "read_one_by_one, pool", latencies(ours.gets(false)));
            for (Case<?> timed : cases) {
                tell(new Case.Result(
                        name + ", against asebytes",
                        timed.name(),
                        timed.rows(),
                        Objects.requireNonNull(mine.get(timed.name())).medianSeconds(),
                        Optional.ofNullable(theirs.get(timed.peerCase())).map(Samples::medianSeconds),
                        timed.bar(),
                        notes.getOrDefault(timed.name(), "")));
            }
        }
    }

    private static String latencies(Samples samples) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f µs, p99 %.1f µs",
                samples.medianSeconds() * 1e6,
                samples.quantileSeconds(0.99) * 1e6);
    }

    private void extxyz(Path store) {
        Path file = work.resolve("frames.extxyz");
        peer.helper("write", store.toString(), file.toString());
        say("extxyz: do both sides read the same?");
        String theirs =
                Peer.fields(peer.helper("numbers", file.toString()).get(0)).getOrDefault("sha256", "");
        String ours = XyzCases.numbers(file);
        if (!ours.equals(theirs)) {
            throw new IllegalStateException("numbers of %s: %s here, %s there".formatted(file, ours, theirs));
        }
        Frames.same("the extxyz file", Frames.digest(file), peer.digest(file));
        XyzCases cases = new XyzCases(work, file);
        Case<?> read = cases.read();
        Case<?> write = cases.write();
        read.warmUp();
        write.warmUp();
        Samples reading = new Samples();
        Samples writing = new Samples();
        Samples peerReading = new Samples();
        double peerMemory = 0;
        for (int launch = 1; launch <= plan.launches(); launch++) {
            say("extxyz: launch %d of %d", launch, plan.launches());
            Map<String, String> told = Peer.fields(peer.helper("read", file.toString(), Integer.toString(plan.rounds()))
                    .get(0));
            peerReading.add((long) (Double.parseDouble(told.getOrDefault("median_s", "0")) * 1e9));
            peerMemory = Math.max(peerMemory, Double.parseDouble(told.getOrDefault("maxrss_kb", "0")));
            Case.launch(read, plan.rounds(), reading);
            Case.launch(write, plan.rounds(), writing);
        }
        report.about("peer ASE, peak resident MB", Long.toString((long) peerMemory >> 10));
        tell(new Case.Result(
                "extxyz, against ASE",
                read.name(),
                read.rows(),
                reading.medianSeconds(),
                Optional.of(peerReading.medianSeconds()),
                read.bar(),
                "%.1f MB".formatted(size(file) / 1e6)));
        tell(new Case.Result(
                "extxyz, against ASE", write.name(), write.rows(), writing.medianSeconds(), Optional.empty(), 0, ""));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private void say(String format, Object... values) {
        out.printf("--- " + format + "%n", values);
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    /** Returns the most memory this process ever had resident, in KiB, or 0 where the system does not say. */
    private static long peakResident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
