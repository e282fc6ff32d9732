package io.atomflux.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the Python side, one process per call. */
final class Peer {

    private static final Pattern FIELD = Pattern.compile("\"(\\w[\\w-]*)\": (\"[^\"]*\"|[-0-9.e+]+)");

    private final Plan plan;
    private final Path helper;

    Peer(Plan plan, Path work) throws IOException {
        this.plan = plan;
        this.helper = work.resolve("ase_peer.py");
        try (InputStream script = Objects.requireNonNull(Peer.class.getResourceAsStream("ase_peer.py"))) {
            Files.copy(script, helper, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Calls the peer script; answers its lines and, last, its peak memory. */
    List<String> script(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                plan.python().toString(),
                helper.toString(),
                "run",
                plan.python().toString(),
                plan.peer().toString()));
        command.addAll(List.of(arguments));
        return lines(command);
    }

    /** Calls the helper script. */
    List<String> helper(String... arguments) {
        List<String> command = new ArrayList<>(List.of(plan.python().toString(), helper.toString()));
        command.addAll(List.of(arguments));
        return lines(command);
    }

    /** Returns the digest lines of a store as Python reads it. */
    List<String> digest(Path store) {
        return digest(store.toString());
    }

    /** Returns the digest lines of a store as Python reads it; options may follow its place. */
    List<String> digest(String... store) {
        List<String> arguments = new ArrayList<>(List.of("digest"));
        arguments.addAll(List.of(store));
        return script(arguments.toArray(new String[0])).stream()
                .filter(line -> line.startsWith("{\"row\""))
                .toList();
    }

    /** Returns the row numbers the peer draws for its random cases. */
    long[] index(int count) {
        String listed = helper("index", Integer.toString(count)).get(0);
        return Arrays.stream(listed.replaceAll("[\\[\\] ]", "").split(","))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    /** Times asebytes; answers seconds by case, and {@code maxrss_kb}. */
    Map<String, Double> bench(Path frames, String target, int rounds) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (String line : script("bench", frames.toString(), target, "--rounds", Integer.toString(rounds))) {
            Map<String, String> fields = fields(line);
            Optional.ofNullable(fields.get("median_s"))
                    .ifPresent(value -> seconds.put(fields.getOrDefault("case", ""), Double.valueOf(value)));
            Optional.ofNullable(fields.get("maxrss_kb"))
                    .ifPresent(value -> seconds.put("maxrss_kb", Double.valueOf(value)));
        }
        return seconds;
    }

    /** Returns the fields of a line of flat JSON, as texts. */
    static Map<String, String> fields(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(line);
        while (matcher.find()) {
            fields.put(matcher.group(1), matcher.group(2).replace("\"", ""));
        }
        return fields;
    }

    /** Runs a command; answers its lines. */
    static List<String> lines(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            List<String> lines;
            try (BufferedReader reader = process.inputReader()) {
                lines = reader.lines().toList();
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException("%s ended with %d: %s".formatted(command, code, lines));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
