package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an array has where nothing was written.
 *
 * <p>Sources: "Fill value" of each type in the Zarr core specification 3.1, "Fill value encoding" of the storage
 * specification 2; bare NaN and null are read in both, as zarr-python writes them.
 */
final class FillValue {

    private final byte @Nullable [] element;
    private final @Nullable String text;

    private FillValue(byte @Nullable [] element, @Nullable String text) {
        this.element = element;
        this.text = text;
    }

    /**
     * Reads a {@code fill_value}.
     *
     * @throws IllegalArgumentException if it is none of the type
     */
    static FillValue read(@Nullable Object value, ElementType element) {
        if (element.isText()) {
            return new FillValue(null, text(value));
        }
        DType type = element.dtype();
        ByteBuffer room = ByteBuffer.allocate(type.itemSize()).order(ByteOrder.LITTLE_ENDIAN);
        if (value != null) {
            put(room, type, value);
        }
        return new FillValue(room.array(), null);
    }

    /** Returns what arrays are filled with that are made here: NaN, false, empty, and for integers what is asked for. */
    static Object ofNew(ElementType element, long integerFill) {
        if (element.isText()) {
            return "";
        }
        return switch (element.dtype().kind()) {
            case BOOL -> false;
            case INT -> integerFill;
            case UINT ->
                element.dtype().itemSize() == 8 && integerFill < 0
                        ? new BigInteger(Long.toUnsignedString(integerFill))
                        : (Object) integerFill;
            case FLOAT -> "NaN";
            case COMPLEX -> List.of(0.0, 0.0);
            case UNICODE, BYTES -> "";
            case STRUCT -> throw ZarrTypes.refused(element.dtype().code());
        };
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "";
        } else if (value instanceof String || value instanceof Number) {
            return value.toString(); // zarr-python makes the text "0" of a fill 0, which version 2 has at times
        }
        throw bad(value, "a text");
    }

    private static void put(ByteBuffer room, DType type, Object value) {
        switch (type.kind()) {
            case BOOL -> room.put((byte) (truth(value) ? 1 : 0));
            case INT, UINT -> integer(room, type, value);
            case FLOAT -> real(room, type.itemSize(), value);
            case COMPLEX -> {
                if (!(value instanceof List<?> parts) || parts.size() != 2) {
                    throw bad(value, "[real, imaginary]");
                }
                for (Object part : parts) {
                    real(room, type.itemSize() / 2, part);
                }
            }
            case BYTES -> {
                byte[] bytes = base64(value);
                if (bytes.length > room.remaining()) {
                    throw bad(value, "at most %d bytes".formatted(room.remaining()));
                }
                room.put(bytes);
            }
            case UNICODE -> unicode(room, value);
            case STRUCT -> throw ZarrTypes.refused(type.code());
        }
    }

    private static boolean truth(Object value) {
        if (value instanceof Boolean truth) {
            return truth;
        } else if (value instanceof Long number && (number == 0 || number == 1)) {
            return number == 1;
        }
        throw bad(value, "true or false");
    }

    private static void integer(ByteBuffer room, DType type, Object value) {
        BigInteger number;
        if (value instanceof Long whole) {
            number = BigInteger.valueOf(whole);
        } else if (value instanceof BigInteger whole) {
            number = whole;
        } else if (value instanceof Double real && Math.rint(real) == real && Math.abs(real) <= 1L << 53) {
            number = BigInteger.valueOf(real.longValue()); // version 2 has 0.0 at times
        } else {
            throw bad(value, "an integer");
        }
        int bits = type.itemSize() * 8;
        boolean signed = type.kind() == DType.Kind.INT;
        if (signed ? number.bitLength() >= bits : number.signum() < 0 || number.bitLength() > bits) {
            throw bad(value, "an integer of " + type.name());
        }
        long plain = number.longValue();
        for (int i = 0; i < type.itemSize(); i++) {
            room.put((byte) (plain >> 8 * i));
        }
    }

    private static void real(ByteBuffer room, int size, @Nullable Object value) {
        if (value instanceof String text && text.startsWith("0x")) {
            hex(room, size, text);
            return;
        }
        double number;
        if (value instanceof Double || value instanceof Long || value instanceof BigInteger) {
            number = ((Number) value).doubleValue();
        } else if ("NaN".equals(value)) {
            number = Double.NaN;
        } else if ("Infinity".equals(value)) {
            number = Double.POSITIVE_INFINITY;
        } else if ("-Infinity".equals(value)) {
            number = Double.NEGATIVE_INFINITY;
        } else {
            throw bad(value, "a number, \"NaN\", \"Infinity\", \"-Infinity\" or its bits as \"0x...\"");
        }
        switch (size) {
            case 2 ->
                room.put(NdArray.of(new double[] {number}).as(DType.FLOAT16).asBuffer());
            case 4 -> room.putFloat((float) number);
            default -> room.putDouble(number);
        }
    }

    private static void hex(ByteBuffer room, int size, String text) {
        if (text.length() != 2 + 2 * size) {
            throw bad(text, "%d hexadecimal digits behind 0x".formatted(2 * size));
        }
        try {
            long bits = Long.parseUnsignedLong(text.substring(2), 16);
            for (int i = 0; i < size; i++) {
                room.put((byte) (bits >> 8 * i));
            }
        } catch (NumberFormatException e) {
            throw bad(text, "%d hexadecimal digits behind 0x".formatted(2 * size));
        }
    }

    private static byte[] base64(Object value) {
        if (value instanceof Long number && number == 0) {
            return new byte[0];
        } else if (value instanceof String text) {
            try {
                return Base64.getDecoder().decode(text.getBytes(StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw bad(value, "base64");
            }
        }
        throw bad(value, "base64");
    }

    private static void unicode(ByteBuffer room, Object value) {
        if (value instanceof Long number && number == 0) {
            return;
        } else if (!(value instanceof String text)) {
            throw bad(value, "a text");
        } else if (text.codePointCount(0, text.length()) * 4L > room.remaining()) {
            throw bad(value, "a text of at most %d code points".formatted(room.remaining() / 4));
        } else {
            text.codePoints().forEach(room::putInt);
        }
    }

    private static IllegalArgumentException bad(@Nullable Object value, String expected) {
        return new IllegalArgumentException("fill_value %s (expected: %s)".formatted(ZarrNode.shown(value), expected));
    }

    /** Returns the bytes of one element, little-endian, not to be changed; for arrays of fixed elements. */
    byte[] element() {
        if (element == null) {
            throw new IllegalStateException("texts have no bytes");
        }
        return element;
    }

    /** Returns a chunk of nothing else. */
    Chunk chunk(int elements) {
        if (element == null) {
            String[] texts = new String[elements];
            Arrays.fill(texts, text);
            return Chunk.of(texts);
        }
        byte[] bytes = new byte[Math.multiplyExact(elements, element.length)];
        fill(bytes, 0, elements);
        return Chunk.of(bytes);
    }

    /** Writes this over elements. */
    void fill(byte[] bytes, int from, int elements) {
        byte[] one = element();
        if (elements == 0) {
            return;
        }
        int at = from * one.length;
        int length = elements * one.length;
        boolean even = true;
        for (byte b : one) {
            even &= b == one[0];
        }
        if (even) {
            Arrays.fill(bytes, at, at + length, one[0]);
            return;
        }
        System.arraycopy(one, 0, bytes, at, one.length);
        for (int done = one.length; done < length; done *= 2) {
            System.arraycopy(bytes, at, bytes, at + done, Math.min(done, length - done));
        }
    }

    /** Writes this over texts. */
    void fill(String[] texts, int from, int elements) {
        Arrays.fill(texts, from, from + elements, text);
    }

    /** Tells whether elements of a chunk are nothing else, bit by bit. */
    boolean isAllOf(Chunk chunk, int from, int elements) {
        if (element == null) {
            for (int i = from; i < from + elements; i++) {
                if (!chunk.texts()[i].equals(text)) {
                    return false;
                }
            }
            return true;
        }
        int size = element.length;
        for (int i = from; i < from + elements; i++) {
            if (!Arrays.equals(chunk.bytes(), i * size, (i + 1) * size, element, 0, size)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a chunk holds nothing else, bit by bit. */
    boolean isAllOf(Chunk chunk) {
        if (element == null) {
            for (String found : chunk.texts()) {
                if (!found.equals(text)) {
                    return false;
                }
            }
            return true;
        }
        byte[] bytes = chunk.bytes();
        // equal to itself shifted by one element, and the first one is the fill
        return bytes.length == 0
                || (Arrays.equals(bytes, 0, element.length, element, 0, element.length)
                        && Arrays.equals(bytes, 0, bytes.length - element.length, bytes, element.length, bytes.length));
    }
}
