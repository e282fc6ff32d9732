package io.atomflux.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects results with what they were measured on, and writes them as a table and as JSON. */
final class Report {

    private final Plan plan;
    private final Map<String, String> about = new LinkedHashMap<>();
    private final List<Case.Result> results = new ArrayList<>();
    private final List<Figures> figures = new ArrayList<>();

    /**
     * Figures that are compared with nothing.
     *
     * @param title of the table
     * @param text above it
     * @param header names of the columns, the first that of the lines
     * @param lines each as long as the header
     */
    record Figures(String title, String text, List<String> header, List<List<String>> lines) {

        String table() {
            return "\n## %s\n\n%s\n\n%s%s%s"
                    .formatted(
                            title,
                            text,
                            line(header),
                            line(header.stream().map(name -> "---").toList()),
                            lines.stream().map(Figures::line).collect(Collectors.joining()));
        }

        private static String line(List<String> cells) {
            return "| " + String.join(" | ", cells) + " |\n";
        }

        private String json() {
            String rows = lines.stream()
                    .map(cells ->
                            "      [" + cells.stream().map(Report::quoted).collect(Collectors.joining(", ")) + "]")
                    .collect(Collectors.joining(",\n"));
            return "    {\"title\": %s, \"text\": %s, \"header\": [%s], \"lines\": [\n%s\n    ]}"
                    .formatted(
                            quoted(title),
                            quoted(text),
                            header.stream().map(Report::quoted).collect(Collectors.joining(", ")),
                            rows);
        }
    }

    Report(Plan plan) {
        this.plan = plan;
        about.put("commit", plan.commit());
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        about.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        about.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        about.put("processor", processor());
        about.put("frames", plan.count() + " of kind " + plan.kind());
        about.put("rounds", plan.launches() + " launches of " + plan.rounds() + " rounds each, taking turns");
    }

    private static String processor() {
        Path info = Path.of("/proc/cpuinfo");
        try {
            return Files.isReadable(info)
                    ? Files.readAllLines(info).stream()
                            .filter(line -> line.startsWith("model name"))
                            .findFirst()
                            .map(line -> line.substring(line.indexOf(':') + 2))
                            .orElse("unknown")
                    : "unknown";
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }

    void about(String what, String value) {
        about.put(what, value);
    }

    void add(Case.Result result) {
        results.add(result);
    }

    void add(Figures table) {
        figures.add(table);
    }

    String table() {
        StringBuilder text = new StringBuilder();
        String part = "";
        for (Case.Result result : results) {
            if (!result.part().equals(part)) {
                part = result.part();
                text.append("\n## ").append(part).append("\n\n");
                text.append(
                        "| case | rows | Atomflux ms | peer ms | ratio | bar | | |\n|---|---|---|---|---|---|---|---|\n");
            }
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.3f | %s | %s | %s | %s | %s |%n",
                    result.name(),
                    result.rows(),
                    result.javaSeconds() * 1e3,
                    result.peerSeconds()
                            .map(seconds -> String.format(Locale.ROOT, "%.3f", seconds * 1e3))
                            .orElse("–"),
                    result.ratio()
                            .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                            .orElse("–"),
                    result.bar() == 0 ? "–" : String.format(Locale.ROOT, "%.2f", result.bar()),
                    result.verdict(),
                    result.note()));
        }
        figures.forEach(table -> text.append(table.table()));
        return text.toString();
    }

    /** Writes both files; answers their common name. */
    Path write() throws IOException {
        Files.createDirectories(plan.results());
        String name = "%s-%s-jdk%d-%s%s"
                .formatted(about.get("date"), plan.commit(), Runtime.version().feature(), plan.kind(), plan.count());
        String head = about.entrySet().stream()
                .map(entry -> "| %s | %s |".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n", "| | |\n|---|---|\n", "\n"));
        Files.writeString(plan.results().resolve(name + ".md"), "# Atomflux beside its peers\n\n" + head + table());
        Files.writeString(plan.results().resolve(name + ".json"), json());
        return plan.results().resolve(name);
    }

    private String json() {
        String facts = about.entrySet().stream()
                .map(entry -> "  %s: %s".formatted(quoted(entry.getKey()), quoted(entry.getValue())))
                .collect(Collectors.joining(",\n"));
        String cases = results.stream().map(Report::json).collect(Collectors.joining(",\n"));
        String tables = figures.stream().map(Figures::json).collect(Collectors.joining(",\n"));
        return "{\n" + facts + ",\n  \"results\": [\n" + cases + "\n  ],\n  \"figures\": [\n" + tables + "\n  ]\n}\n";
    }

    private static String json(Case.Result result) {
        return String.format(
                Locale.ROOT,
                "    {\"part\": %s, \"case\": %s, \"rows\": %d, \"median_s\": %.9f, \"peer_median_s\": %s, \"ratio\": %s, "
                        + "\"bar\": %.2f, \"verdict\": %s, \"note\": %s}",
                quoted(result.part()),
                quoted(result.name()),
                result.rows(),
                result.javaSeconds(),
                result.peerSeconds()
                        .map(seconds -> String.format(Locale.ROOT, "%.9f", seconds))
                        .orElse("null"),
                result.ratio()
                        .map(ratio -> String.format(Locale.ROOT, "%.3f", ratio))
                        .orElse("null"),
                result.bar(),
                quoted(result.verdict()),
                quoted(result.note()));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
