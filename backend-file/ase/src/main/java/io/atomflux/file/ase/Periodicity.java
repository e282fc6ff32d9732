package io.atomflux.file.ase;

import io.atomflux.value.NdArray;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the value of {@code pbc} into three booleans, as assigning it to a numpy array of three does. */
final class Periodicity {

    private Periodicity() {}

    static NdArray of(@Nullable Object value) {
        boolean[] axes = new boolean[3];
        if (value instanceof NdArray array) {
            int[] shape = array.shape();
            boolean fits = array.size() == 1 || (array.size() == 3 && shape[shape.length - 1] == 3);
            if (!fits) {
                throw wrong(value);
            }
            for (int i = 0; i < 3; i++) {
                axes[i] = array.doubleAt(array.size() == 1 ? 0 : i) != 0;
            }
        } else if (value instanceof List<?> list) {
            List<?> items = list;
            while (items.size() == 1 && items.get(0) instanceof List<?> inner) {
                items = inner;
            }
            if (items.size() != 1 && items.size() != 3) {
                throw wrong(value);
            }
            for (int i = 0; i < 3; i++) {
                Object item = items.get(items.size() == 1 ? 0 : i);
                if (item instanceof List<?>) {
                    throw wrong(value);
                }
                axes[i] = isTruthy(item);
            }
        } else {
            java.util.Arrays.fill(axes, isTruthy(value));
        }
        return NdArray.of(axes);
    }

    private static BadFrame wrong(Object value) {
        return new BadFrame(1, "pbc=%s (expected: one or three values)".formatted(value));
    }

    private static boolean isTruthy(@Nullable Object value) {
        if (value == null) {
            return false;
        } else if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Number number) {
            return number.doubleValue() != 0;
        } else if (value instanceof String text) {
            return !text.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }
}
