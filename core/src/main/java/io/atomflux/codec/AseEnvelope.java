package io.atomflux.codec;

import io.atomflux.atoms.Atoms;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object in which the Python package asebytes sends a structure: {@code {"__asebytes__": 1, "data": base64}}.
 *
 * <p>The data are one msgpack map from the row's keys to their values' own msgpack, as byte strings ({@code AtomsEncoder}
 * and {@code AtomsDecoder} of asebytes 0.3). A Jackson mapper with {@link AtomfluxModule} writes what {@link #of} returns
 * and reads this form as {@link Atoms} by itself.
 */
public final class AseEnvelope {

    private static final String VERSION = "__asebytes__";
    private static final String DATA = "data";

    private AseEnvelope() {}

    /** Returns the members of the JSON object in order; unmodifiable. */
    public static Map<String, Object> of(Atoms atoms) {
        Bytes packed = NumpyMsgpack.packMap(NumpyMsgpack.encode(atoms.toRow()));
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(VERSION, 1L);
        members.put(DATA, Base64.getEncoder().encodeToString(packed.toArray()));
        return Collections.unmodifiableMap(members);
    }

    /** Returns the JSON text. */
    public static String write(Atoms atoms) {
        return "{\"%s\":1,\"%s\":\"%s\"}".formatted(VERSION, DATA, of(atoms).get(DATA));
    }

    /** Tells whether a JSON object is an envelope, of whatever version; a null version makes it none, as in Python. */
    public static boolean is(Map<?, ?> members) {
        return members.get(VERSION) != null;
    }

    /**
     * Opens an envelope.
     *
     * @param members of the JSON object, as a mapper reads them
     * @throws IllegalArgumentException if the version is not 1, or the data are no structure
     */
    public static Atoms open(Map<?, ?> members) {
        Object version = members.get(VERSION);
        if (!(version instanceof Number number) || number.doubleValue() != 1) {
            throw new IllegalArgumentException("%s: %s (expected: 1)".formatted(VERSION, shown(version)));
        }
        Object data = members.get(DATA);
        if (!(data instanceof String text)) {
            throw new IllegalArgumentException("%s: %s (expected: base64 text)".formatted(DATA, shown(data)));
        }
        Bytes packed = Bytes.wrap(Base64.getDecoder().decode(text));
        Row row = NumpyMsgpack.decode(NumpyMsgpack.unpackMap(packed), "JSON", -1);
        try {
            row.forEach((key, value) -> {}); // text from outside is checked at once, not when a value is asked for
            return Atoms.fromRow(row);
        } catch (CorruptDataException | UnsupportedDataException e) {
            throw new IllegalArgumentException(DATA + ": " + e.getMessage(), e);
        }
    }

    private static String shown(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() > 50 ? text.substring(0, 50) + "…" : text;
    }
}
