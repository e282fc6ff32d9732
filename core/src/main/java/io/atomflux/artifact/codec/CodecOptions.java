package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.InvalidOptionException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of one call, checked. */
final class CodecOptions {

    /** Name of the option that chooses the file's name. */
    static final String FILE = "file";

    /** Name of the option that chooses a compression: {@code none} or {@code zlib}. */
    static final String COMPRESSION = "compression";

    /** Name of the option that bounds how many bytes compressed data may become. */
    static final String LIMIT = "limit";

    /** Name of the option that reads only some rows. */
    static final String ROWS = "rows";

    private final String codec;
    private final Map<String, Object> options;

    CodecOptions(String codec, Map<String, Object> options, Set<String> known) {
        this.codec = codec;
        this.options = options;
        for (String name : options.keySet()) {
            if (!known.contains(name)) {
                throw new InvalidOptionException(
                        name, "unknown to codec %s (expected: one of %s)".formatted(codec, known));
            }
        }
    }

    /** Refuses all options. */
    static void none(String codec, Map<String, Object> options) {
        if (!options.isEmpty()) {
            throw new InvalidOptionException(
                    options.keySet().iterator().next(), "unknown to codec %s (expected: no option)".formatted(codec));
        }
    }

    @Nullable
    String text(String name) {
        Object value = options.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new InvalidOptionException(name, "%s (expected: a text, for codec %s)".formatted(value, codec));
    }

    /** Returns one of some texts, the first unless given. */
    String choice(String name, String usual, String... others) {
        String value = text(name);
        if (value == null || value.equals(usual)) {
            return usual;
        }
        for (String other : others) {
            if (value.equals(other)) {
                return other;
            }
        }
        throw new InvalidOptionException(
                name, "\"%s\" (expected: %s or %s)".formatted(value, usual, String.join(", ", others)));
    }

    /** Returns the name of a file. */
    String file(String usual) {
        String value = text(FILE);
        return value == null ? usual : ArtifactKey.fileName(value);
    }

    /** Returns how many bytes compressed data may become: a quarter of the heap, or what the caller allows. */
    long limit() {
        Object value = options.get(LIMIT);
        if (value == null) {
            return Math.max(1 << 26, Runtime.getRuntime().maxMemory() / 4);
        } else if (value instanceof Number number
                && number.longValue() > 0
                && number.longValue() == number.doubleValue()) {
            return number.longValue();
        }
        throw new InvalidOptionException(LIMIT, "%s (expected: a number of bytes above 0)".formatted(value));
    }
}
