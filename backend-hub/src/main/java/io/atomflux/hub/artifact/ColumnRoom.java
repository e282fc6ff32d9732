package io.atomflux.hub.artifact;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects the values of one column. */
final class ColumnRoom {

    private final List<@Nullable Object> values = new ArrayList<>();
    private boolean hasNull;

    /** Adds a value; answers about how many bytes it takes. */
    long add(@Nullable Object value) {
        values.add(value);
        hasNull |= value == null;
        return Values.byteSize(value);
    }

    /** Returns the column: an array of the stored type if it can be one. */
    Object column(Optional<DType> number) {
        if (hasNull || number.isEmpty()) {
            return values;
        }
        DType dtype = number.get();
        if (dtype.kind() == DType.Kind.BOOL) {
            byte[] flags = new byte[values.size()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = (byte) (Boolean.TRUE.equals(values.get(i)) ? 1 : 0);
            }
            return NdArray.wrap(dtype, new int[] {flags.length}, flags, 0);
        } else if (dtype.kind() == DType.Kind.FLOAT) {
            return NdArray.of(values.stream().mapToDouble(ColumnRoom::real).toArray())
                    .as(dtype);
        }
        return NdArray.of(values.stream().mapToLong(ColumnRoom::integer).toArray())
                .as(dtype);
    }

    private static double real(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static long integer(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
