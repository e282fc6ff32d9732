package io.atomflux.artifact.isf;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** A process that takes lock {@code x} of the database that is its argument, tells the token, and holds it. */
final class LockHolder {

    private LockHolder() {}

    /** Holds the lock until the process is killed, or its input ends. */
    public static void main(String[] arguments) throws IOException {
        long token = Objects.requireNonNull(Storages.open(Path.of(arguments[0]))
                        .locks()
                        .acquire("x", Duration.ofSeconds(5))
                        .block())
                .token();
        System.out.println(token); // the parent reads it
        while (System.in.read() >= 0) {
            continue;
        }
    }
}
