package io.atomflux.cli.system;

import io.atomflux.codec.Json;
import io.atomflux.value.Values;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** The Python side of live tests: a process that does one step at a time, each in a child that opens the store anew. */
final class PythonSteps implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    /**
     * What a step answered.
     *
     * @param written the rows it wrote, key to canonical JSON, or null for none
     * @param digest a line for each row
     */
    record Answer(List<Map<String, String>> written, List<String> digest) {}

    PythonSteps(Path directory) throws IOException {
        Path script = Live.script("steps.py", directory);
        this.process = new ProcessBuilder(Live.python(), script.toString(), Live.peer())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Does a step that must go well. */
    Answer step(Map<String, ?> step) {
        Object answer = ask(step);
        return answer instanceof Answer well ? well : Assertions.fail("Python failed at " + step + ": " + answer);
    }

    /** Does a step that must fail; answers how. */
    String failure(Map<String, ?> step) {
        Object answer = ask(step);
        return answer instanceof String failure ? failure : Assertions.fail("Python did " + step + ": " + answer);
    }

    @SuppressWarnings("unchecked")
    private Object ask(Map<String, ?> step) {
        List<Map<String, String>> written = new ArrayList<>();
        List<String> digest = new ArrayList<>();
        try {
            commands.write(Json.plain(Values.of("step", step)) + "\n");
            commands.flush();
            while (true) {
                String line = answers.readLine();
                if (line == null) {
                    return Assertions.fail("Python ended at " + step);
                }
                String rest = line.substring(1);
                switch (line.charAt(0)) {
                    case '=' -> written.add((Map<String, String>) Json.read(rest));
                    case '#' -> digest.add(rest);
                    case '.' -> {
                        return new Answer(written, digest);
                    }
                    default -> {
                        return line;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the digest lines of a file or of a store's default group. */
    List<String> digest(Path store) {
        return step(Map.of("op", "digest", "store", store.toString())).digest();
    }

    @Override
    public void close() throws IOException {
        commands.close();
        process.destroy();
    }
}
