package io.atomflux.cli.system;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.Assertions;

/** Where the Python side of the live tests is, and how it is called. */
final class Live {

    private Live() {}

    static String property(String name) {
        return Objects.requireNonNull(
                System.getProperty(name),
                "system property " + name + " (expected by the live tests, see CONTRIBUTING.md)");
    }

    static String python() {
        return property("atomflux.python");
    }

    static String peer() {
        return property("atomflux.peer");
    }

    static Path data() {
        return Path.of(property("atomflux.data"));
    }

    /** How many times as much to do; 1 fits into the whole of the checks. */
    static int scale() {
        return Integer.getInteger("atomflux.scale", 1);
    }

    /** Puts a script of these tests into a directory. */
    static Path script(String name, Path directory) throws IOException {
        Path script = directory.resolve(name);
        try (InputStream source = Objects.requireNonNull(Live.class.getResourceAsStream(name))) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        return script;
    }

    /** Calls the peer script; answers what it prints. */
    static List<String> peer(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(python(), peer()));
        command.addAll(List.of(arguments));
        return lines(command);
    }

    static List<String> lines(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines;
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            lines = reader.lines().toList();
        }
        Assertions.assertThat(process.waitFor()).as("exit of %s", command).isZero();
        return lines;
    }

    /** Returns the digest lines of what we read. */
    static List<String> digest(ObjectIO db) {
        return Objects.requireNonNull(db.rows()
                .indexed()
                .map(row -> Digest.line(row.position(), row.value()))
                .collectList()
                .block());
    }

    static List<String> digest(Path store) {
        ObjectIO db = ObjectIO.open(store);
        try {
            return digest(db);
        } finally {
            db.close().block();
        }
    }

    /** Compares line by line, showing only the first that differs. */
    static void assertSame(String what, List<String> found, List<String> expected) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            Assertions.assertThat(found.get(i)).as("%s, row %d", what, i).isEqualTo(expected.get(i));
        }
        Assertions.assertThat(found).as("%s, rows", what).hasSameSizeAs(expected);
    }
}
