package io.atomflux.benchmarks;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Uses every value of what was read, down to each byte of each array, so that nothing is left undecoded and no read can be
 * optimised away: Python has built all objects when its call returns, so anything less would be an unfair comparison.
 */
final class Touch {

    /** What was seen; public so that the compiler must keep it. */
    static volatile long seen;

    private Touch() {}

    static long atoms(Atoms atoms) {
        return row(atoms.toRow());
    }

    static long row(Row row) {
        long sum = 0;
        for (int i = 0; i < row.size(); i++) {
            sum += value(row.valueAt(i));
        }
        return sum;
    }

    static long value(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return array(array);
        } else if (value instanceof List<?> list) {
            long sum = list.size();
            for (Object item : list) {
                sum += value(item);
            }
            return sum;
        } else if (value instanceof Map<?, ?> map) {
            long sum = map.size();
            for (Object item : map.values()) {
                sum += value(item);
            }
            return sum;
        }
        return value == null ? 1 : value.hashCode();
    }

    private static long array(NdArray array) {
        ByteBuffer bytes = array.asBuffer();
        long sum = array.size();
        while (bytes.remaining() >= 8) {
            sum += bytes.getLong();
        }
        while (bytes.hasRemaining()) {
            sum += bytes.get();
        }
        return sum;
    }

    static void keep(long sum) {
        seen = sum;
    }
}
