package io.atomflux;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of a column into one array. The first value decides the element type; integers among floats are
 * widened, all else must match. For one thread at a time.
 */
final class ArrayCollector {

    private static final int LARGEST = Integer.MAX_VALUE - 8;
    private static final VarHandle F64 = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    private final String column;
    private final boolean ragged;
    private final List<String> texts = new ArrayList<>();
    private long[] offsets = new long[16];
    private int count;
    private byte[] data = new byte[256];
    private int used;
    private final List<NdArray> pending = new ArrayList<>(); // what comes behind it, not copied yet
    private long pendingBytes;
    private @Nullable DType dtype;
    private int[] entryShape = {};
    private long entries;

    ArrayCollector(String column, boolean ragged) {
        this.column = column;
        this.ragged = ragged;
    }

    /**
     * Values of several rows.
     *
     * @param values the first axis is the rows
     */
    record Stacked(NdArray values) {}

    /** Tells whether an array, whose first axis is the rows, holds what values of a type would be put together to. */
    static boolean holds(NdArray stacked, Class<?> type) {
        if (stacked.rank() > 1) {
            return type == NdArray.class || type == Object.class;
        }
        DType dtype = stacked.dtype();
        boolean plain = dtype.equals(DType.FLOAT64) || dtype.equals(DType.INT64) || dtype.equals(DType.BOOL);
        return type == Object.class
                ? plain
                : type == Double.class && dtype.equals(DType.FLOAT64)
                        || type == Long.class && dtype.equals(DType.INT64)
                        || type == Boolean.class && dtype.equals(DType.BOOL);
    }

    private void addAll(NdArray stacked) {
        int rows = stacked.length(0);
        int[] one = Arrays.copyOfRange(stacked.shape(), 1, stacked.rank());
        int[] compared = ragged && one.length > 0 ? Arrays.copyOfRange(one, 1, one.length) : one;
        DType seen = dtype;
        boolean fits =
                seen == null ? texts.isEmpty() : stacked.dtype().equals(seen) && Arrays.equals(compared, entryShape);
        if (rows == 0 || ragged && one.length == 0 || !fits) {
            for (int i = 0; i < rows; i++) { // each told of as by itself
                addArray(stacked.slice(i));
            }
            return;
        }
        dtype = stacked.dtype();
        entryShape = compared;
        checkLength(used + pendingBytes + stacked.byteSize());
        pending.add(stacked);
        pendingBytes += stacked.byteSize();
        for (int i = 0; i < rows; i++) {
            entries += ragged ? one[0] : 1;
            count++;
            if (ragged) {
                offset();
            }
        }
    }

    private void offset() {
        if (count >= offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[count] = entries;
    }

    void add(Object value) {
        if (value instanceof Stacked stacked) {
            addAll(stacked.values());
            return;
        }
        if (value instanceof Double number && dtype == DType.FLOAT64 && entryShape.length == 0 && !ragged) {
            reserve(8); // the common case, without an array for each number
            F64.set(data, used, number.doubleValue());
            used += 8;
            count++;
        } else if (value instanceof String text && !ragged) {
            if (dtype != null) {
                throw mismatch("text", dtype.toString());
            }
            texts.add(text);
            count++;
        } else {
            addArray(asArray(value));
        }
    }

    private NdArray asArray(Object value) {
        if (value instanceof NdArray array) {
            return array;
        } else if (value instanceof NdScalar scalar) {
            return scalar.asArray();
        } else if (value instanceof Double number) {
            return NdArray.of(new double[] {number}).reshape();
        } else if (value instanceof Long number) {
            return NdArray.of(new long[] {number}).reshape();
        } else if (value instanceof Boolean flag) {
            return NdArray.of(new boolean[] {flag}).reshape();
        } else if (value instanceof Complex number) {
            NdArray parts = NdArray.of(new double[] {number.re(), number.im()});
            return NdArray.copyOf(DType.COMPLEX128, new int[0], parts.asBuffer());
        }
        throw new ValueTypeException(
                "column " + column + ", value " + count,
                "numbers or arrays",
                value instanceof Bytes ? "bytes" : value.getClass().getSimpleName());
    }

    private void addArray(NdArray given) {
        if (!texts.isEmpty()) {
            throw mismatch(given.dtype().toString(), "text");
        }
        if (ragged && given.rank() == 0) {
            throw mismatch("a scalar", "arrays with at least one axis");
        }
        NdArray array = given;
        int[] shape = given.shape();
        int[] compared = ragged ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
        if (dtype == null) {
            dtype = given.dtype();
            entryShape = compared;
        } else if (!dtype.equals(given.dtype())) {
            array = widened(given, dtype);
        }
        if (!Arrays.equals(compared, entryShape)) {
            throw mismatch(
                    "shape " + Arrays.toString(shape),
                    "shape " + (ragged ? "(n) + " : "") + Arrays.toString(entryShape)
                            + (ragged ? "" : "; use toRagged() where lengths differ"));
        }
        reserve(array.byteSize());
        array.copyTo(data, used);
        used += array.byteSize();
        entries += ragged ? shape[0] : 1;
        count++;
        if (ragged) {
            offset();
        }
    }

    private NdArray widened(NdArray given, DType seen) {
        DType.Kind from = given.dtype().kind();
        boolean toFloat = seen.kind() == DType.Kind.FLOAT && (from == DType.Kind.INT || from == DType.Kind.UINT);
        if (toFloat || (seen.kind() == DType.Kind.FLOAT && from == DType.Kind.FLOAT && seen.itemSize() == 8)) {
            return given.as(seen);
        }
        if (seen.equals(DType.INT64) && given.dtype().equals(DType.FLOAT64)) { // energies written as 0 now and then
            flush();
            NdArray widened = NdArray.wrap(seen, new int[] {used / 8}, data, 0).as(DType.FLOAT64);
            data = new byte[data.length];
            widened.copyTo(data, 0);
            dtype = DType.FLOAT64;
            return given;
        }
        throw mismatch(given.dtype().toString(), seen.toString());
    }

    private void checkLength(long needed) {
        if (needed > LARGEST) {
            throw new LimitExceededException(
                    "bytes of column " + column + " as one array", needed, LARGEST, "read it in parts or as a stream");
        }
    }

    /** Copies what is pending, into an array of just that length if nothing else came: growing costs as much as reading. */
    private void flush() {
        if (!pending.isEmpty()) {
            data = Arrays.copyOf(data, (int) (used + pendingBytes));
            for (NdArray stacked : pending) {
                stacked.copyTo(data, used);
                used += stacked.byteSize();
            }
            pending.clear();
            pendingBytes = 0;
        }
    }

    private void reserve(int more) {
        flush();
        long needed = (long) used + more;
        checkLength(needed);
        if (needed > data.length) {
            data = Arrays.copyOf(data, (int) Math.min(LARGEST, Math.max(needed, data.length * 2L)));
        }
    }

    private ValueTypeException mismatch(String found, String expected) {
        return new ValueTypeException("column " + column + ", value " + count, expected, found);
    }

    NdArray toArray() {
        flush();
        if (!texts.isEmpty()) {
            return NdArray.ofTexts(texts);
        }
        int[] shape =
                IntStream.concat(IntStream.of(count), Arrays.stream(entryShape)).toArray();
        return NdArray.wrap(Objects.requireNonNullElse(dtype, DType.FLOAT64), shape, data, 0);
    }

    Ragged toRagged() {
        flush();
        int[] shape = IntStream.concat(IntStream.of(Math.toIntExact(entries)), Arrays.stream(entryShape))
                .toArray();
        NdArray values = NdArray.wrap(Objects.requireNonNullElse(dtype, DType.FLOAT64), shape, data, 0);
        return new Ragged(values, NdArray.of(Arrays.copyOf(offsets, count + 1)));
    }
}
