package io.atomflux.mongo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the elements of BSON bytes (bsonspec.org, version 1.1) without making objects of them.
 *
 * <p>Every length is held against the bytes that are there, since a document may come from any program.
 */
final class BsonIn {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final byte[] buffer;
    private final int end; // of the document, at its final NUL
    private int next;
    private int elementAt;
    private int nameLength;
    private int valueAt;

    /**
     * Begins at a document or array.
     *
     * @param at where its length stands
     * @param limit where the bytes end
     * @throws IllegalArgumentException if it does not lie within
     */
    BsonIn(byte[] buffer, int at, int limit) {
        this.buffer = buffer;
        int length = limit - at >= 5 ? int32(buffer, at) : -1;
        if (length < 5 || length > limit - at || buffer[at + length - 1] != 0) {
            throw malformed("document of %d bytes (expected: 5 to %d, ended by 0)".formatted(length, limit - at), at);
        }
        this.end = at + length - 1;
        this.next = at + 4;
    }

    @SuppressWarnings("UnusedVariable") // tells the constructors apart
    private BsonIn(byte[] buffer, int next, int end, boolean elementsOnly) {
        this.buffer = buffer;
        this.next = next;
        this.end = end;
    }

    /** Begins at an element; they go on to the end given. */
    static BsonIn ofElements(byte[] buffer, int at, int end) {
        return new BsonIn(buffer, at, end, true);
    }

    static int int32(byte[] buffer, int at) {
        return (int) INT.get(buffer, at);
    }

    static long int64(byte[] buffer, int at) {
        return (long) LONG.get(buffer, at);
    }

    private static IllegalArgumentException malformed(String what, int at) {
        return new IllegalArgumentException("BSON: %s, at byte %d".formatted(what, at));
    }

    /** Goes to the next element; answers whether there is one. */
    boolean next() {
        if (next == end) {
            return false;
        }
        elementAt = next;
        int at = next + 1;
        while (at < end && buffer[at] != 0) {
            at++;
        }
        if (at >= end) {
            throw malformed("field name without end", elementAt);
        }
        nameLength = at - elementAt - 1;
        valueAt = at + 1;
        next = valueAt + valueLength(buffer, type(), valueAt, end);
        return true;
    }

    int type() {
        return buffer[elementAt] & 0xff;
    }

    boolean nameIs(byte[] name) {
        return nameLength == name.length
                && java.util.Arrays.equals(name, 0, name.length, buffer, elementAt + 1, elementAt + 1 + nameLength);
    }

    byte[] nameBytes() {
        return java.util.Arrays.copyOfRange(buffer, elementAt + 1, elementAt + 1 + nameLength);
    }

    String name() {
        return text(buffer, elementAt + 1, nameLength);
    }

    /** Returns where the element begins: at its type, which its name and value follow. */
    int elementAt() {
        return elementAt;
    }

    int elementEnd() {
        return next;
    }

    int valueAt() {
        return valueAt;
    }

    static String text(byte[] buffer, int at, int length) {
        String text = new String(buffer, at, length, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') < 0) {
            return text;
        }
        try { // a replacement, unless the stored text has that very character
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "BSON: text of %d bytes at byte %d is not UTF-8".formatted(length, at), e);
        }
    }

    /** Returns how many bytes a value takes. */
    private static int valueLength(byte[] buffer, int type, int at, int end) {
        long length = switch (type) {
            case 0x06, 0x0a, 0x7f, 0xff -> 0; // undefined, null, largest and smallest key
            case BsonOut.BOOLEAN -> 1;
            case BsonOut.INT32 -> 4;
            case BsonOut.DOUBLE, BsonOut.INT64, 0x09, 0x11 -> 8; // also dates and timestamps
            case 0x07 -> 12; // object id
            case 0x13 -> 16; // decimal
            case BsonOut.STRING, 0x0d, 0x0e -> prefixed(buffer, at, end, 4, 1); // also code and symbol
            case BsonOut.BINARY -> prefixed(buffer, at, end, 5, 0);
            case BsonOut.DOCUMENT, BsonOut.ARRAY, 0x0f -> prefixed(buffer, at, end, 0, 5); // also code with scope
            case 0x0c -> 12L + prefixed(buffer, at, end, 4, 1); // pointer
            case 0x0b -> regex(buffer, at, end);
            default -> throw malformed("type 0x%02x (expected: a type of BSON)".formatted(type), at);
        };
        if (length > end - at) {
            throw malformed("value of %d bytes (expected: at most %d)".formatted(length, end - at), at);
        }
        return (int) length;
    }

    private static long prefixed(byte[] buffer, int at, int end, int more, int least) {
        int length = end - at >= 4 ? int32(buffer, at) : -1;
        if (length < least) {
            throw malformed("length %d (expected: at least %d)".formatted(length, least), at);
        }
        return (long) length + more;
    }

    private static long regex(byte[] buffer, int at, int end) {
        int to = at;
        for (int texts = 0; texts < 2; texts++) {
            while (to < end && buffer[to] != 0) {
                to++;
            }
            to++;
        }
        return (long) to - at;
    }
}
