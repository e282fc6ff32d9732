package io.atomflux.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times recorders in processes of their own with 256 MiB of heap, taking turns with the codec alone and with what PySDE's
 * storages do.
 */
final class RecorderPart {

    static final int TRAJECTORIES = 10_000;
    static final int CHUNK = 125;
    static final String OURS = "Atomflux";

    private static final String BARE = "bare codec";
    private static final String ORIGINAL = "PySDE's way";
    private static final String SCRIPT = "recorder_baseline.py";

    private final Plan plan;
    private final Path work;
    private final PrintStream out;
    private final Map<Measure, Map<String, List<Double>>> figures = new LinkedHashMap<>();

    private record Measure(String name, String unit) {}

    RecorderPart(Plan plan, Path work, PrintStream out) {
        this.plan = plan;
        this.work = work;
        this.out = out;
    }

    void run() throws IOException {
        String before = Load.average();
        Path script = work.resolve(SCRIPT);
        try (InputStream source = Objects.requireNonNull(getClass().getResourceAsStream(SCRIPT))) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        for (int launch = 1; launch <= plan.launches(); launch++) {
            out.println("--- launch %d of %d".formatted(launch, plan.launches()));
            tell(Peer.lines(client("files")));
            tell(Peer.lines(List.of(
                    plan.python().toString(),
                    script.toString(),
                    work.resolve("python").toString(),
                    Integer.toString(plan.count()),
                    Integer.toString(TRAJECTORIES),
                    Integer.toString(CHUNK),
                    Integer.toString(plan.rounds()))));
            tell(Peer.lines(client("memory")));
            tell(beside("follow", "feed").followed());
            delays(beside("hear", "commit"));
        }
        Report report = new Report(plan);
        report.about("frames", "none; Brownian ensembles of %d MB, float64".formatted(plan.count()));
        report.about("load of the machine before and after", before + ", " + Load.average());
        report.add(table());
        out.println(report.table());
        out.println("written: " + report.write() + ".md");
    }

    private List<String> client(String mode) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                RecorderClient.class.getName(),
                mode,
                work.toString(),
                Integer.toString(plan.count()),
                Integer.toString(plan.rounds())));
        return command;
    }

    /** What two processes told that ran at the same time. */
    private record Told(List<String> followed, List<String> recorded) {}

    private Told beside(String following, String recording) throws IOException {
        Frames.delete(work.resolve("followed.zarr"));
        Process follower = new ProcessBuilder(client(following))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader reader = follower.inputReader()) {
            String ready = reader.readLine();
            if (ready == null) {
                throw new IllegalStateException(following + ": ended before it began");
            }
            List<String> recorded = Peer.lines(client(recording));
            List<String> followed = reader.lines().toList();
            if (!follower.waitFor(1, TimeUnit.MINUTES) || follower.exitValue() != 0) {
                throw new IllegalStateException(following + ": did not end well");
            }
            return new Told(followed, recorded);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            follower.destroy();
            Frames.delete(work.resolve("followed.zarr"));
        }
    }

    /** Joins when samples were committed with when they came; the first ones came while the machines were cold. */
    private void delays(Told told) {
        Map<String, Long> committed = new HashMap<>();
        for (String line : told.recorded()) {
            String[] cells = line.split("\t", -1);
            committed.put(cells[0], Long.parseLong(cells[1]));
        }
        for (String line : told.followed()) {
            String[] cells = line.split("\t", -1);
            int position = Integer.parseInt(cells[0]);
            double delay = (Long.parseLong(cells[1]) - Objects.requireNonNull(committed.get(cells[0]))) * 1e-3;
            if (position >= RecorderClient.SOON_COMMITS / 4) {
                int pause = position < RecorderClient.SOON_COMMITS ? RecorderClient.SOON : RecorderClient.LATER;
                add("tail(): from commit to delivery, a commit every %d ms".formatted(pause), "ms", OURS, delay);
            }
        }
    }

    private void tell(List<String> lines) {
        for (String line : lines) {
            String[] cells = line.split("\t", -1);
            if (cells.length == 4) {
                add(cells[0], cells[1], cells[2], Double.parseDouble(cells[3]));
            }
            out.println(line);
        }
    }

    private void add(String name, String unit, String way, double value) {
        figures.computeIfAbsent(new Measure(name, unit), key -> new LinkedHashMap<>())
                .computeIfAbsent(way, key -> new ArrayList<>())
                .add(value);
    }

    private Report.Figures table() {
        List<List<String>> lines = new ArrayList<>();
        figures.forEach((measure, ways) -> {
            List<Double> ours = ways.get(OURS);
            lines.add(List.of(
                    measure.name(),
                    measure.unit(),
                    text(ours),
                    text(ways.get(BARE)),
                    text(ways.get(ORIGINAL)),
                    ratio(measure, ours, ways.get(BARE)),
                    ratio(measure, ours, ways.get(ORIGINAL))));
        });
        return new Report.Figures(
                "Recorder",
                "Medians (least to most). Ensembles are (1, %d) float64 in chunks of %d samples; 256 MiB of heap. Atomflux and the"
                                .formatted(TRAJECTORIES, CHUNK)
                        + " codec alone sync every chunk and Atomflux commits it; PySDE's way syncs nothing, unless said, and"
                        + " has no run-time type checks here. A ratio above 1 is in favour of Atomflux.",
                List.of("what", "unit", OURS, BARE, ORIGINAL, "beside the codec", "beside PySDE's way"),
                lines);
    }

    private static String text(@Nullable List<Double> values) {
        if (values == null) {
            return "–";
        }
        double[] sorted = sorted(values);
        return "%s (%s to %s)".formatted(text(median(values)), text(sorted[0]), text(sorted[sorted.length - 1]));
    }

    private static String text(double value) {
        return String.format(
                Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 100 ? "%.1f" : "%.0f", value);
    }

    private static String ratio(Measure measure, @Nullable List<Double> ours, @Nullable List<Double> theirs) {
        if (ours == null || theirs == null) {
            return "–";
        }
        boolean rate = measure.unit().endsWith("/s") || measure.unit().startsWith("per");
        double ratio = median(ours) / median(theirs);
        return String.format(Locale.ROOT, "%.2f", rate ? ratio : 1 / ratio);
    }

    private static double median(List<Double> values) {
        double[] sorted = sorted(values);
        return sorted[sorted.length / 2];
    }

    private static double[] sorted(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
