package io.atomflux;

import io.atomflux.value.NdArray;
import java.util.Objects;

/**
 * Arrays of different lengths, put behind each other along the first axis.
 *
 * @param values all entries; shape (sum of lengths, …)
 * @param offsets int64 of shape (n + 1): entry i is {@code values.slice(offsets[i], offsets[i + 1])}
 */
public record Ragged(NdArray values, NdArray offsets) {

    public Ragged {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(offsets, "offsets");
    }

    /** Returns the number of arrays. */
    public int size() {
        return offsets.size() - 1;
    }

    /** Returns one of the arrays, sharing the bytes. */
    public NdArray get(int index) {
        return values.slice((int) offsets.longAt(index), (int) offsets.longAt(index + 1));
    }
}
