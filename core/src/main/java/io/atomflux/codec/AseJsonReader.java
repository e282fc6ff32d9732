package io.atomflux.codec;

import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Parses what {@link AseJson} describes in one pass: the elements of an array go into its bytes as they are read.
 *
 * <p>Longer than most files because a parser has a method per kind of token, and arrays have another per kind of element.
 */
final class AseJsonReader {

    private static final int DEEPEST = 64;
    private static final int MOST_PLAIN = 1 << 23;
    private static final int MOST_OTHERS = 1 << 20; // a short text or list takes fifty times its JSON in memory
    private static final int LONGEST_INTEGER = 20;
    private static final long LEAST_ROOM = 1 << 24;
    private static final int ROOM_PER_CHARACTER = 64;
    private static final int BEYOND_EXPONENTS = 100_000_000; // more than digits in a text can make up for
    private static final String ARRAY = "__ndarray__";
    private static final String COMPLEX = "__complex__";
    private static final String COMPLEX_ARRAY = "__complex_ndarray__";
    private static final String OBJECT = "__ase_objtype__";
    private static final String TIME = "__datetime__";
    private static final Set<String> OPAQUE = Set.of("atoms", "bandpath", "bandstructure", "vibrationsdata");

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("bool", "|b1"),
            Map.entry("int8", "|i1"),
            Map.entry("int16", "<i2"),
            Map.entry("int32", "<i4"),
            Map.entry("int64", "<i8"),
            Map.entry("int", "<i8"),
            Map.entry("uint8", "|u1"),
            Map.entry("uint16", "<u2"),
            Map.entry("uint32", "<u4"),
            Map.entry("uint64", "<u8"),
            Map.entry("float16", "<f2"),
            Map.entry("float32", "<f4"),
            Map.entry("float64", "<f8"),
            Map.entry("float", "<f8"),
            Map.entry("complex64", "<c8"),
            Map.entry("complex128", "<c16"),
            Map.entry("complex", "<c16"));

    private final String text;
    private final Predicate<String> wanted;
    private final @Nullable ByteBuffer body;
    private int at;
    private int plain;
    private int others;
    private double fractional; // the number read last, if no integer
    private long mantissa;
    private int significant; // digits of the mantissa without zeros in front
    private long packedRoom;
    private long textRoom; // for texts of arrays, whose width the text only claims

    AseJsonReader(String text) {
        this(text, member -> true);
    }

    /** Leaves members of the outermost map out that are not wanted. */
    AseJsonReader(String text, Predicate<String> wanted) {
        this(text, wanted, null);
    }

    /** Takes also the bytes from the start of a packed value in which its arrays are, if they are not in the text. */
    AseJsonReader(String text, Predicate<String> wanted, @Nullable ByteBuffer body) {
        this.text = text;
        this.wanted = wanted;
        this.body = body;
        this.packedRoom = body == null ? 0 : 2L * body.limit();
        this.textRoom = LEAST_ROOM + (long) ROOM_PER_CHARACTER * text.length();
    }

    /** Tells whether ASE, reading a map with this entry, would make something else of the map, or fail. */
    static boolean wouldBeTaken(String key, @Nullable Object value) {
        return switch (key) {
            case ARRAY, COMPLEX, COMPLEX_ARRAY -> true;
            case OBJECT -> !(value instanceof String kind) || !OPAQUE.contains(kind);
            case TIME -> !(value instanceof String);
            default -> false;
        };
    }

    @Nullable
    Object read() {
        blanks();
        Object value = value(0);
        blanks();
        if (at != text.length()) {
            throw expected("the end");
        }
        return value;
    }

    private IllegalArgumentException expected(String what) {
        String found = at >= text.length() ? "the end" : "'" + text.charAt(at) + "'";
        return new IllegalArgumentException("JSON at character %d: %s (expected: %s)".formatted(at, found, what));
    }

    private static IllegalArgumentException bad(int from, String found, String expected) {
        return new IllegalArgumentException("JSON at character %d: %s (expected: %s)".formatted(from, found, expected));
    }

    private char here() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void blanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
                return;
            }
            at++;
        }
    }

    private boolean skip(char c) {
        if (here() == c) {
            at++;
            return true;
        }
        return false;
    }

    private boolean skip(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        return false;
    }

    private void need(char c) {
        blanks();
        if (!skip(c)) {
            throw expected("'" + c + "'");
        }
        blanks();
    }

    /** Skips what separates two items; tells whether there is another. */
    private boolean more(char close) {
        blanks();
        if (skip(close)) {
            return false;
        }
        if (!skip(',')) {
            throw expected("',' or '" + close + "'");
        }
        blanks();
        return true;
    }

    private void count(boolean other) {
        if (other ? ++others > MOST_OTHERS : ++plain > MOST_PLAIN) {
            throw bad(
                    at,
                    "one value too many",
                    "at most %d lists, maps and texts, and %d others".formatted(MOST_OTHERS, MOST_PLAIN));
        }
    }

    private @Nullable Object value(int depth) {
        char first = here();
        count(first == '"' || first == '[' || first == '{');
        return switch (first) {
            case '"' -> string();
            case '[' -> list(depth);
            case '{' -> map(depth);
            case 'n' -> {
                word("null");
                yield null;
            }
            case 't' -> {
                word("true");
                yield true;
            }
            case 'f' -> {
                word("false");
                yield false;
            }
            default -> number();
        };
    }

    private void word(String word) {
        if (!skip(word)) {
            throw expected("a JSON value");
        }
    }

    private void deeper(int depth) {
        if (depth >= DEEPEST) {
            throw bad(at, "lists and maps nested deeper than " + DEEPEST, "less");
        }
    }

    private List<@Nullable Object> list(int depth) {
        deeper(depth);
        List<@Nullable Object> items = new ArrayList<>(4);
        at++;
        blanks();
        if (skip(']')) {
            return Collections.unmodifiableList(items);
        }
        do {
            items.add(value(depth + 1));
        } while (more(']'));
        return Collections.unmodifiableList(items);
    }

    private @Nullable Object map(int depth) {
        deeper(depth);
        int from = at;
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        at++;
        blanks();
        if (skip('}')) {
            return Collections.unmodifiableMap(entries);
        }
        do {
            if (here() != '"') {
                throw expected("a key in quotes");
            }
            count(true);
            String key = string();
            need(':');
            if (depth == 0 && !wanted.test(key)) {
                pass();
                continue;
            }
            entries.put(key, key.equals(ARRAY) ? array(depth + 1) : value(depth + 1));
        } while (more('}'));
        return resolved(entries, from);
    }

    /** Goes behind a value without reading it. */
    private void pass() {
        int open = 0;
        do {
            char c = here();
            if (c == '"') {
                string();
                continue;
            } else if (c == '[' || c == '{') {
                open++;
            } else if (open > 0 && (c == ']' || c == '}')) {
                open--;
            } else if (open == 0) {
                value(DEEPEST);
                continue;
            } else if (at >= text.length()) {
                throw expected("the end of a value");
            }
            at++;
        } while (open > 0);
    }

    private @Nullable Object resolved(Map<String, @Nullable Object> entries, int from) {
        if (entries.containsKey(ARRAY)) {
            return entries.get(ARRAY);
        } else if (entries.containsKey(COMPLEX)) {
            if (entries.get(COMPLEX) instanceof List<?> parts && parts.size() == 2) {
                return new Complex(real(parts.get(0), from), real(parts.get(1), from));
            }
            throw bad(from, COMPLEX + " of something else", "[re, im]");
        } else if (entries.containsKey(COMPLEX_ARRAY)) {
            return complexArray(entries.get(COMPLEX_ARRAY), from);
        } else if ("cell".equals(entries.get(OBJECT))) {
            Object vectors = entries.get("array");
            NdArray cell = vectors instanceof NdArray array ? array : nested(vectors, from);
            if (!cell.hasShape(3, 3) || !cell.dtype().isReal()) {
                throw bad(from, "a cell of another shape or type", "3 vectors of 3 numbers");
            }
            return cell;
        }
        return Collections.unmodifiableMap(entries);
    }

    private static double real(@Nullable Object part, int from) {
        if (part instanceof Double || part instanceof Long || part instanceof BigInteger) {
            return ((Number) part).doubleValue();
        }
        throw bad(from, "a part that is no number", "a number");
    }

    private static NdArray complexArray(@Nullable Object stored, int from) {
        if (!(stored instanceof List<?> parts) || parts.size() != 2) {
            throw bad(from, COMPLEX_ARRAY + " of something else", "[real parts, imaginary parts]");
        }
        NdArray re = nested(parts.get(0), from);
        NdArray im = nested(parts.get(1), from);
        if (!im.hasShape(re.shape())) {
            throw bad(from, COMPLEX_ARRAY + " of parts of two shapes", "one shape");
        }
        ByteBuffer room = ByteBuffer.allocate(Math.multiplyExact(16, re.size())).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < re.size(); i++) {
            room.putDouble(re.doubleAt(i)).putDouble(im.doubleAt(i));
        }
        return NdArray.wrap(DType.COMPLEX128, re.shape(), room.array(), 0);
    }

    /** Makes a float64 array of nested lists of numbers; a null is not a number, as for numpy. */
    static NdArray nested(@Nullable Object stored, int from) {
        List<Integer> axes = new ArrayList<>();
        Object level = stored;
        while (level instanceof List<?> list) {
            axes.add(list.size());
            level = list.isEmpty() ? null : list.get(0);
        }
        int[] shape = axes.stream().mapToInt(Integer::intValue).toArray();
        List<Double> flat = new ArrayList<>();
        flatten(stored, shape, 0, flat, from);
        return NdArray.of(flat.stream().mapToDouble(Double::doubleValue).toArray())
                .reshape(shape);
    }

    private static void flatten(@Nullable Object part, int[] shape, int axis, List<Double> flat, int from) {
        if (axis == shape.length) {
            flat.add(part == null ? Double.NaN : real(part, from));
        } else if (part instanceof List<?> list && list.size() == shape[axis]) {
            for (Object item : list) {
                flatten(item, shape, axis + 1, flat, from);
            }
        } else {
            throw bad(from, "nested lists of unequal lengths", "lists of one length");
        }
    }

    private @Nullable Object array(int depth) {
        int from = at;
        need('[');
        int[] shape = shape();
        need(',');
        if (here() != '"') {
            throw expected("the name of a type in quotes");
        }
        String name = string();
        need(',');
        Object array;
        if (body != null && here() >= '0' && here() <= '9') {
            array = packed(body, type(name, from), shape, from);
        } else {
            array = name.equals("object") ? objects(shape, depth, from) : elements(type(name, from), shape, from);
        }
        need(']');
        return array;
    }

    private NdArray packed(ByteBuffer bytes, DType type, int[] shape, int from) {
        long size = type.itemSize();
        for (int axis : shape) {
            size = size == 0 || axis == 0 ? 0 : Math.min(size * axis, Integer.MAX_VALUE);
        }
        packedRoom -= size; // else many arrays could claim the same bytes
        if (!(number() instanceof Long offset)
                || packedRoom < 0
                || size > 0 && (offset < Long.BYTES || offset > bytes.limit() - size)) {
            throw bad(
                    from,
                    "array of %d bytes".formatted(size),
                    "so many of the %d packed ones".formatted(bytes.limit()));
        }
        if (type.kind() == DType.Kind.UNICODE) {
            throw bad(from, "packed array of texts", "numbers or bool");
        }
        return size == 0
                ? NdArray.zeros(type, shape)
                : NdArray.copyOf(type, shape, bytes.slice(offset.intValue(), (int) size));
    }

    private int[] shape() {
        int from = at;
        if (here() != '[') {
            throw expected("a list of axis lengths");
        }
        List<@Nullable Object> axes = list(DEEPEST - 1);
        int[] shape = new int[axes.size()];
        for (int i = 0; i < shape.length; i++) {
            if (!(axes.get(i) instanceof Long axis) || axis < 0 || axis > Integer.MAX_VALUE) {
                throw bad(from, "axis length " + axes.get(i), "0 to 2^31 - 1");
            }
            shape[i] = axis.intValue();
        }
        return shape;
    }

    static DType type(String name) {
        try {
            DType type = DType.of(TYPES.getOrDefault(name, name));
            if (type.kind() != DType.Kind.BYTES && type.kind() != DType.Kind.STRUCT) {
                return type;
            }
        } catch (IllegalArgumentException e) {
            throw untyped(name, e);
        }
        throw untyped(name, null);
    }

    private static IllegalArgumentException untyped(String name, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "array of type \"%s\" (expected: numbers, bool or text, e.g. float64)".formatted(shown(name)), cause);
    }

    private static DType type(String name, int from) {
        try {
            return type(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("JSON at character %d: %s".formatted(from, e.getMessage()), e);
        }
    }

    private static String shown(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    /** Returns the number of elements, if the rest of the text can hold so many. */
    private int size(int[] shape, int perElement, int itemSize, int from) {
        long size = 1;
        for (int axis : shape) {
            size = size == 0 || axis == 0 ? 0 : Math.min(size * axis, Integer.MAX_VALUE);
        }
        if (size * perElement > (text.length() - at) / 2 + 1 || size * itemSize > Integer.MAX_VALUE - 8) {
            throw bad(
                    from, "array of %d elements in %d characters".formatted(size, text.length() - at), "all elements");
        }
        return (int) size;
    }

    private NdArray elements(DType type, int[] shape, int from) {
        boolean complex = type.kind() == DType.Kind.COMPLEX;
        int size = size(shape, complex ? 2 : 1, type.itemSize(), from);
        if (type.kind() == DType.Kind.UNICODE) {
            textRoom -= (long) size * type.itemSize();
            if (textRoom < 0) {
                throw bad(from, "%d texts of type %s".formatted(size, type), "a width near that of the longest text");
            }
        }
        ByteBuffer room = ByteBuffer.allocate(size * type.itemSize())
                .order(type.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int parts = complex ? 2 * size : size;
        int step = complex ? type.itemSize() / 2 : type.itemSize();
        int count = 0;
        if (shape.length == 0 && here() != '[') {
            element(room, type, step);
            count++;
        } else if (!opensEmpty()) {
            do {
                if (count == parts) {
                    throw bad(at, "more elements than the shape has", Integer.toString(size));
                }
                room.position(count * step);
                element(room, type, step);
                count++;
            } while (more(']'));
        }
        if (count != parts) {
            throw bad(at, "the end of an array after %d numbers or texts".formatted(count), Integer.toString(parts));
        }
        return NdArray.wrap(type, shape, room.array(), 0);
    }

    /** Opens a list; tells whether it is empty, and then closes it too. */
    private boolean opensEmpty() {
        need('[');
        return skip(']');
    }

    private void element(ByteBuffer room, DType type, int step) {
        switch (type.kind()) {
            case BOOL -> room.put((byte) (flag() ? 1 : 0));
            case INT, UINT -> integer(room, type);
            case FLOAT, COMPLEX -> {
                double number = here() == 'n' ? missing() : real();
                if (step == 8) {
                    room.putDouble(number);
                } else if (step == 4) {
                    room.putFloat((float) number);
                } else {
                    NdArray.of(new double[] {number}).as(type).asBuffer().get(room.array(), room.position(), 2);
                    room.position(room.position() + 2);
                }
            }
            case UNICODE -> unicode(room, type);
            case BYTES, STRUCT -> throw new AssertionError(type); // refused where the type is read
        }
    }

    /** Reads a null, which numpy takes for "not a number". */
    private double missing() {
        word("null");
        return Double.NaN;
    }

    private double real() {
        int from = at;
        return isWhole() ? ((Number) whole(from)).doubleValue() : fractional;
    }

    private boolean flag() {
        return switch (here()) {
            case 't' -> {
                word("true");
                yield true;
            }
            case 'f' -> {
                word("false");
                yield false;
            }
            default -> real() != 0;
        };
    }

    private void integer(ByteBuffer room, DType type) {
        int from = at;
        Object found = number();
        if (found instanceof Double number && number == Math.rint(number) && Math.abs(number) < 0x1p63) {
            found = number.longValue();
        }
        int bits = 8 * type.itemSize();
        boolean unsigned = type.kind() == DType.Kind.UINT;
        long value;
        if (found instanceof Long number) {
            boolean fits = unsigned
                    ? number >= 0 && (bits == 64 || number >>> bits == 0)
                    : bits == 64 || number >> (bits - 1) == 0 || number >> (bits - 1) == -1;
            if (!fits) {
                throw bad(from, "integer " + number, "one of type " + type);
            }
            value = number;
        } else if (found instanceof BigInteger number && unsigned && bits == 64) {
            value = number.longValue();
        } else {
            throw bad(from, "number " + found, "an integer of type " + type);
        }
        switch (type.itemSize()) {
            case 1 -> room.put((byte) value);
            case 2 -> room.putShort((short) value);
            case 4 -> room.putInt((int) value);
            default -> room.putLong(value);
        }
    }

    private void unicode(ByteBuffer room, DType type) {
        int from = at;
        if (here() != '"') {
            throw expected("a text in quotes");
        }
        String element = string();
        if (4L * element.codePointCount(0, element.length()) > type.itemSize()) {
            throw bad(from, "text \"" + shown(element) + "\"", "one that fits " + type.code());
        }
        element.codePoints().forEach(room::putInt);
    }

    /** Reads an array of Python objects as nested lists. */
    private @Nullable Object objects(int[] shape, int depth, int from) {
        int size = size(shape, 1, 1, from);
        if (depth + shape.length > DEEPEST) {
            throw bad(from, "lists and maps nested deeper than " + DEEPEST, "less");
        }
        if (here() != '[') {
            throw expected("a list of elements");
        }
        List<@Nullable Object> flat = list(depth);
        if (flat.size() != size) {
            throw bad(from, "array of %d elements".formatted(flat.size()), "%d by its shape".formatted(size));
        }
        return folded(flat, shape, 0, 0, size);
    }

    private @Nullable Object folded(List<?> flat, int[] shape, int axis, int from, int count) {
        if (axis == shape.length) {
            return flat.get(from);
        }
        List<@Nullable Object> items = new ArrayList<>();
        int step = shape[axis] == 0 ? 0 : count / shape[axis];
        for (int i = 0; i < shape[axis]; i++) {
            count(true);
            items.add(folded(flat, shape, axis + 1, from + i * step, step));
        }
        return Collections.unmodifiableList(items);
    }

    private String string() {
        int from = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(from, at++);
            } else if (c == '\\') {
                return escapedString(from);
            } else if (c < ' ') {
                throw expected("no control character");
            }
            at++;
        }
        throw expected("'\"'");
    }

    private String escapedString(int from) {
        StringBuilder out = new StringBuilder().append(text, from, at);
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c < ' ') {
                throw expected("no control character");
            }
            at++;
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw expected("'\"'");
    }

    private char escaped() {
        char c = here();
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0 && at < text.length()) {
            at++;
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        if (c != 'u' || at + 5 > text.length()) {
            throw expected("an escape");
        }
        int unit = 0;
        for (int i = at + 1; i < at + 5; i++) {
            char hex = text.charAt(i);
            int digit = hex < 0x80 ? Character.digit(hex, 16) : -1;
            if (digit < 0) {
                throw expected("an escape");
            }
            unit = unit << 4 | digit;
        }
        at += 5;
        return (char) unit;
    }

    /** Reads a number: Long, BigInteger or Double. */
    private Object number() {
        int from = at;
        return isWhole() ? whole(from) : (Object) fractional;
    }

    private Object whole(int from) {
        int digits = at - from - (text.charAt(from) == '-' ? 1 : 0);
        return digits <= 18 ? (Object) Long.parseLong(text, from, at, 10) : large(from, digits);
    }

    /** Reads a number; if it is no integer, it is {@link #fractional} then. */
    private boolean isWhole() {
        int from = at;
        char c = here();
        boolean negative = c == '-';
        if (c == 'N' && skip("NaN")) {
            fractional = Double.NaN;
            return false;
        } else if (c == 'I' && skip("Infinity")) {
            fractional = Double.POSITIVE_INFINITY;
            return false;
        } else if (negative && skip("-Infinity")) {
            fractional = Double.NEGATIVE_INFINITY;
            return false;
        }
        at += negative ? 1 : 0;
        int first = at;
        mantissa = 0;
        significant = 0;
        digits();
        int whole = at - first;
        if (whole == 0 || (whole > 1 && text.charAt(first) == '0')) {
            at = from;
            throw expected("a JSON value");
        }
        boolean integral = true;
        int exponent = 0;
        if (here() == '.') {
            integral = false;
            int point = ++at;
            digits();
            exponent = point - at;
            if (exponent == 0) {
                throw expected("a digit");
            }
        }
        if (here() == 'e' || here() == 'E') {
            integral = false;
            at++;
            boolean down = skip('-');
            if (!down) {
                skip('+');
            }
            exponent += down ? -power() : power();
        }
        if (!integral) {
            double magnitude = significant <= Decimals.MOST_DIGITS ? Decimals.scaled(mantissa, exponent) : Double.NaN;
            fractional = Double.isNaN(magnitude)
                    ? Double.parseDouble(text.substring(from, at))
                    : negative ? -magnitude : magnitude;
        }
        return integral;
    }

    /** Reads the digits of an exponent; one that no double has stays one, however many they are. */
    private int power() {
        int from = at;
        int power = 0;
        while (here() >= '0' && here() <= '9') {
            power = Math.min(BEYOND_EXPONENTS, 10 * power + (here() - '0'));
            at++;
        }
        if (at == from) {
            throw expected("a digit");
        }
        return power;
    }

    /** Adds digits to the mantissa, as many as there are; it only holds if not too many are significant. */
    private void digits() {
        int end = at;
        long sum = mantissa;
        int count = significant;
        while (end < text.length()) {
            int digit = text.charAt(end) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            sum = 10 * sum + digit;
            count += count == 0 && digit == 0 ? 0 : 1;
            end++;
        }
        mantissa = sum;
        significant = count;
        at = end;
    }

    private Object large(int from, int digits) {
        if (digits <= LONGEST_INTEGER) {
            BigInteger number = new BigInteger(text.substring(from, at));
            if (number.bitLength() <= 63) {
                return number.longValueExact();
            } else if (number.signum() > 0 && number.bitLength() <= 64) {
                return number;
            }
        }
        throw bad(from, "integer of %d digits".formatted(digits), "-2^63 to 2^64 - 1");
    }
}
