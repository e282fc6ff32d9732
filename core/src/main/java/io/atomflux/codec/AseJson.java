package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        write(value, out);
        return out.toString();
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

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger) {
            out.append(value);
        } else if (value instanceof Double number) {
            number(number, out);
        } else if (value instanceof String text) {
            text(text, out);
        } else if (value instanceof NdArray array) {
            array(array, out);
        } else if (value instanceof List<?> list) {
            list(list, out);
        } else if (value instanceof Map<?, ?> map) {
            map(map, out);
        } else if (value instanceof NdScalar scalar) {
            write(scalar.plain(), out);
        } else if (value instanceof Complex number) {
            number(number.re(), out.append("{\"__complex__\": ["));
            number(number.im(), out.append(", "));
            out.append("]}");
        } else if (value instanceof Bytes bytes) {
            throw refused("%d bytes".formatted(bytes.length()));
        } else {
            throw refused("a value of " + value.getClass());
        }
    }

    private static IllegalArgumentException refused(String found) {
        return new IllegalArgumentException(
                "ASE's JSON: %s (expected: null, booleans, integers, floats, complex numbers, texts, lists, maps, or arrays of numbers, booleans or texts)"
                        .formatted(found));
    }

    private static void number(double number, StringBuilder out) {
        if (Double.isFinite(number)) {
            out.append(repr(number));
        } else {
            out.append(Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
    }

    private static void array(NdArray array, StringBuilder out) {
        DType type = array.dtype();
        if (type.kind() == DType.Kind.BYTES || type.kind() == DType.Kind.STRUCT) {
            throw refused("an array of " + type);
        }
        out.append("{\"__ndarray__\": [[");
        for (int axis = 0; axis < array.rank(); axis++) {
            out.append(axis == 0 ? "" : ", ").append(array.length(axis));
        }
        out.append("], \"")
                .append(type.isBigEndian() ? type.code() : type.name())
                .append("\", [");
        for (int i = 0; i < array.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            Object element = array.at(i);
            if (element instanceof Complex number) {
                number(number.re(), out);
                number(number.im(), out.append(", "));
            } else {
                write(element, out);
            }
        }
        out.append("]]}");
    }

    private static void list(List<?> list, StringBuilder out) {
        out.append('[');
        String separator = "";
        for (Object item : list) {
            write(item, out.append(separator));
            separator = ", ";
        }
        out.append(']');
    }

    private static void map(Map<?, ?> map, StringBuilder out) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = (String) Objects.requireNonNull(entry.getKey());
            if (AseJsonReader.wouldBeTaken(key, entry.getValue())) {
                throw refused("a map with the key \"%s\", which ASE takes for a mark".formatted(key));
            }
            text(key, out.append(separator));
            write(entry.getValue(), out.append(": "));
            separator = ", ";
        }
        out.append('}');
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int escape = "\"\\\b\f\n\r\t".indexOf(c);
            if (escape >= 0) {
                out.append('\\').append("\"\\bfnrt".charAt(escape));
            } else if (c < ' ' || c > '~') {
                out.append("\\u").append("%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
