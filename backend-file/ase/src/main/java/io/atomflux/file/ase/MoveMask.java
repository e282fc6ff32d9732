package io.atomflux.file.ase;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The column {@code move_mask}, true where an atom may move, and the constraints it stands for. */
final class MoveMask {

    private MoveMask() {}

    /**
     * Returns the constraints ASE makes of a mask: one FixAtoms of one column, a FixCartesian per atom of three.
     *
     * @throws BadFrame if there is another number of columns
     */
    static List<Object> constraints(NdArray mask) {
        boolean text = mask.dtype().kind() == DType.Kind.UNICODE;
        int atoms = mask.length(0);
        int width = mask.rank() == 1 ? 1 : mask.length(1);
        if (width != 1 && width != 3) {
            throw new BadFrame(1, "Properties: move_mask of %d columns (expected: 1 or 3)".formatted(width));
        }
        List<Object> constraints = new ArrayList<>();
        List<Object> fixed = new ArrayList<>();
        for (long i = 0; i < atoms; i++) {
            List<Object> axes = new ArrayList<>(width);
            for (int k = 0; k < width; k++) {
                axes.add(!text && mask.doubleAt((int) i * width + k) == 0);
            }
            if (width == 3) {
                Map<String, Object> kwargs = new LinkedHashMap<>();
                kwargs.put("a", List.of(i));
                kwargs.put("mask", axes);
                constraints.add(constraint("FixCartesian", kwargs));
            } else if (axes.get(0).equals(true)) {
                fixed.add(i);
            }
        }
        if (width == 1) {
            constraints.add(constraint("FixAtoms", Map.of("indices", fixed)));
        }
        return constraints;
    }

    /**
     * Returns the mask that stands for constraints, or null if there are none.
     *
     * @param atoms how many atoms there are
     * @param dropOthers whether constraints that no mask can stand for are left out instead of refused
     */
    static @Nullable NdArray of(@Nullable Object constraints, int atoms, boolean dropOthers) {
        if (constraints == null) {
            return null;
        }
        if (!(constraints instanceof List<?> list)) {
            throw new Unwritable("constraints", "expected: a list of constraints");
        }
        boolean[] fixed = new boolean[3 * atoms];
        boolean any = false;
        boolean single = true;
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> constraint) || !(constraint.get("kwargs") instanceof Map<?, ?> kwargs)) {
                throw new Unwritable("constraints", "expected: maps of name and kwargs");
            }
            Object name = constraint.get("name");
            if ("FixAtoms".equals(name)) {
                mask(indices(kwargs.get("indices"), atoms), List.of(true, true, true), fixed);
            } else if ("FixCartesian".equals(name)) {
                mask(indices(kwargs.get("a"), atoms), axes(kwargs.get("mask")), fixed);
                single = false;
            } else if (!dropOthers) {
                throw new Unwritable(
                        "constraints",
                        "%s (expected: FixAtoms or FixCartesian; the option constraints=drop writes rows without others)"
                                .formatted(name));
            } else {
                continue;
            }
            any = true;
        }
        if (!any) {
            return null;
        }
        boolean[] free = new boolean[single ? atoms : 3 * atoms];
        for (int i = 0; i < free.length; i++) {
            free[i] = !fixed[single ? 3 * i : i];
        }
        return single ? NdArray.of(free, atoms) : NdArray.of(free, atoms, 3);
    }

    private static void mask(List<?> indices, List<?> axes, boolean[] fixed) {
        for (Object index : indices) {
            for (int k = 0; k < 3; k++) {
                fixed[3 * ((Long) index).intValue() + k] |= Boolean.TRUE.equals(axes.get(k));
            }
        }
    }

    private static List<?> indices(@Nullable Object value, int atoms) {
        Object nested =
                value instanceof NdArray array && array.dtype().kind() == DType.Kind.INT ? array.toNested() : value;
        List<?> indices = nested instanceof List<?> list ? list : nested == null ? List.of("none") : List.of(nested);
        for (Object index : indices) {
            if (!(index instanceof Long number) || number < 0 || number >= atoms) {
                throw new Unwritable("constraints", "index %s (expected: atoms 0 to %d)".formatted(index, atoms - 1));
            }
        }
        return indices;
    }

    private static List<?> axes(@Nullable Object value) {
        Object nested = value instanceof NdArray array ? array.toNested() : value;
        if (nested instanceof List<?> axes && axes.size() == 3 && axes.stream().allMatch(Boolean.class::isInstance)) {
            return axes;
        }
        throw new Unwritable("constraints", "mask of FixCartesian: %s (expected: three booleans)".formatted(value));
    }

    private static Map<String, Object> constraint(String name, Map<String, Object> kwargs) {
        Map<String, Object> constraint = new LinkedHashMap<>(); // names come before arguments in every store
        constraint.put("name", name);
        constraint.put("kwargs", kwargs);
        return constraint;
    }
}
