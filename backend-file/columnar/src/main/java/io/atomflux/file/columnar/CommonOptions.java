package io.atomflux.file.columnar;

import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/** What the options of all columnar files have in common. */
final class CommonOptions {

    static final int MOST_LEVEL = 9;
    static final long DEFAULT_CACHE = 64L << 20;
    static final long DEFAULT_CHUNK_BYTES = 256L << 20;
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** A chunk is one Java array. */
    private static final long MOST_CHUNK_BYTES = 1L << 30;

    private static final long MOST_CHUNK_FRAMES = 1L << 30;
    private static final Duration LONGEST = Duration.ofDays(1);

    private CommonOptions() {}

    static void check(OptionalLong chunkFrames, long cache, long maxChunkBytes, Duration lockTimeout) {
        Objects.requireNonNull(lockTimeout, "lockTimeout");
        if (chunkFrames.isPresent()) {
            check("chunkFrames", chunkFrames.getAsLong(), 1, MOST_CHUNK_FRAMES);
        }
        check("cache", cache, 1, Long.MAX_VALUE);
        check("maxChunkBytes", maxChunkBytes, 1, MOST_CHUNK_BYTES);
        if (lockTimeout.isNegative() || lockTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("lockTimeout: %s (expected: 0 to %s)".formatted(lockTimeout, LONGEST));
        }
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d (expected: %d to %d)".formatted(name, value, least, most));
        }
    }

    static String oneOf(Settings settings, String name, String otherwise, List<String> all) {
        String given = settings.text(name, otherwise).toLowerCase(Locale.ROOT);
        if (!all.contains(given)) {
            settings.fault(name, "%s (expected: one of %s)".formatted(given, String.join(", ", all)));
            return otherwise;
        }
        return given;
    }

    static OptionalLong chunkFrames(Settings settings) {
        String given = settings.text("chunk_frames", "").strip();
        if (given.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(given);
            if (number >= 1 && number <= MOST_CHUNK_FRAMES) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        settings.fault("chunk_frames", "%s (expected: an integer from 1 to %d)".formatted(given, MOST_CHUNK_FRAMES));
        return OptionalLong.empty();
    }

    static long maxChunkBytes(Settings settings) {
        long given = settings.bytes("max_chunk_bytes", DEFAULT_CHUNK_BYTES);
        if (given > MOST_CHUNK_BYTES) {
            settings.fault("max_chunk_bytes", "%d (expected: at most 1G)".formatted(given));
            return DEFAULT_CHUNK_BYTES;
        }
        return given;
    }

    static Duration lockTimeout(Settings settings) {
        return Duration.ofMillis(
                settings.integer("lock_timeout_ms", DEFAULT_TIMEOUT.toMillis(), 0, LONGEST.toMillis()));
    }
}
