package io.atomflux.file.arrow;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes nodes and buffers of columns, one after the other; numbers without null share the bytes of their arrays. */
final class ColumnWriting {

    /** A column's length and its number of nulls. */
    record Node(long length, long nulls) {}

    private final List<Node> nodes = new ArrayList<>();
    private final List<ByteBuffer> buffers = new ArrayList<>();

    List<Node> nodes() {
        return nodes;
    }

    List<ByteBuffer> buffers() {
        return buffers;
    }

    /**
     * Adds a column.
     *
     * @param where named in errors
     * @throws UnsupportedOperationException if a value is not of the type
     */
    void add(ArrowType type, Object column, String where) {
        int count = column instanceof NdArray array ? array.length(0) : ((List<?>) column).size();
        if (column instanceof NdArray array && direct(type, array, count)) {
            return;
        }
        List<?> items = ColumnReading.items(column);
        int nulls = 0;
        for (Object item : items) {
            nulls += item == null ? 1 : 0;
        }
        nodes.add(new Node(count, nulls));
        if (type.form() == ArrowType.Form.NULL) {
            if (nulls != count) {
                throw misfit(where, "a value", type);
            }
            return;
        }
        buffers.add(nulls == 0 ? ByteBuffer.allocate(0) : present(items));
        switch (type.form()) {
            case NULL -> throw new IllegalStateException("is handled above");
            case BOOL -> buffers.add(flags(items, type, where));
            case NUMBER -> buffers.add(numbers(items, type, where));
            case UTF8, LARGE_UTF8, BINARY, LARGE_BINARY -> strings(items, type, where);
            case FIXED_BINARY -> buffers.add(fixedBinary(items, type, where));
            case LIST, LARGE_LIST -> lists(items, type, where);
            case FIXED_LIST -> fixedLists(items, type, where);
        }
    }

    /** Writes an array whose elements are laid out as the column's are. */
    private boolean direct(ArrowType type, NdArray array, int count) {
        if (type.form() == ArrowType.Form.NUMBER
                && array.rank() == 1
                && array.dtype().equals(type.needDtype())) {
            nodes.add(new Node(count, 0));
            buffers.add(ByteBuffer.allocate(0));
            buffers.add(array.asBuffer());
            return true;
        } else if (type.form() == ArrowType.Form.FIXED_LIST && array.rank() > 1 && array.length(1) == type.length()) {
            nodes.add(new Node(count, 0));
            buffers.add(ByteBuffer.allocate(0));
            int[] shape = array.shape();
            int[] flat = new int[shape.length - 1];
            System.arraycopy(shape, 2, flat, 1, flat.length - 1);
            flat[0] = Math.multiplyExact(shape[0], shape[1]);
            add(type.needItem(), array.reshape(flat), "its items");
            return true;
        }
        return false;
    }

    private static UnsupportedOperationException misfit(String where, @Nullable Object found, ArrowType type) {
        return new UnsupportedOperationException("%s: %s (expected: %s)".formatted(where, found, type.text()));
    }

    private static ByteBuffer room(long bytes) {
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException(
                    "a column of %d bytes (expected: less than 2 GiB)".formatted(bytes));
        }
        return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer present(List<?> items) {
        byte[] bits = new byte[(items.size() + 7) / 8];
        int i = 0;
        for (Object item : items) {
            bits[i >> 3] |= (byte) (item == null ? 0 : 1 << (i & 7));
            i++;
        }
        return ByteBuffer.wrap(bits);
    }

    private static ByteBuffer flags(List<?> items, ArrowType type, String where) {
        byte[] bits = new byte[(items.size() + 7) / 8];
        int i = 0;
        for (Object item : items) {
            if (item != null && !(item instanceof Boolean)) {
                throw misfit(where, item, type);
            }
            bits[i >> 3] |= (byte) (Boolean.TRUE.equals(item) ? 1 << (i & 7) : 0);
            i++;
        }
        return ByteBuffer.wrap(bits);
    }

    private static ByteBuffer numbers(List<?> items, ArrowType type, String where) {
        DType dtype = type.needDtype();
        ByteBuffer out = room((long) items.size() * dtype.itemSize());
        for (Object item : items) {
            if (dtype.kind() == DType.Kind.FLOAT) {
                real(out, item, type, where);
            } else {
                integer(out, item, type, where);
            }
        }
        return out.flip();
    }

    private static void real(ByteBuffer out, @Nullable Object item, ArrowType type, String where) {
        if (item != null && !(item instanceof Double)) {
            throw misfit(where, item, type);
        }
        double value = item == null ? 0 : (Double) item;
        NdArray one = NdArray.of(new double[] {value}).as(type.needDtype());
        if (Double.compare(one.doubleAt(0), value) != 0 && !Double.isNaN(value)) {
            throw misfit(where, item, type);
        }
        out.put(one.asBuffer());
    }

    private static void integer(ByteBuffer out, @Nullable Object item, ArrowType type, String where) {
        BigInteger value = item == null
                ? BigInteger.ZERO
                : item instanceof Long number
                        ? BigInteger.valueOf(number)
                        : item instanceof BigInteger number ? number : null;
        DType dtype = type.needDtype();
        int bits = dtype.itemSize() * 8 - (dtype.kind() == DType.Kind.INT ? 1 : 0);
        if (value == null || value.bitLength() > bits || (dtype.kind() == DType.Kind.UINT && value.signum() < 0)) {
            throw misfit(where, item, type);
        }
        switch (dtype.itemSize()) {
            case 1 -> out.put(value.byteValue());
            case 2 -> out.putShort(value.shortValue());
            case 4 -> out.putInt(value.intValue());
            default -> out.putLong(value.longValue());
        }
    }

    private void strings(List<?> items, ArrowType type, String where) {
        boolean large = type.form() == ArrowType.Form.LARGE_UTF8 || type.form() == ArrowType.Form.LARGE_BINARY;
        boolean text = type.form() == ArrowType.Form.UTF8 || type.form() == ArrowType.Form.LARGE_UTF8;
        ByteBuffer offsets = room((items.size() + 1L) * (large ? 8 : 4));
        List<ByteBuffer> parts = new ArrayList<>(items.size());
        long length = 0;
        offset(offsets, 0, large, where);
        for (Object item : items) {
            if (item != null) {
                ByteBuffer part = text ? encoded(item, type, where) : bytes(item, type, where);
                length += part.remaining();
                parts.add(part);
            }
            offset(offsets, length, large, where);
        }
        ByteBuffer data = room(length);
        parts.forEach(data::put);
        buffers.add(offsets.flip());
        buffers.add(data.flip());
    }

    private static void offset(ByteBuffer out, long offset, boolean large, String where) {
        if (large) {
            out.putLong(offset);
        } else if (offset > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(
                    where + ": 2 GiB of texts or more (expected: less, or type large_string)");
        } else {
            out.putInt((int) offset);
        }
    }

    private static ByteBuffer encoded(Object item, ArrowType type, String where) {
        if (item instanceof String text) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw misfit(where, "text with a lone surrogate", type);
            }
            return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        }
        throw misfit(where, item, type);
    }

    private static ByteBuffer bytes(Object item, ArrowType type, String where) {
        if (item instanceof Bytes bytes) {
            return bytes.asBuffer();
        }
        throw misfit(where, item, type);
    }

    private static ByteBuffer fixedBinary(List<?> items, ArrowType type, String where) {
        ByteBuffer out = room((long) items.size() * type.length());
        for (Object item : items) {
            if (item == null) {
                out.position(out.position() + type.length());
            } else if (item instanceof Bytes bytes && bytes.length() == type.length()) {
                out.put(bytes.asBuffer());
            } else {
                throw misfit(where, item, type);
            }
        }
        return out.flip();
    }

    private void lists(List<?> items, ArrowType type, String where) {
        boolean large = type.form() == ArrowType.Form.LARGE_LIST;
        ByteBuffer offsets = room((items.size() + 1L) * (large ? 8 : 4));
        long length = 0;
        offset(offsets, 0, large, where);
        List<Object> parts = new ArrayList<>();
        for (Object item : items) {
            if (item != null) {
                length += length(item, type, where);
                parts.add(item);
            }
            offset(offsets, length, large, where);
        }
        buffers.add(offsets.flip());
        add(type.needItem(), behindEachOther(parts), where);
    }

    private void fixedLists(List<?> items, ArrowType type, String where) {
        List<Object> parts = new ArrayList<>();
        for (Object item : items) {
            if (item == null) {
                List<@Nullable Object> nothing = new ArrayList<>();
                for (int i = 0; i < type.length(); i++) {
                    nothing.add(null);
                }
                parts.add(nothing);
            } else if (length(item, type, where) == type.length()) {
                parts.add(item);
            } else {
                throw misfit(where, item, type);
            }
        }
        add(type.needItem(), behindEachOther(parts), where);
    }

    private static int length(Object item, ArrowType type, String where) {
        if (item instanceof NdArray array && array.rank() > 0) {
            return array.length(0);
        } else if (item instanceof List<?> list) {
            return list.size();
        }
        throw misfit(where, item, type);
    }

    private static Object behindEachOther(List<Object> parts) {
        if (parts.isEmpty()) {
            return List.of();
        }
        boolean alike = parts.stream()
                .allMatch(part -> part instanceof NdArray array
                        && parts.get(0) instanceof NdArray first
                        && array.dtype().equals(first.dtype())
                        && Arrays.equals(ColumnReading.axes(array), ColumnReading.axes(first)));
        if (alike) {
            return ColumnReading.joinedArrays(
                    parts.stream().map(NdArray.class::cast).toList());
        }
        List<@Nullable Object> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(ColumnReading.items(part)));
        return all;
    }
}
