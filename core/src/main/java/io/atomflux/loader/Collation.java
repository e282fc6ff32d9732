package io.atomflux.loader;

import io.atomflux.value.DType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the values of samples are put together.
 *
 * @param keys those put together at once; null for all, each when it is first asked for
 * @param floats type that arrays of floats are converted to; null for as they are stored
 * @param allPadded whether all per-atom keys are padded
 * @param padded further keys that are padded
 * @param ragged keys that are per-atom besides those that always are
 * @param edges keys whose values are numbers of atoms
 * @param substitutes values for keys that a row lacks
 */
record Collation(
        @Nullable List<String> keys,
        @Nullable DType floats,
        boolean allPadded,
        Set<String> padded,
        Set<String> ragged,
        Set<String> edges,
        Map<String, Object> substitutes) {
    Collation {
        keys = keys == null ? null : List.copyOf(keys);
        padded = Set.copyOf(padded);
        ragged = Set.copyOf(ragged);
        edges = Set.copyOf(edges);
        substitutes = Map.copyOf(substitutes);
    }
}
