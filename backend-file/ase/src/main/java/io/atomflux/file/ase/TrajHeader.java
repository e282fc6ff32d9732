package io.atomflux.file.ase;

import io.atomflux.codec.AseJson;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the frames of a trajectory mostly have in common: the first item has it, and each that differs has its own.
 *
 * @param pbc bool, shape [3]
 * @param numbers int64, one per atom
 * @param masses float64, one per atom, if given
 * @param constraints a list of maps with name and arguments, if there are any
 */
record TrajHeader(
        NdArray pbc,
        NdArray numbers,
        @Nullable NdArray masses,
        @Nullable Object constraints) {

    static TrajHeader of(TrajItem item) throws IOException {
        NdArray numbers = perAtom("numbers", item.get("numbers"));
        DType.Kind kind = numbers.dtype().kind();
        if (numbers.rank() != 1 || (kind != DType.Kind.INT && kind != DType.Kind.UINT)) {
            throw new IllegalArgumentException("numbers: %s (expected: integers, one per atom)".formatted(numbers));
        }
        Object masses = item.get("masses");
        return new TrajHeader(
                pbc(item.get("pbc")),
                numbers.as(DType.INT64),
                masses == null ? null : perAtom("masses", masses).as(DType.FLOAT64),
                constraints(item.get("constraints")));
    }

    static NdArray perAtom(String name, @Nullable Object stored) {
        if (stored instanceof NdArray array && array.rank() > 0 && array.dtype().isReal()) {
            return array;
        }
        throw new IllegalArgumentException("%s: %s (expected: an array of real numbers)"
                .formatted(name, stored == null ? "missing" : "something else"));
    }

    private static NdArray pbc(@Nullable Object stored) {
        if (stored instanceof NdArray array
                && array.hasShape(3)
                && array.dtype().isReal()) {
            return NdArray.of(array.toBooleanArray());
        }
        if (stored instanceof Boolean all) {
            return NdArray.of(new boolean[] {all, all, all});
        }
        if (stored instanceof List<?> axes && axes.size() == 3) {
            boolean[] flags = new boolean[3];
            for (int i = 0; i < 3; i++) {
                Object axis = axes.get(i);
                if (!(axis instanceof Boolean) && !(axis instanceof Number)) {
                    throw new IllegalArgumentException("pbc: something else (expected: three booleans)");
                }
                flags[i] = axis instanceof Boolean flag ? flag : ((Number) axis).doubleValue() != 0;
            }
            return NdArray.of(flags);
        }
        throw new IllegalArgumentException(
                "pbc: %s (expected: three booleans)".formatted(stored == null ? "missing" : "something else"));
    }

    /** Constraints are a text that holds JSON once more; a list is taken as well. */
    private static @Nullable Object constraints(@Nullable Object stored) {
        if (stored == null) {
            return null;
        }
        Object list;
        try {
            list = stored instanceof String text ? AseJson.read(text) : stored;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("constraints: " + e.getMessage(), e);
        }
        if (!(list instanceof List<?> items)) {
            throw new IllegalArgumentException("constraints: something else (expected: a list)");
        }
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("name") instanceof String)
                    || !(map.get("kwargs") instanceof Map)) {
                throw new IllegalArgumentException(
                        "constraints: something else (expected: maps, each with \"name\" and \"kwargs\")");
            }
        }
        return items.isEmpty() ? null : items;
    }
}
