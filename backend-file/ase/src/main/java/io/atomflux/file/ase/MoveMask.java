package io.atomflux.file.ase;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private static Map<String, Object> constraint(String name, Map<String, Object> kwargs) {
        Map<String, Object> constraint = new LinkedHashMap<>(); // names come before arguments in every store
        constraint.put("name", name);
        constraint.put("kwargs", kwargs);
        return constraint;
    }
}
