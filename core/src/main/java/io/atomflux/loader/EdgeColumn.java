package io.atomflux.loader;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of atoms of one key, as graph learning has them: of shape (2, E) or (E, 2), all of one kind; joined, and every number
 * increased by the atoms of the samples before.
 */
final class EdgeColumn implements Gathered {

    private final String key;
    private final Lookup lookup;
    private final List<long[]> values = new ArrayList<>(); // already increased
    private boolean rows; // (2, E) was seen
    private boolean pairs; // (E, 2) was seen, with another number than 2
    private boolean hollowPairs;
    private long atoms;
    private long edges;

    EdgeColumn(String key, Lookup lookup) {
        this.key = key;
        this.lookup = lookup;
    }

    @Override
    public void add(Sample sample) {
        NdArray array = lookup.asArray(lookup.value(sample, key), sample, key);
        boolean isRows = array.rank() == 2 && array.length(0) == 2;
        boolean isPairs = array.rank() == 2 && array.length(1) == 2;
        if (array.size() == 0 && array.rank() > 0) {
            hollowPairs |= isPairs;
            isRows = isPairs = true; // no edges go with edges of either kind
        } else if (!isRows && !isPairs
                || array.dtype().kind() != DType.Kind.INT && array.dtype().kind() != DType.Kind.UINT) {
            throw new ValueTypeException(lookup.place(sample, key), "integers of shape [2, E] or [E, 2]", shown(array));
        }
        if (pairs && !isPairs || rows && !isRows) {
            throw new ValueTypeException(
                    lookup.place(sample, key),
                    "shape " + (rows ? "[2, E]" : "[E, 2]") + " as in the samples before",
                    shown(array));
        }
        int count = lookup.atoms(sample);
        values.add(array.size() == 0 ? new long[0] : shifted(sample, array.toLongArray(), count));
        rows |= isRows && !isPairs;
        pairs |= isPairs && !isRows;
        atoms += count;
        edges += array.size() / 2;
    }

    private static String shown(NdArray array) {
        return array.dtype() + " of shape " + Arrays.toString(array.shape());
    }

    private long[] shifted(Sample sample, long[] numbers, int count) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < 0 || numbers[i] >= count) {
                throw new UnsupportedDataException(
                        lookup.store(sample),
                        "row %d, key %s".formatted(sample.position(), key),
                        "edge to atom %d (expected: 0 to %d, the atoms of this row)".formatted(numbers[i], count - 1),
                        null);
            }
            numbers[i] += atoms;
        }
        return numbers;
    }

    @Override
    public NdArray array(@Nullable DType floats) {
        boolean asPairs = pairs || !rows && edges == 0 && hollowPairs;
        int count = (int) Math.min(Integer.MAX_VALUE, edges);
        byte[] bytes = Column.room(key, DType.INT64, count, 2);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (long[] numbers : values) {
            if (asPairs) {
                buffer.position(at * 16)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asLongBuffer()
                        .put(numbers);
            } else {
                int half = numbers.length / 2;
                put(buffer, at, numbers, 0, half);
                put(buffer, count + at, numbers, half, half);
            }
            at += numbers.length / 2;
        }
        int[] shape = asPairs ? new int[] {count, 2} : new int[] {2, count};
        return NdArray.wrap(DType.INT64, shape, bytes, 0);
    }

    private static void put(ByteBuffer buffer, int at, long[] numbers, int from, int length) {
        buffer.position(at * 8)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .put(numbers, from, length);
    }
}
