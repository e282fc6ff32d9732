package io.atomflux.artifact.codec;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Slice;
import org.jspecify.annotations.Nullable;

/** Some entries of an array along its first axis. */
final class RowSlices {

    private RowSlices() {}

    static @Nullable Slice of(CodecOptions options) {
        String text = options.text(CodecOptions.ROWS);
        try {
            return text == null ? null : Slice.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException(CodecOptions.ROWS, String.valueOf(e.getMessage()));
        }
    }

    static ValueTypeException noRows(String name) {
        return new ValueTypeException("rows of file " + name, "an array with at least one axis", "a 0-d array");
    }

    static NdArray cut(NdArray array, Slice rows) {
        if (array.rank() == 0) {
            throw noRows("of an array");
        }
        long first = rows.first(array.length(0));
        int count = (int) rows.count(array.length(0));
        if (rows.step() == 1) {
            return count == 0 ? array.slice(0, 0) : array.slice((int) first, (int) first + count);
        }
        int[] shape = array.shape();
        shape[0] = count;
        NdArray zeros = NdArray.zeros(array.dtype(), shape);
        byte[] chosen = new byte[zeros.byteSize()];
        int row = count == 0 ? 0 : chosen.length / count;
        for (int i = 0; i < count; i++) {
            array.slice((int) (first + i * rows.step())).copyTo(chosen, i * row);
        }
        return NdArray.wrap(array.dtype(), shape, chosen, 0);
    }
}
