package io.atomflux.codec;

import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * JSON as ASE writes it inside {@code .traj}, {@code .aselmdb} and {@code .db} files: Python's JSON, with {@code NaN} and
 * {@code Infinity}, and objects of one known key for what JSON has not.
 *
 * <ul>
 *   <li>{@code {"__ndarray__": [[2], "float64", [1.0, 2.0]]}} is an {@link NdArray}: shape, numpy's name of the type, the
 *       elements in row-major order; those of a complex array are real and imaginary parts in turn. An array of Python
 *       objects is a nested list
 *   <li>{@code {"__complex__": [1.0, 2.0]}} is a {@link Complex}, {@code {"__complex_ndarray__": [re, im]}} of older files
 *       a complex array
 *   <li>{@code {"array": …, "__ase_objtype__": "cell"}} is a 3×3 array
 *   <li>{@code {"__datetime__": …}} and the other kinds of {@code __ase_objtype__} have no type here: they stay maps, and
 *       written again they are the same text
 * </ul>
 *
 * <p>All else is null, Boolean, Long, BigInteger (from 2^63 to 2^64 - 1), Double, String, unmodifiable List and Map. Of
 * equal keys the last counts. Python makes integers of keys such as {@code "12"} when it reads them; here all keys are texts.
 *
 * <p>Checked against {@code ase.io.jsonio} of ASE 3.29.
 */
public final class AseJson {

    private AseJson() {}

    /**
     * Reads one value.
     *
     * <p>Memory is bounded by the text: a few hundred bytes per list, map or text, and no array is made that the text has
     * not the elements for.
     *
     * @throws IllegalArgumentException if the text is not one such value, or has what no value here can hold: lists and maps
     *     nested deeper than 64, integers beyond 64 bits, more than 2^20 lists, maps and texts or 2^23 other values outside
     *     arrays; the message tells the character
     */
    public static @Nullable Object read(String json) {
        return new AseJsonReader(json).read();
    }

    /**
     * Reads one value from UTF-8.
     *
     * @param json position to limit; not moved
     * @throws IllegalArgumentException as {@link #read(String)} does, and if the bytes are no UTF-8
     */
    public static @Nullable Object read(ByteBuffer json) {
        return read(text(json));
    }

    /**
     * Reads one value from UTF-8; if it is an object, only members with a wanted name. The others are gone past: whether
     * they are well-formed is not looked at.
     *
     * @param json position to limit; not moved
     * @throws IllegalArgumentException as {@link #read(ByteBuffer)} does
     */
    public static @Nullable Object read(ByteBuffer json, Predicate<String> wanted) {
        return new AseJsonReader(text(json), wanted).read();
    }

    private static String text(ByteBuffer json) {
        byte[] bytes = new byte[json.remaining()];
        json.duplicate().get(bytes);
        for (byte b : bytes) {
            if (b < 0) {
                return decoded(json);
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String decoded(ByteBuffer json) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(json.duplicate()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "JSON of %d bytes: not UTF-8 (expected: UTF-8)".formatted(json.remaining()), e);
        }
    }

    /**
     * Writes a value as ASE does: {@code ", "} and {@code ": "}, ASCII only, numbers as Python prints them.
     *
     * <p>A numpy scalar becomes a plain number, as there: its type is forgotten.
     *
     * @throws IllegalArgumentException if ASE's JSON cannot hold the value, and would not read it back: bytes, arrays of
     *     bytes or records, a map with a key that ASE takes for a mark, such as {@code __ndarray__}; or if it is no value
     *     of a row
     */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        new AseJsonWriter(out, null).write(value);
        return out.toString();
    }

    /**
     * Reads one value of the packed form, which the column {@code data} of {@code .db} files has from version 9 on: a
     * little-endian int64 that tells where the JSON begins, the elements of arrays, and the JSON, in which {@code
     * {"__ndarray__": [[2], "float64", 8]}} tells where the elements of an array begin.
     *
     * @param packed position to limit; not moved
     * @throws IllegalArgumentException as {@link #read(String)} does, and if something would begin outside or overlap the JSON
     */
    public static @Nullable Object unpack(ByteBuffer packed) {
        ByteBuffer all = packed.slice().order(ByteOrder.LITTLE_ENDIAN);
        long start = all.remaining() < Long.BYTES ? -1 : all.getLong(0);
        if (start < Long.BYTES || start > all.limit()) {
            throw new IllegalArgumentException("packed value of %d bytes: JSON begins at %d (expected: 8 to %d)"
                    .formatted(all.limit(), start, all.limit()));
        }
        ByteBuffer json = all.duplicate().position((int) start);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(json).toString();
            return new AseJsonReader(text, member -> true, all.limit((int) start)).read();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "JSON of %d bytes: not UTF-8 (expected: UTF-8)".formatted(packed.remaining() - start), e);
        }
    }

    /**
     * Writes a value in the packed form of {@link #unpack}, byte for byte as ASE does.
     *
     * @throws IllegalArgumentException as {@link #write} does, and for arrays of texts or of big-endian numbers, which ASE
     *     would not read back
     */
    public static byte[] pack(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        new AseJsonWriter(out, body).write(value);
        byte[] json = out.toString().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Math.addExact(Long.BYTES + body.size(), json.length))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.BYTES + (long) body.size())
                .put(body.toByteArray())
                .put(json)
                .array();
    }

    /**
     * Returns the element type of an array by numpy's name for it, e.g. {@code float64}, {@code bool}, {@code <U2}.
     *
     * @throws IllegalArgumentException if elements of this type cannot be in an array of ASE's files
     */
    public static DType type(String name) {
        return AseJsonReader.type(name);
    }

    /** Returns a double as Python's {@code repr} prints it, e.g. {@code 1e-05}, {@code 1.0}; not a number is {@code nan}. */
    static String repr(double value) {
        String text = PythonComplex.format(value);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '-' && (c < '0' || c > '9')) {
                return text;
            }
        }
        return text + ".0";
    }
}
