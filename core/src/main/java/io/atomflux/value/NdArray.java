package io.atomflux.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable n-dimensional array: element type, shape (slowest axis first) and bytes in row-major order.
 *
 * <p>Slices share the bytes. Two arrays are equal if type, shape and every byte are, so NaN equals the same NaN and 0.0
 * differs from -0.0. The class is long because it holds the typed getters and factories of all element types.
 */
public final class NdArray {

    private static final VarHandle F64 = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final DType dtype;
    private final int[] shape;
    private final int size;
    private final byte[] data;
    private final int offset;

    private NdArray(DType dtype, int[] shape, int size, byte[] data, int offset) {
        this.dtype = dtype;
        this.shape = shape;
        this.size = size;
        this.data = data;
        this.offset = offset;
    }

    /**
     * Wraps bytes without copying them.
     *
     * @param dtype element type
     * @param shape axis lengths, slowest first; empty for a 0-d array; copied
     * @param bytes holds the elements; the caller promises never to change them again
     * @param offset where the elements begin
     * @throws IllegalArgumentException if the shape is negative, exceeds 2 GiB, or does not fit into the bytes
     */
    public static NdArray wrap(DType dtype, int[] shape, byte[] bytes, int offset) {
        Objects.requireNonNull(dtype, "dtype");
        long count = elements(shape);
        long end = offset + count * dtype.itemSize();
        if (offset < 0 || end > bytes.length) {
            throw new IllegalArgumentException("array bytes: %d (expected: %d for %s of shape %s)"
                    .formatted(bytes.length - offset, count * dtype.itemSize(), dtype, Arrays.toString(shape)));
        }
        return new NdArray(dtype, shape.clone(), (int) count, bytes, offset);
    }

    /** Copies the bytes between a buffer's position and limit; they must be exactly those of the array. */
    public static NdArray copyOf(DType dtype, int[] shape, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        NdArray array = wrap(dtype, shape, copy, 0);
        if (array.byteSize() != copy.length) {
            throw new IllegalArgumentException("array bytes: %d (expected: %d for %s of shape %s)"
                    .formatted(copy.length, array.byteSize(), dtype, Arrays.toString(shape)));
        }
        return array;
    }

    private static long elements(int[] shape) {
        long count = 1;
        boolean empty = false;
        for (int axis : shape) {
            if (axis < 0) {
                throw new IllegalArgumentException(
                        "shape: %s (expected: no negative axis)".formatted(Arrays.toString(shape)));
            }
            if (axis == 0) {
                empty = true;
            } else {
                count *= axis;
                if (count > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "shape: %s (expected: at most 2^31 - 1 elements)".formatted(Arrays.toString(shape)));
                }
            }
        }
        return empty ? 0 : count;
    }

    private static ByteBuffer room(int count, int itemSize) {
        return ByteBuffer.allocate(Math.multiplyExact(count, itemSize)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static NdArray filled(DType dtype, int count, byte[] bytes, int[] shape) {
        int[] axes = shape.length == 0 ? new int[] {count} : shape;
        if (elements(axes) != count) {
            throw new IllegalArgumentException("array elements: %d (expected: %d for shape %s)"
                    .formatted(count, elements(axes), Arrays.toString(axes)));
        }
        return wrap(dtype, axes, bytes, 0);
    }

    /** Copies doubles into a float64 array; without a shape it is one-dimensional. */
    public static NdArray of(double[] values, int... shape) {
        ByteBuffer room = room(values.length, 8);
        room.asDoubleBuffer().put(values);
        return filled(DType.FLOAT64, values.length, room.array(), shape);
    }

    /** Copies floats into a float32 array; without a shape it is one-dimensional. */
    public static NdArray of(float[] values, int... shape) {
        ByteBuffer room = room(values.length, 4);
        room.asFloatBuffer().put(values);
        return filled(DType.FLOAT32, values.length, room.array(), shape);
    }

    /** Copies longs into an int64 array; without a shape it is one-dimensional. */
    public static NdArray of(long[] values, int... shape) {
        ByteBuffer room = room(values.length, 8);
        room.asLongBuffer().put(values);
        return filled(DType.INT64, values.length, room.array(), shape);
    }

    /** Copies ints into an int32 array; without a shape it is one-dimensional. */
    public static NdArray of(int[] values, int... shape) {
        ByteBuffer room = room(values.length, 4);
        room.asIntBuffer().put(values);
        return filled(DType.INT32, values.length, room.array(), shape);
    }

    /** Copies shorts into an int16 array; without a shape it is one-dimensional. */
    public static NdArray of(short[] values, int... shape) {
        ByteBuffer room = room(values.length, 2);
        room.asShortBuffer().put(values);
        return filled(DType.INT16, values.length, room.array(), shape);
    }

    /** Copies booleans into a bool array; without a shape it is one-dimensional. */
    public static NdArray of(boolean[] values, int... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return filled(DType.BOOL, values.length, bytes, shape);
    }

    /** Copies the rows of a matrix, all of one length, into a float64 array of two axes. */
    public static NdArray of(double[][] rows) {
        int width = rows.length == 0 ? 0 : rows[0].length;
        double[] flat = new double[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != width) {
                throw new IllegalArgumentException(
                        "row %d: %d elements (expected: %d as in row 0)".formatted(i, rows[i].length, width));
            }
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return of(flat, rows.length, width);
    }

    /** Copies texts into a unicode array as wide as the longest; without a shape it is one-dimensional. */
    public static NdArray ofTexts(List<String> texts, int... shape) {
        int width = 1; // numpy's narrowest, even for empty texts
        for (String text : texts) {
            width = Math.max(width, text.codePointCount(0, text.length()));
        }
        DType dtype = DType.unicode(width);
        ByteBuffer room = room(texts.size(), dtype.itemSize());
        for (int i = 0; i < texts.size(); i++) {
            room.position(i * dtype.itemSize());
            texts.get(i).codePoints().forEach(room::putInt);
        }
        return filled(dtype, texts.size(), room.array(), shape);
    }

    /** Returns an array of zeros, or false, or empty texts. */
    public static NdArray zeros(DType dtype, int... shape) {
        long bytes = elements(shape) * dtype.itemSize();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("array of %d bytes (expected: less than 2 GiB)".formatted(bytes));
        }
        return wrap(dtype, shape, new byte[(int) bytes], 0);
    }

    /** Returns the element type. */
    public DType dtype() {
        return dtype;
    }

    /** Returns a copy of the axis lengths, slowest first; empty for a 0-d array. */
    public int[] shape() {
        return shape.clone();
    }

    /** Returns the number of axes. */
    public int rank() {
        return shape.length;
    }

    /** Returns the length of one axis. */
    public int length(int axis) {
        return shape[Objects.checkIndex(axis, shape.length)];
    }

    /** Returns the number of elements. */
    public int size() {
        return size;
    }

    /** Returns the number of bytes of all elements. */
    public int byteSize() {
        return size * dtype.itemSize();
    }

    /** Tells whether the array has exactly this shape. */
    public boolean hasShape(int... expected) {
        return Arrays.equals(shape, expected);
    }

    /** Returns a read-only buffer over the elements in stored byte order, from position 0; nothing is copied. */
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(data, offset, byteSize())
                .slice()
                .asReadOnlyBuffer()
                .order(dtype.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** Copies the elements' bytes to the place given. */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(data, offset, target, at, byteSize());
    }

    /**
     * Copies the elements to the place given as elements of another type, as {@code numpy.copyto} does with {@code
     * casting="unsafe"}: real numbers become real numbers, complex ones complex, texts and byte strings longer ones.
     *
     * @param type what they become, in its own byte order
     * @throws IllegalStateException if elements do not become such
     * @throws IndexOutOfBoundsException if there is no room for all
     */
    public void copyTo(DType type, byte[] target, int at) {
        Objects.checkFromIndexSize(at, Math.multiplyExact(size, type.itemSize()), target.length);
        Elements.convert(dtype, data, offset, type, target, at, size);
    }

    /** Returns one entry along the first axis, sharing the bytes; {@code slice(i)} of a 1-d array is 0-d. */
    public NdArray slice(int index) {
        int[] rest = firstAxisRest();
        Objects.checkIndex(index, shape[0]);
        int count = shape[0] == 0 ? 0 : size / shape[0];
        return new NdArray(dtype, rest, count, data, offset + index * count * dtype.itemSize());
    }

    /** Returns the entries {@code from} to {@code to - 1} along the first axis, sharing the bytes. */
    public NdArray slice(int from, int to) {
        firstAxisRest();
        Objects.checkFromToIndex(from, to, shape[0]);
        int[] part = shape.clone();
        part[0] = to - from;
        int count = shape[0] == 0 ? 0 : size / shape[0];
        return new NdArray(dtype, part, count * (to - from), data, offset + from * count * dtype.itemSize());
    }

    private int[] firstAxisRest() {
        if (shape.length == 0) {
            throw new IllegalArgumentException("slice of a 0-d array (expected: at least one axis)");
        }
        return Arrays.copyOfRange(shape, 1, shape.length);
    }

    /** Returns the same elements under another shape, sharing the bytes. */
    public NdArray reshape(int... newShape) {
        if (elements(newShape) != size) {
            throw new IllegalArgumentException("shape: %s (expected: %d elements as in %s)"
                    .formatted(Arrays.toString(newShape), size, Arrays.toString(shape)));
        }
        return new NdArray(dtype, newShape.clone(), size, data, offset);
    }

    /**
     * Reads one real element as a double.
     *
     * @param flat index in row-major order
     * @throws IllegalStateException if elements are not integers, floats or booleans
     */
    public double doubleAt(int flat) {
        Objects.checkIndex(flat, size);
        if (dtype == DType.FLOAT64) {
            return (double) F64.get(data, offset + flat * 8);
        }
        return Elements.real(dtype, data, offset + flat * dtype.itemSize());
    }

    /**
     * Reads one integer or boolean element as a long; an unsigned 64-bit one keeps its bits.
     *
     * @param flat index in row-major order
     * @throws IllegalStateException if elements are neither
     */
    public long longAt(int flat) {
        Objects.checkIndex(flat, size);
        if (dtype == DType.INT64) {
            return (long) I64.get(data, offset + flat * 8);
        }
        return Elements.integer(dtype, data, offset + flat * dtype.itemSize());
    }

    /** Reads one element as the plain value it is: boolean, long, BigInteger, double, Complex, Bytes or text. */
    public Object at(int flat) {
        Objects.checkIndex(flat, size);
        int at = offset + flat * dtype.itemSize();
        return switch (dtype.kind()) {
            case BOOL -> Elements.integer(dtype, data, at) != 0;
            case INT -> Elements.integer(dtype, data, at);
            case UINT -> unsigned(Elements.integer(dtype, data, at));
            case FLOAT -> Elements.real(dtype, data, at);
            case COMPLEX -> Elements.complex(dtype, data, at);
            case BYTES -> Elements.bytes(dtype, data, at);
            case UNICODE -> Elements.text(dtype, data, at);
            case STRUCT -> Bytes.wrap(Arrays.copyOfRange(data, at, at + dtype.itemSize()));
        };
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    /** Copies the elements, in row-major order, as doubles; integers beyond 2^53 are rounded. */
    public double[] toDoubleArray() {
        double[] values = new double[size];
        if (dtype == DType.FLOAT64) {
            ByteBuffer.wrap(data, offset, byteSize())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(values);
        } else {
            for (int i = 0; i < size; i++) {
                values[i] = doubleAt(i);
            }
        }
        return values;
    }

    /** Copies the elements, in row-major order, as longs. */
    public long[] toLongArray() {
        long[] values = new long[size];
        if (dtype == DType.INT64) {
            ByteBuffer.wrap(data, offset, byteSize())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asLongBuffer()
                    .get(values);
        } else {
            for (int i = 0; i < size; i++) {
                values[i] = longAt(i);
            }
        }
        return values;
    }

    /** Copies the elements, in row-major order, as booleans: whatever is not zero is true. */
    public boolean[] toBooleanArray() {
        boolean[] values = new boolean[size];
        for (int i = 0; i < size; i++) {
            values[i] = doubleAt(i) != 0;
        }
        return values;
    }

    /** Copies the elements as nested lists of plain values; a 0-d array gives the value itself. */
    public Object toNested() {
        return nested(0, 0, size);
    }

    private Object nested(int axis, int from, int count) {
        if (axis == shape.length) {
            return at(from);
        }
        List<Object> items = new ArrayList<>(shape[axis]);
        int step = shape[axis] == 0 ? 0 : count / shape[axis];
        for (int i = 0; i < shape[axis]; i++) {
            items.add(nested(axis + 1, from + i * step, step));
        }
        return Collections.unmodifiableList(items);
    }

    /** Converts real elements to another real type, as {@code numpy.ndarray.astype} does; the same type gives this. */
    public NdArray as(DType target) {
        if (target.equals(dtype)) {
            return this;
        }
        byte[] bytes = new byte[Math.multiplyExact(size, target.itemSize())];
        if (size > 0) {
            Elements.convertReal(dtype, data, offset, target, bytes, 0, size);
        }
        return new NdArray(target, shape, size, bytes, 0);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || (o instanceof NdArray a
                        && dtype.equals(a.dtype)
                        && Arrays.equals(shape, a.shape)
                        && Arrays.equals(data, offset, offset + byteSize(), a.data, a.offset, a.offset + a.byteSize()));
    }

    @Override
    public int hashCode() {
        int hash = dtype.hashCode() * 31 + Arrays.hashCode(shape);
        return hash * 31 + ByteBuffer.wrap(data, offset, byteSize()).hashCode();
    }

    /** Shows type, shape and at most eight elements. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("NdArray[").append(dtype).append(Arrays.toString(shape));
        for (int i = 0; i < Math.min(size, 8); i++) {
            text.append(i == 0 ? ": " : ", ").append(at(i));
        }
        return text.append(size > 8 ? ", …]" : "]").toString();
    }
}
