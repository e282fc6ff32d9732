package io.atomflux.file.arrow;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads the columns of one record batch, one after the other, as their nodes and buffers come: "Columnar.rst" of Arrow's
 * format, version 1.5.
 *
 * <p>Numbers without null share the bytes of the file. Every length is compared with the buffer it is about before anything
 * is made of it.
 */
final class ColumnReading {

    private final RecordBatch batch;
    private final byte[] file;
    private final long body;
    private final long bodyLength;
    private final Map<Long, Object> dictionaries;
    private final long limit;
    private int node;
    private int buffer;

    /**
     * Reads a batch.
     *
     * @param body where its buffers begin in the file
     * @param limit most bytes that lists without any buffer may take
     */
    ColumnReading(
            RecordBatch batch, byte[] file, long body, long bodyLength, Map<Long, Object> dictionaries, long limit) {
        this.batch = batch;
        this.file = file;
        this.body = body;
        this.bodyLength = bodyLength;
        this.dictionaries = dictionaries;
        this.limit = limit;
    }

    private record Part(int offset, int length) {}

    /** Reads the next column, of a length that must be that of the batch. */
    Object next(Field field) {
        if (node >= batch.nodesLength()) {
            throw new IllegalArgumentException("a batch of %d columns".formatted(batch.nodesLength()));
        }
        long length = batch.nodes(node).length();
        if (length != batch.length()) {
            throw new IllegalArgumentException(
                    "a column of %d rows in a batch of %d".formatted(length, batch.length()));
        }
        return column(field);
    }

    /** Passes over the next column. */
    void skip(Field field) {
        ArrowType type = field.dictionary() == null ? Schemas.type(field, 0) : ArrowType.number(DType.INT32);
        skip(type);
    }

    private void skip(ArrowType type) {
        node++;
        switch (type.form()) {
            case NULL -> {}
            case BOOL, NUMBER, FIXED_BINARY -> buffer += 2;
            case UTF8, LARGE_UTF8, BINARY, LARGE_BINARY -> buffer += 3;
            case LIST, LARGE_LIST -> {
                buffer += 2;
                skip(type.needItem());
            }
            case FIXED_LIST -> {
                buffer++;
                skip(type.needItem());
            }
        }
    }

    /** Reads a dictionary's values, whose field says that they are one. */
    Object values(Field field) {
        return read(Schemas.type(field, 0), field);
    }

    private Object column(Field field) {
        if (field.dictionary() == null) {
            return read(Schemas.type(field, 0), field);
        }
        Object values = dictionaries.get(field.dictionary().id());
        if (values == null) {
            throw new IllegalArgumentException(
                    "dictionary %d is missing".formatted(field.dictionary().id()));
        }
        ArrowType index = field.dictionary().indexType() == null
                ? ArrowType.number(DType.INT32)
                : Schemas.integer(field.dictionary().indexType());
        List<@Nullable Object> chosen = new ArrayList<>();
        List<?> all = items(values);
        for (Object place : items(read(index, field))) {
            if (place == null) {
                chosen.add(null);
            } else if (place instanceof Long at && at >= 0 && at < all.size()) {
                chosen.add(all.get(at.intValue()));
            } else {
                throw new IllegalArgumentException("index %s into %d values".formatted(place, all.size()));
            }
        }
        return chosen;
    }

    /** Returns the values of a column one by one. */
    static List<?> items(Object column) {
        if (!(column instanceof NdArray array)) {
            return (List<?>) column;
        }
        List<Object> items = new ArrayList<>(array.length(0));
        for (int i = 0; i < array.length(0); i++) {
            items.add(array.rank() == 1 ? array.at(i) : array.slice(i));
        }
        return items;
    }

    private Object read(ArrowType type, Field field) {
        if (node >= batch.nodesLength()) {
            throw new IllegalArgumentException("a batch of %d columns".formatted(batch.nodesLength()));
        }
        FieldNode found = batch.nodes(node++);
        long length = found.length();
        long nulls = found.nullCount();
        if (length < 0 || length > Integer.MAX_VALUE - 8 || nulls < 0 || nulls > length) {
            throw new IllegalArgumentException("a column of %d values, %d of them null".formatted(length, nulls));
        }
        int count = (int) length;
        if (type.form() == ArrowType.Form.NULL) {
            if (length * 16 > limit) {
                throw new UnsupportedOperationException(
                        "%d nulls (expected: less; give a larger option limit)".formatted(length));
            }
            return Collections.nCopies(count, null);
        }
        boolean[] present = nulls == 0 ? skipped() : bits(next(), count);
        return switch (type.form()) {
            case NULL -> throw new IllegalStateException("is handled above");
            case BOOL -> numbers(DType.BOOL, flags(bits(next(), count)), 0, count, present);
            case NUMBER -> {
                DType dtype = type.needDtype();
                Part part = atLeast(next(), (long) count * dtype.itemSize());
                yield numbers(dtype, file, part.offset(), count, present);
            }
            case UTF8, LARGE_UTF8, BINARY, LARGE_BINARY -> strings(type, count, present);
            case FIXED_BINARY -> {
                Part part = atLeast(next(), (long) count * type.length());
                List<@Nullable Object> values = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    values.add(
                            absent(present, i)
                                    ? null
                                    : Bytes.wrap(file, part.offset() + i * type.length(), type.length()));
                }
                yield values;
            }
            case LIST, LARGE_LIST -> lists(type, field, count, present);
            case FIXED_LIST -> fixedLists(type, field, count, present);
        };
    }

    private boolean @Nullable [] skipped() {
        next();
        return null;
    }

    private static boolean absent(boolean @Nullable [] present, int i) {
        return present != null && !present[i];
    }

    private Part next() {
        if (buffer >= batch.buffersLength()) {
            throw new IllegalArgumentException("a batch of %d buffers".formatted(batch.buffersLength()));
        }
        Buffer found = batch.buffers(buffer++);
        if (found.offset() < 0 || found.length() < 0 || found.length() > bodyLength - found.offset()) {
            throw new IllegalArgumentException("a buffer of %d bytes at %d (expected: inside %d)"
                    .formatted(found.length(), found.offset(), bodyLength));
        }
        return new Part((int) (body + found.offset()), (int) found.length());
    }

    private static Part atLeast(Part part, long length) {
        if (part.length() < length) {
            throw new IllegalArgumentException("a buffer of %d bytes (expected: %d)".formatted(part.length(), length));
        }
        return part;
    }

    private boolean[] bits(Part part, int count) {
        atLeast(part, (count + 7L) / 8);
        boolean[] bits = new boolean[count];
        for (int i = 0; i < count; i++) {
            bits[i] = (file[part.offset() + (i >> 3)] >> (i & 7) & 1) != 0;
        }
        return bits;
    }

    private static byte[] flags(boolean[] bits) {
        byte[] flags = new byte[bits.length];
        for (int i = 0; i < bits.length; i++) {
            flags[i] = (byte) (bits[i] ? 1 : 0);
        }
        return flags;
    }

    private static Object numbers(DType dtype, byte[] bytes, int offset, int count, boolean @Nullable [] present) {
        NdArray array = NdArray.wrap(dtype, new int[] {count}, bytes, offset);
        if (present == null) {
            return array;
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(present[i] ? array.at(i) : null);
        }
        return values;
    }

    /** Reads the offsets of so many values; all inside what they are about. */
    private long[] offsets(boolean large, int count, long end) {
        int size = large ? 8 : 4;
        Part part = next();
        if (count == 0 && part.length() == 0) {
            return new long[1]; // older writers leave out the one offset of no value
        }
        atLeast(part, (count + 1L) * size);
        ByteBuffer in =
                ByteBuffer.wrap(file, part.offset(), part.length()).slice().order(ByteOrder.LITTLE_ENDIAN);
        long[] offsets = new long[count + 1];
        for (int i = 0; i <= count; i++) {
            offsets[i] = large ? in.getLong(i * 8) : in.getInt(i * 4);
            if (offsets[i] < (i == 0 ? 0 : offsets[i - 1]) || offsets[i] > end) {
                throw new IllegalArgumentException("offset %d of value %d".formatted(offsets[i], i));
            }
        }
        return offsets;
    }

    private Object strings(ArrowType type, int count, boolean @Nullable [] present) {
        boolean large = type.form() == ArrowType.Form.LARGE_UTF8 || type.form() == ArrowType.Form.LARGE_BINARY;
        boolean text = type.form() == ArrowType.Form.UTF8 || type.form() == ArrowType.Form.LARGE_UTF8;
        long[] offsets = offsets(large, count, bodyLength);
        Part data = atLeast(next(), offsets[count]);
        List<@Nullable Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int from = data.offset() + (int) offsets[i];
            int length = (int) (offsets[i + 1] - offsets[i]);
            values.add(absent(present, i) ? null : text ? text(from, length) : Bytes.wrap(file, from, length));
        }
        return values;
    }

    private String text(int from, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text that is no UTF-8", e);
        }
    }

    private Object lists(ArrowType type, Field field, int count, boolean @Nullable [] present) {
        long[] offsets = offsets(type.form() == ArrowType.Form.LARGE_LIST, count, Integer.MAX_VALUE);
        Object items = column(Schemas.child(field));
        int length = items instanceof NdArray array ? array.length(0) : ((List<?>) items).size();
        if (offsets[count] > length) {
            throw new IllegalArgumentException(
                    "lists of %d items (expected: at most %d)".formatted(offsets[count], length));
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(absent(present, i) ? null : part(items, (int) offsets[i], (int) offsets[i + 1]));
        }
        return values;
    }

    private static Object part(Object items, int from, int to) {
        return items instanceof NdArray array
                ? array.slice(from, to)
                : new ArrayList<>(((List<?>) items).subList(from, to));
    }

    private Object fixedLists(ArrowType type, Field field, int count, boolean @Nullable [] present) {
        Object items = column(Schemas.child(field));
        int length = items instanceof NdArray array ? array.length(0) : ((List<?>) items).size();
        if (length != (long) count * type.length()) {
            throw new IllegalArgumentException("%d lists of %d with %d items".formatted(count, type.length(), length));
        }
        if (items instanceof NdArray array && present == null) {
            int[] shape = new int[array.rank() + 1];
            System.arraycopy(array.shape(), 0, shape, 1, array.rank());
            shape[0] = count;
            shape[1] = type.length();
            return array.reshape(shape);
        }
        if (count * 16L > limit) {
            throw new UnsupportedOperationException("%d lists".formatted(count));
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(absent(present, i) ? null : part(items, i * type.length(), (i + 1) * type.length()));
        }
        return values;
    }

    /** Puts the parts of a column behind each other. */
    static Object joined(List<Object> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        if (parts.stream().allMatch(NdArray.class::isInstance)) {
            return joinedArrays(parts.stream().map(NdArray.class::cast).toList());
        }
        List<@Nullable Object> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(items(part)));
        return all;
    }

    static NdArray joinedArrays(List<NdArray> parts) {
        int[] shape = parts.get(0).shape();
        long rows = 0;
        long bytes = 0;
        for (NdArray part : parts) {
            rows += part.length(0);
            bytes += part.byteSize();
        }
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException(
                    "a column of %d bytes (expected: less than 2 GiB)".formatted(bytes));
        }
        byte[] all = new byte[(int) bytes];
        int at = 0;
        for (NdArray part : parts) {
            part.copyTo(all, at);
            at += part.byteSize();
        }
        shape[0] = Math.toIntExact(rows);
        return NdArray.wrap(parts.get(0).dtype(), shape, all, 0);
    }

    /** Returns all axes but the first. */
    static int[] axes(NdArray array) {
        return Arrays.copyOfRange(array.shape(), 1, array.rank());
    }
}
