package io.atomflux.codec;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one value from a range of bytes, sharing them.
 *
 * <p>Nothing is allocated for a length that the bytes left cannot hold. Arrays in the fixed form that msgpack-numpy
 * writes are recognised by comparing words; any other order of entries takes the general way. The class is long because
 * both ways stand here side by side.
 */
final class MsgpackReader {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int START_LENGTH = 12;
    private static final long ARRAY_START = 0x85c4026e64c3c404L; // map of 5, "nd": true, and the head of "type"
    private static final long SCALAR_START = 0x83c4026e64c2c404L; // map of 3, "nd": false, and the head of "type"
    private static final int TYPE = 0x74797065;
    private static final long KIND_EMPTY = 0xc4046b696e64c400L;
    private static final int SHAPE_HEAD = 0xc4057368; // "shape" and its byte header, as two overlapping words
    private static final int SHAPE_TAIL = 0x68617065;
    private static final int DATA_HEAD = 0xc4046461;
    private static final int DATA_TAIL = 0x64617461;
    private static final int F8 = 0xa33c6638;
    private static final int I8 = 0xa33c6938;
    private static final int B1 = 0xa37c6231;
    private static final int MOST_AXES = 64;
    private static final int FIRST_ROOM = 64; // more is taken as items come, so nested claims cannot multiply

    private final byte[] buffer;
    private final int end;
    private int at;
    private boolean inNumpyValue;

    private MsgpackReader(byte[] buffer, int at, int end) {
        this.buffer = buffer;
        this.at = at;
        this.end = end;
    }

    static @Nullable Object decode(byte[] buffer, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, buffer.length);
        MsgpackReader in = new MsgpackReader(buffer, offset, offset + length);
        Object value = in.value(0);
        in.finish();
        return value;
    }

    static BlobRow cells(byte[] packed) {
        MsgpackReader in = new MsgpackReader(packed, 0, packed.length);
        int head = in.next();
        int size = in.mapSize(head);
        if (size < 0) {
            throw in.malformed("0x%02x (expected: a map)".formatted(head));
        }
        List<String> names = new ArrayList<>(Math.min(size, FIRST_ROOM));
        List<Bytes> cells = new ArrayList<>(Math.min(size, FIRST_ROOM));
        for (int i = 0; i < size; i++) {
            names.add(in.bytesOrText().keyText());
            cells.add(in.bytesOrText());
        }
        in.finish();
        return BlobRow.of(KeySet.of(names), cells);
    }

    private void finish() {
        if (at != end) {
            throw malformed("%d bytes after the value (expected: none)".formatted(end - at));
        }
    }

    private IllegalArgumentException malformed(String what) {
        return new IllegalArgumentException("msgpack: %s, before byte %d of the buffer".formatted(what, at));
    }

    private void need(long bytes) {
        if (bytes > end - at) {
            throw malformed("%d bytes left (expected: at least %d)".formatted(end - at, bytes));
        }
    }

    private int next() {
        need(1);
        return buffer[at++] & 0xff;
    }

    private int next2() {
        need(2);
        int value = (short) SHORT.get(buffer, at) & 0xffff;
        at += 2;
        return value;
    }

    private int next4() {
        need(4);
        int value = (int) INT.get(buffer, at);
        at += 4;
        return value;
    }

    private long next8() {
        need(8);
        long value = (long) LONG.get(buffer, at);
        at += 8;
        return value;
    }

    /** Reads a length of 1, 2 or 4 bytes of so many items, each at least so many bytes long, that must be there. */
    private int size(int lengthBytes, int itemBytes) {
        long size = lengthBytes == 1 ? next() : lengthBytes == 2 ? next2() : next4() & 0xffffffffL;
        need(size * itemBytes);
        return (int) size;
    }

    private @Nullable Object value(int depth) {
        int head = next();
        if (head < 0x80) {
            return (long) head;
        } else if (head >= 0xe0) {
            return (long) (byte) head;
        } else if (head < 0x90) {
            return map(head & 0x0f, depth);
        } else if (head < 0xa0) {
            return list(head & 0x0f, depth);
        } else if (head < 0xc0) {
            return text(head & 0x1f);
        }
        return switch (head) {
            case 0xc0 -> null;
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xc4 -> bytes(size(1, 1));
            case 0xc5 -> bytes(size(2, 1));
            case 0xc6 -> bytes(size(4, 1));
            case 0xc7 -> throw extension(size(1, 1), 1);
            case 0xc8 -> throw extension(size(2, 1), 1);
            case 0xc9 -> throw extension(size(4, 1), 1);
            case 0xca -> (double) Float.intBitsToFloat(next4());
            case 0xcb -> Double.longBitsToDouble(next8());
            case 0xcc -> (long) next();
            case 0xcd -> (long) next2();
            case 0xce -> next4() & 0xffffffffL;
            case 0xcf -> unsigned(next8());
            case 0xd0 -> (long) (byte) next();
            case 0xd1 -> (long) (short) next2();
            case 0xd2 -> (long) next4();
            case 0xd3 -> next8();
            case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> throw extension(1 << (head - 0xd4), 1);
            case 0xd9 -> text(size(1, 1));
            case 0xda -> text(size(2, 1));
            case 0xdb -> text(size(4, 1));
            case 0xdc -> list(size(2, 1), depth);
            case 0xdd -> list(size(4, 1), depth);
            case 0xde -> map(size(2, 2), depth);
            case 0xdf -> map(size(4, 2), depth);
            default -> throw malformed("0x%02x (expected: the first byte of a value)".formatted(head));
        };
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    private RuntimeException extension(int length, int typeBytes) {
        need((long) length + typeBytes);
        return new UnsupportedOperationException(
                "msgpack extension of type %d (expected: plain and numpy values)".formatted(buffer[at]));
    }

    private Bytes bytes(int length) {
        Bytes bytes = Bytes.wrap(buffer, at, length);
        at += length;
        return bytes;
    }

    private Bytes bytesOrText() {
        int head = next();
        if ((head & 0xe0) == 0xa0) {
            need(head & 0x1f);
            return bytes(head & 0x1f);
        }
        return switch (head) {
            case 0xc4, 0xd9 -> bytes(size(1, 1));
            case 0xc5, 0xda -> bytes(size(2, 1));
            case 0xc6, 0xdb -> bytes(size(4, 1));
            default -> throw malformed("0x%02x (expected: a byte string)".formatted(head));
        };
    }

    private String text(int length) {
        need(length);
        String text = new String(buffer, at, length, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0) {
            text = strictText(length); // a replacement, unless the stored text has that very character
        }
        at += length;
        return text;
    }

    private String strictText(int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "msgpack: text of %d bytes at byte %d is not UTF-8".formatted(length, at), e);
        }
    }

    private static void deeper(int depth) {
        if (depth >= MsgpackWriter.DEEPEST) {
            throw new UnsupportedOperationException(
                    "lists and maps nested deeper than %1$d (expected: at most %1$d)".formatted(MsgpackWriter.DEEPEST));
        }
    }

    private List<@Nullable Object> list(int size, int depth) {
        deeper(depth);
        need(size);
        List<@Nullable Object> list = new ArrayList<>(Math.min(size, FIRST_ROOM));
        for (int i = 0; i < size; i++) {
            list.add(value(depth + 1));
        }
        return Collections.unmodifiableList(list);
    }

    private int mapSize(int head) {
        if ((head & 0xf0) == 0x80) {
            return head & 0x0f;
        }
        return head == 0xde ? size(2, 2) : head == 0xdf ? size(4, 2) : -1;
    }

    private Object map(int size, int depth) {
        need(2L * size);
        if (size > 0 && buffer[at] == (byte) 0xc4) {
            return numpy(size);
        }
        deeper(depth);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            String key = mapKey();
            map.put(key, value(depth + 1));
        }
        return Collections.unmodifiableMap(map);
    }

    private String mapKey() {
        int head = next();
        if ((head & 0xe0) == 0xa0) {
            return text(head & 0x1f);
        }
        return switch (head) {
            case 0xd9 -> text(size(1, 1));
            case 0xda -> text(size(2, 1));
            case 0xdb -> text(size(4, 1));
            case 0xc1 -> throw malformed("0xc1 (expected: a map key)");
            case 0xc4, 0xc5, 0xc6 -> throw byteKey();
            default ->
                throw new UnsupportedOperationException(
                        "map key that is no text, but begins with 0x%02x (expected: text keys)".formatted(head));
        };
    }

    private static UnsupportedOperationException byteKey() {
        return new UnsupportedOperationException(
                "map with byte-string keys that is no numpy value (expected: text keys)");
    }

    private Object numpy(int size) {
        int start = at;
        if (end - at >= START_LENGTH + 4 && (int) INT.get(buffer, at + 7) == TYPE) {
            long first = (long) LONG.get(buffer, at - 1); // a map's head always precedes its first key
            if (size == 5 && first == ARRAY_START) {
                NdArray array = usualArray();
                if (array != null) {
                    return array;
                }
            } else if (size == 3 && first == SCALAR_START) {
                NdScalar scalar = usualScalar();
                if (scalar != null) {
                    return scalar;
                }
            }
        }
        at = start;
        return new Control().read(size);
    }

    /** Reads an array from its type on if it has the form every writer gives, or answers null. */
    private @Nullable NdArray usualArray() {
        at += START_LENGTH - 1;
        DType type = usualType();
        if (type == null
                || end - at < 16
                || (long) LONG.get(buffer, at) != KIND_EMPTY
                || (int) INT.get(buffer, at + 8) != SHAPE_HEAD
                || (int) INT.get(buffer, at + 11) != SHAPE_TAIL
                || (buffer[at + 15] & 0xf0) != 0x90) {
            return null;
        }
        int rank = buffer[at + 15] & 0x0f;
        at += 16;
        int[] shape = new int[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = axis();
        }
        if (!dataKey()) {
            return null;
        }
        int length = usualData();
        return length < 0 ? null : array(type, shape, length);
    }

    private @Nullable NdScalar usualScalar() {
        at += START_LENGTH - 1;
        DType type = usualType();
        if (type == null || !dataKey()) {
            return null;
        }
        int length = usualData();
        return length < 0 ? null : NdScalar.of(array(type, new int[0], length));
    }

    private @Nullable DType usualType() {
        if (end - at < 4) {
            return null;
        }
        int word = (int) INT.get(buffer, at);
        if (word == F8) {
            at += 4;
            return DType.FLOAT64;
        } else if (word == I8) {
            at += 4;
            return DType.INT64;
        } else if (word == B1) {
            at += 4;
            return DType.BOOL;
        }
        int length = (word >>> 24) - 0xa0;
        if (length < 0 || length >= 32 || length > end - at - 1) {
            return null;
        }
        DType type = NumpyTypes.ofCode(buffer, at + 1, length);
        at += 1 + length;
        return type;
    }

    private int axis() {
        int head = next();
        if (head < 0x80) {
            return head;
        }
        int axis = switch (head) {
            case 0xcc -> next();
            case 0xcd -> next2();
            case 0xce -> next4();
            default -> -1;
        };
        if (axis < 0) {
            throw malformed("array axis (expected: 0 to 2^31 - 1)");
        }
        return axis;
    }

    private boolean dataKey() {
        if (end - at < 6 || (int) INT.get(buffer, at) != DATA_HEAD || (int) INT.get(buffer, at + 2) != DATA_TAIL) {
            return false;
        }
        at += 6;
        return true;
    }

    private int usualData() {
        return switch (next()) {
            case 0xc4 -> size(1, 1);
            case 0xc5 -> size(2, 1);
            case 0xc6 -> size(4, 1);
            default -> -1;
        };
    }

    private NdArray array(DType type, int[] shape, int length) {
        NdArray array = exactly(type, shape, at, length);
        at += length;
        return array;
    }

    private NdArray exactly(DType type, int[] shape, int from, int length) {
        NdArray array = NdArray.wrap(type, shape, buffer, from);
        if (array.byteSize() != length) {
            throw malformed("array data of %d bytes (expected: %d)".formatted(length, array.byteSize()));
        }
        if (type.itemSize() == 0 && array.size() > MsgpackWriter.MOST_WITHOUT_BYTES) {
            throw new UnsupportedOperationException("array of %d elements without bytes (expected: at most %d)"
                    .formatted(array.size(), MsgpackWriter.MOST_WITHOUT_BYTES));
        }
        return array;
    }

    /** The entries of a numpy value in whatever order. */
    private final class Control {
        private @Nullable Object nd;
        private @Nullable Object complex;
        private @Nullable Object type;
        private @Nullable Object kind;
        private @Nullable Object shape;
        private @Nullable Object data;
        private int dataAt;
        private int dataLength = -1;

        Object read(int size) {
            if (inNumpyValue) {
                throw byteKey();
            }
            inNumpyValue = true; // entries have their own depth, and no numpy value is ever part of another
            for (int i = 0; i < size; i++) {
                int head = next();
                if (head != 0xc4) {
                    at--;
                    mapKey();
                    throw byteKey();
                }
                int length = size(1, 1);
                String key = new String(buffer, at, length, StandardCharsets.ISO_8859_1);
                at += length;
                entry(key);
            }
            inNumpyValue = false;
            return result();
        }

        private void entry(String key) {
            switch (key) {
                case "nd" -> nd = value(0);
                case "complex" -> complex = value(0);
                case "type" -> type = value(0);
                case "kind" -> kind = value(0);
                case "shape" -> shape = value(0);
                case "data" -> {
                    data = value(0);
                    dataLength = data instanceof Bytes bytes ? bytes.length() : -1;
                    dataAt = at - dataLength;
                }
                default -> throw byteKey();
            }
        }

        private Object result() {
            if (nd instanceof Boolean isArray && type != null && data != null && (!isArray || shape != null)) {
                return isArray ? array() : scalar();
            } else if (nd == null && complex != null && data instanceof String text) {
                return PythonComplex.parse(text);
            }
            throw byteKey();
        }

        private DType type() {
            if (kind instanceof Bytes letter && letter.equals(Bytes.of((byte) 'O'))) {
                throw new UnsupportedOperationException(
                        "array of pickled Python objects (expected: an array of numbers, texts or records; store a list instead)");
            }
            return NumpyTypes.of(type, 0);
        }

        private int dataLength() {
            if (dataLength < 0) {
                throw malformed("array data (expected: a byte string)");
            }
            return dataLength;
        }

        private NdArray array() {
            if (!(shape instanceof List<?> axes) || axes.size() > MOST_AXES) {
                throw malformed("array shape (expected: a list of at most %d axes)".formatted(MOST_AXES));
            }
            int[] lengths = new int[axes.size()];
            for (int i = 0; i < lengths.length; i++) {
                lengths[i] = NumpyTypes.axis(axes.get(i));
            }
            DType elements = type();
            return exactly(elements, lengths, dataAt, dataLength());
        }

        private NdScalar scalar() {
            DType elements = type();
            return NdScalar.of(exactly(elements, new int[0], dataAt, dataLength()));
        }
    }
}
