package io.atomflux.artifact.spi;

import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One fact a record is found by: a field and a value, values ordered as unsigned bytes.
 *
 * @param field name of the field, e.g. {@link #TYPE} or {@code thermodynamic_state.temperature}
 * @param value see {@link #ofText}, {@link #ofNumber}
 */
public record Term(String field, Bytes value) {

    /** Field of the tag of the data class, as text. This one and those below are the store's own. */
    public static final String TYPE = "type";

    /** Field of the codec's id, as text. */
    public static final String CODEC = "codec";

    /** Field of the time of the put in seconds since 1970, as a number. */
    public static final String TIME = "time";

    /** Field of the key, as text. */
    public static final String KEY = "key";

    /** Field of the keys of artifacts it refers to, as text, see {@code ArtifactType.references}. */
    public static final String REFERENCE = "reference";

    private static final int LONGEST = 256;

    public Term {
        Objects.requireNonNull(value, "value");
        if (field.isEmpty() || field.length() > 100 || field.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "field: \"%s\" (expected: 1 to 100 characters without NUL)".formatted(field));
        }
        if (value.length() > LONGEST) {
            throw new IllegalArgumentException("term %s: %d bytes (expected: at most %d; keep a hash instead)"
                    .formatted(field, value.length(), LONGEST));
        }
    }

    /** Makes a term of text: its first 256 bytes of UTF-8, so what is found by longer text must be compared again. */
    public static Term ofText(String field, String value) {
        return new Term(field, text(value));
    }

    /** Makes a term of a number; all doubles but NaN are ordered as numbers are, 0.0 and -0.0 being one. */
    public static Term ofNumber(String field, double value) {
        return new Term(field, number(value));
    }

    static Bytes text(String value) {
        Bytes all = Bytes.ofKey(value);
        return all.length() <= LONGEST ? all : Bytes.wrap(all.toArray(), 0, LONGEST);
    }

    static Bytes number(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("term: NaN (expected: a number, which NaN has no place among)");
        }
        long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
        long ordered = bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(ordered).array());
    }
}
