package io.atomflux.loader;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import org.jspecify.annotations.Nullable;

/** Values of one key, taken in one by one, each checked against those before. For one thread. */
interface Gathered {

    /**
     * Takes in the value of a sample; after an error this is of no further use.
     *
     * @throws io.atomflux.error.AtomfluxException if the value is missing, does not decode or does not go with those before
     */
    void add(Sample sample);

    /**
     * Puts all values into one array.
     *
     * @param floats what floats are converted to; null for as they are
     */
    NdArray array(@Nullable DType floats);
}
