package io.atomflux.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs small programs whose answer is good to know; to be called on threads that may block. */
final class Commands {

    private static final int SECONDS = 2;
    private static final int LONGEST = 64 << 10;

    private Commands() {}

    /** Returns what a program prints; empty if it fails or takes more than two seconds. */
    static Optional<String> output(Path folder, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toAbsolutePath().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GIT_OPTIONAL_LOCKS", "0"); // looking changes nothing, also not Git's index
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!ended(process)) {
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.of(text(process.getInputStream())) : Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    static Optional<String> firstLine(Path folder, String... command) throws IOException {
        return output(folder, command)
                .map(text -> text.lines().findFirst().orElse(""))
                .filter(line -> !line.isBlank());
    }

    /** One that prints more than a pipe holds never ends by itself, and is stopped after the time. */
    private static boolean ended(Process process) {
        try {
            return process.waitFor(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
    }
}
