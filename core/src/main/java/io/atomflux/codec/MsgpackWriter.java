package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values into one growing array; the layout of every form is told in {@link NumpyMsgpack}.
 *
 * <p>Longer than most files because every kind of value has its form here, side by side with its size.
 */
final class MsgpackWriter {

    static final int DEEPEST = 64;
    static final int MOST_WITHOUT_BYTES = 1 << 16; // what no bytes tell must not be claimed without bound

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] ARRAY_START = hex("85c4026e64c3c40474797065");
    private static final byte[] SCALAR_START = hex("83c4026e64c2c40474797065");
    private static final byte[] PLAIN_THEN_SHAPE = hex("c4046b696e64c400c4057368617065");
    private static final byte[] STRUCT_THEN_SHAPE = hex("c4046b696e64c40156c4057368617065");
    private static final byte[] DATA_KEY = hex("c40464617461");
    private static final byte[] COMPLEX_START = hex("82c407636f6d706c6578c3c40464617461");
    // Heads up to the shape, by element type; racy, since every entry is immutable and can be made again.
    private static final @Nullable Head[] HEADS = new @Nullable Head[64];

    private byte[] buffer;
    private int at;

    MsgpackWriter(int room) {
        this.buffer = new byte[room];
    }

    private record Head(String code, byte[] bytes) {}

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    /** Returns room that mostly suffices; the array grows if it does not. */
    static int estimate(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            return 1;
        } else if (value instanceof NdArray array) {
            return Math.addExact(array.byteSize(), 48 + 5 * array.rank());
        } else if (value instanceof String text) {
            return Math.addExact(text.length(), 5);
        } else if (value instanceof Bytes bytes) {
            return Math.addExact(bytes.length(), 5);
        } else if (value instanceof Long || value instanceof Double) {
            return 9;
        } else if (value instanceof List<?> list) {
            return Math.addExact(5, Math.multiplyExact(9, list.size()));
        }
        return 48;
    }

    int length() {
        return at;
    }

    /** Returns the array, shortened if much of it is unused. */
    byte[] trimmed() {
        return buffer.length - at > at / 4 + 64 ? Arrays.copyOf(buffer, at) : buffer;
    }

    Bytes toBytes() {
        return Bytes.wrap(trimmed(), 0, at);
    }

    private void room(int more) {
        if (more > buffer.length - at) {
            long wanted = Math.max((long) at + more, Math.min(2L * buffer.length, Integer.MAX_VALUE - 8));
            if ((long) at + more > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("encoded row: more than 2 GiB (expected: less)");
            }
            buffer = Arrays.copyOf(buffer, (int) wanted);
        }
    }

    private void put(int value) {
        room(1);
        buffer[at++] = (byte) value;
    }

    private void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, at, bytes.length);
        at += bytes.length;
    }

    private void put2(int head, int value) {
        room(3);
        buffer[at] = (byte) head;
        SHORT.set(buffer, at + 1, (short) value);
        at += 3;
    }

    private void put4(int head, int value) {
        room(5);
        buffer[at] = (byte) head;
        INT.set(buffer, at + 1, value);
        at += 5;
    }

    private void put8(int head, long value) {
        room(9);
        buffer[at] = (byte) head;
        LONG.set(buffer, at + 1, value);
        at += 9;
    }

    private void put1(int head, int value) {
        room(2);
        buffer[at] = (byte) head;
        buffer[at + 1] = (byte) value;
        at += 2;
    }

    void value(@Nullable Object value, int depth) {
        if (value instanceof NdArray array) {
            array(array);
        } else if (value instanceof Double number) {
            put8(0xcb, Double.doubleToRawLongBits(number));
        } else if (value instanceof Long number) {
            integer(number);
        } else if (value instanceof String text) {
            text(text);
        } else if (value == null) {
            put(0xc0);
        } else if (value instanceof Boolean flag) {
            put(flag ? 0xc3 : 0xc2);
        } else if (value instanceof List<?> list) {
            deeper(depth);
            header(list.size(), 0x90, 0xdc);
            for (Object item : list) {
                value(item, depth + 1);
            }
        } else if (value instanceof Map<?, ?> map) {
            deeper(depth);
            mapHeader(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                text((String) entry.getKey());
                value(entry.getValue(), depth + 1);
            }
        } else if (value instanceof Bytes bytes) {
            bytes(bytes);
        } else if (value instanceof NdScalar scalar) {
            scalar(scalar);
        } else if (value instanceof Complex number) {
            put(COMPLEX_START);
            text(PythonComplex.format(number));
        } else if (value instanceof BigInteger number) {
            unsigned(number);
        } else {
            throw new IllegalArgumentException("%s (expected: a value of the set named in package io.atomflux.value)"
                    .formatted(value.getClass().getName()));
        }
    }

    private static void deeper(int depth) {
        if (depth >= DEEPEST) {
            throw new IllegalArgumentException(
                    "lists and maps nested deeper than %d (expected: at most %d)".formatted(DEEPEST, DEEPEST));
        }
    }

    private void integer(long value) {
        if (value >= 0) {
            if (value < 0x80) {
                put((int) value);
            } else if (value < 0x100) {
                put1(0xcc, (int) value);
            } else if (value < 0x10000) {
                put2(0xcd, (int) value);
            } else if (value < 0x100000000L) {
                put4(0xce, (int) value);
            } else {
                put8(0xcf, value);
            }
        } else if (value >= -32) {
            put((int) value);
        } else if (value >= Byte.MIN_VALUE) {
            put1(0xd0, (int) value);
        } else if (value >= Short.MIN_VALUE) {
            put2(0xd1, (int) value);
        } else if (value >= Integer.MIN_VALUE) {
            put4(0xd2, (int) value);
        } else {
            put8(0xd3, value);
        }
    }

    private void unsigned(BigInteger number) {
        if (number.bitLength() <= 63) {
            integer(number.longValueExact());
        } else if (number.signum() > 0 && number.bitLength() == 64) {
            put8(0xcf, number.longValue());
        } else {
            throw new IllegalArgumentException("integer %s (expected: -2^63 to 2^64 - 1)".formatted(number));
        }
    }

    /** Header of an array or map: the short form holds up to 15 entries. */
    private void header(int size, int small, int large) {
        if (size < 16) {
            put(small | size);
        } else if (size < 0x10000) {
            put2(large, size);
        } else {
            put4(large + 1, size);
        }
    }

    void mapHeader(int size) {
        header(size, 0x80, 0xde);
    }

    private void text(String text) {
        int length = text.length();
        room(length + 5);
        int start = at;
        textHeader(length);
        byte[] target = buffer;
        int to = at;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                at = start;
                wideText(text);
                return;
            }
            target[to++] = (byte) c;
        }
        at = to;
    }

    private void wideText(String text) {
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                        "text: lone surrogate U+%04X at %d (expected: well-formed text)".formatted(point, i));
            }
            i += Character.charCount(point);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        textHeader(utf8.length);
        put(utf8);
    }

    private void textHeader(int length) {
        if (length < 32) {
            put(0xa0 | length);
        } else if (length < 0x100) {
            put1(0xd9, length);
        } else if (length < 0x10000) {
            put2(0xda, length);
        } else {
            put4(0xdb, length);
        }
    }

    private void binHeader(int length) {
        if (length < 0x100) {
            put1(0xc4, length);
        } else if (length < 0x10000) {
            put2(0xc5, length);
        } else {
            put4(0xc6, length);
        }
    }

    void bytes(Bytes bytes) {
        binHeader(bytes.length());
        room(bytes.length());
        bytes.copyTo(buffer, at);
        at += bytes.length();
    }

    private void array(NdArray array) {
        if (array.dtype().itemSize() == 0 && array.size() > MOST_WITHOUT_BYTES) {
            throw new IllegalArgumentException("array of %d elements without bytes (expected: at most %d)"
                    .formatted(array.size(), MOST_WITHOUT_BYTES));
        }
        put(head(array.dtype()));
        int rank = array.rank();
        header(rank, 0x90, 0xdc);
        for (int axis = 0; axis < rank; axis++) {
            integer(array.length(axis));
        }
        data(array);
    }

    private void data(NdArray array) {
        put(DATA_KEY);
        int length = array.byteSize();
        binHeader(length);
        room(length);
        array.copyTo(buffer, at);
        at += length;
    }

    private void scalar(NdScalar scalar) {
        put(SCALAR_START);
        NdArray element = scalar.asArray();
        type(element.dtype());
        data(element);
    }

    private void type(DType type) {
        if (type.kind() == DType.Kind.STRUCT) {
            descr(type, 0);
        } else {
            text(type.code());
        }
    }

    /** Numpy's list of fields; plain bytes of fixed length are one field without a name. */
    private void descr(DType type, int depth) {
        deeper(depth);
        if (type.fields().isEmpty()) {
            put(0x91);
            put(0x92);
            text("");
            text(type.code());
            return;
        }
        header(type.fields().size(), 0x90, 0xdc);
        for (DType.Field field : type.fields()) {
            put(field.shape().isEmpty() ? 0x92 : 0x93);
            text(field.name());
            if (field.type().fields().isEmpty()) {
                text(field.type().code());
            } else {
                descr(field.type(), depth + 1);
            }
            if (!field.shape().isEmpty()) {
                header(field.shape().size(), 0x90, 0xdc);
                for (int axis : field.shape()) {
                    integer(axis);
                }
            }
        }
    }

    private static byte[] head(DType type) {
        if (type.kind() == DType.Kind.STRUCT) {
            return makeHead(type, STRUCT_THEN_SHAPE);
        }
        String code = type.code();
        int slot = code.hashCode() & HEADS.length - 1;
        Head head = HEADS[slot];
        if (head == null || !head.code.equals(code)) {
            head = new Head(code, makeHead(type, PLAIN_THEN_SHAPE));
            HEADS[slot] = head;
        }
        return head.bytes;
    }

    private static byte[] makeHead(DType type, byte[] kindThenShape) {
        MsgpackWriter out = new MsgpackWriter(64);
        out.put(ARRAY_START);
        out.type(type);
        out.put(kindThenShape);
        return Arrays.copyOf(out.buffer, out.at);
    }
}
