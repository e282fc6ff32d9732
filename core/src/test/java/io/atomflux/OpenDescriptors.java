package io.atomflux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** Which files this process has open, where the system shows it. */
public final class OpenDescriptors {

    private static final Path ALL = Path.of("/proc/self/fd");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private OpenDescriptors() {}

    /** Tells whether the system shows them. */
    public static boolean areShown() {
        return Files.isDirectory(ALL);
    }

    /** Tells whether a file, named without links, is open. */
    public static boolean include(Path file) {
        try (Stream<Path> open = Files.list(ALL)) {
            return open.anyMatch(one -> {
                try {
                    return Files.readSymbolicLink(one).equals(file);
                } catch (IOException e) {
                    return false; // closed meanwhile
                }
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for what becomes true soon; fails if it does not. */
    public static void await(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(5))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(PATIENCE);
    }
}
