package io.atomflux.cli.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class of these tests, or the command, in a virtual machine of its own. */
final class ChildJvm {

    private final List<String> options = new ArrayList<>();

    /**
     * What a child did.
     *
     * @param exit its exit code
     * @param out its standard output
     * @param error its standard error
     */
    record Ended(int exit, String out, String error) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    ChildJvm(String... options) {
        this.options.addAll(List.of(options));
    }

    List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=4"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    Process start(Class<?> main, String... arguments) {
        try {
            return new ProcessBuilder(command(main, arguments))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Ended run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(command(main, arguments));
    }

    static Ended run(List<String> command) throws IOException, InterruptedException {
        Path errors = java.nio.file.Files.createTempFile("child-", ".err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(1, TimeUnit.MINUTES);
            return new Ended(process.exitValue(), out, java.nio.file.Files.readString(errors));
        } finally {
            process.destroyForcibly();
            java.nio.file.Files.deleteIfExists(errors);
        }
    }
}
