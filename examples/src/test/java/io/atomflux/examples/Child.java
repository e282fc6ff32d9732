package io.atomflux.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program in a process of its own; closing kills it. */
final class Child implements AutoCloseable {

    private final Process process;
    private final Path errors;

    private Child(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /**
     * Starts a program.
     *
     * @param folder where to keep what it says on standard error
     */
    static Child start(Class<?> program, Path folder, Object... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // starts faster
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-Djava.awt.headless=true",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Path errors = Files.createTempFile(folder, program.getSimpleName(), ".err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new Child(process, errors);
    }

    /** Returns what it prints. */
    BufferedReader output() {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. */
    int exitValue() throws InterruptedException {
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    /** As kill -9 does; waits for the end. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
