package io.atomflux.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Times stores of few and of many small artifacts, each in a process of its own with 256 MiB of heap that finds the store
 * there, beside what the Python programs do with their folders, as rough context.
 */
final class ArtifactsPart {

    private static final int FEW = 10_000;

    private final Plan plan;
    private final Path work;
    private final PrintStream out;
    private final Map<String, Map<String, String>> figures = new LinkedHashMap<>();
    private final List<String> columns = new ArrayList<>();

    ArtifactsPart(Plan plan, Path work, PrintStream out) {
        this.plan = plan;
        this.work = work;
        this.out = out;
    }

    void run() throws IOException {
        Report.Figures baseline = baseline();
        String before = load();
        try (RedisServer redis = RedisServer.start(work.resolve("redis"))) {
            for (int count : List.of(FEW, plan.many())) {
                local("folder", work.resolve("store" + count), count);
                local("LMDB", work.resolve("store" + count + ".lmdb"), count);
                measured("Redis", redis.uri(count == FEW ? 1 : 2), count);
                Report report = new Report(plan);
                report.about("frames", "none; artifacts: %d and %d".formatted(FEW, plan.many()));
                report.about("rounds", "one process for each place and number");
                report.about("load of the machine before and after", before + ", " + load());
                report.about("redis", redis.origin());
                report.add(table(
                        "Small artifacts",
                        "A typed object with identity and five terms; 1000 JSON values beside; 256 MiB of heap.",
                        columns));
                report.add(baseline);
                out.println("written: " + report.write() + ".md");
            }
        }
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private void local(String name, Path place, int count) {
        Frames.delete(place);
        measured(name, place.toString(), count);
        Frames.delete(place);
    }

    private void measured(String name, String place, int count) {
        String column = "%s, %d".formatted(name, count);
        columns.add(column);
        for (String mode : List.of("fill", "measure")) {
            out.println("--- " + column + ": " + mode);
            List<String> command = new ArrayList<>(List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xmx256m",
                    "-XX:+IgnoreUnrecognizedVMOptions",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow"));
            command.addAll(List.of(
                    System.getProperty("atomflux.client.options", "").strip().split("\\s+")));
            command.removeIf(String::isEmpty);
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    ArtifactsClient.class.getName(),
                    mode,
                    place,
                    Integer.toString(count)));
            tell(column, Peer.lines(command));
        }
    }

    private void tell(String column, List<String> lines) {
        for (String line : lines) {
            String[] cells = line.split("\t", -1);
            if (cells.length != 3) {
                out.println(line);
                continue;
            }
            double value = Double.parseDouble(cells[1]);
            String text = String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.0f", value)
                    + (cells[2].startsWith("p99") || cells[2].endsWith("removed") ? " (" + cells[2] + ")" : "");
            out.printf("%-60s %s%n", cells[0], text);
            figures.computeIfAbsent(cells[0], name -> new LinkedHashMap<>()).put(column, text);
        }
    }

    private Report.Figures table(String title, String text, List<String> columns) {
        List<String> header = new ArrayList<>(List.of("what"));
        header.addAll(columns);
        List<List<String>> lines = new ArrayList<>();
        figures.forEach((name, values) -> {
            List<String> cells = new ArrayList<>(List.of(name));
            columns.forEach(column -> cells.add(values.getOrDefault(column, "–")));
            lines.add(cells);
        });
        return new Report.Figures(title, text, header, lines);
    }

    private Report.Figures baseline() throws IOException {
        Path script = work.resolve("artifacts_baseline.py");
        try (InputStream source = Objects.requireNonNull(getClass().getResourceAsStream("artifacts_baseline.py"))) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        String column = "median ms";
        Path folder = work.resolve("baseline");
        tell(
                column,
                Peer.lines(List.of(
                        plan.python().toString(), script.toString(), folder.toString(), Integer.toString(FEW))));
        Report.Figures table = table(
                "Rough context, in Python",
                "The file operations of the originals without the rest of them, over %d JSON files; nothing is synced unless said."
                        .formatted(FEW),
                List.of(column));
        figures.clear();
        return table;
    }
}
