package io.atomflux.codec;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of a calculation that ASE's own file formats know, and how they are kept.
 *
 * <p>Source: {@code ase.calculators.calculator.all_properties} of ASE 3.29, and what its readers make of each.
 */
public final class AseResults {

    /** The names, in the order ASE writes them. */
    public static final List<String> NAMES = List.of(
            "energy",
            "forces",
            "stress",
            "stresses",
            "dipole",
            "charges",
            "magmom",
            "magmoms",
            "free_energy",
            "energies",
            "dielectric_tensor",
            "born_effective_charges",
            "polarization");

    private static final List<String> NUMBERS = List.of("energy", "magmom", "free_energy");

    private AseResults() {}

    /** Tells whether a result is one number; the others are arrays. */
    public static boolean isNumber(String name) {
        return NUMBERS.contains(name);
    }

    /**
     * Returns a result as ASE gives it back: the numbers as stored, the others as float64 arrays.
     *
     * @param stored as {@link AseJson} reads it, an array or nested lists
     * @throws IllegalArgumentException if it is no number, or no array of real numbers
     */
    public static Object value(String name, @Nullable Object stored) {
        if (isNumber(name)) {
            if (stored instanceof Number || (stored instanceof NdArray array && array.rank() == 0)) {
                return stored;
            } else if (stored instanceof NdScalar scalar) {
                return scalar.plain();
            }
        } else if (stored instanceof NdArray array && array.dtype().isReal()) {
            return array.as(DType.FLOAT64);
        } else if (stored instanceof List<?> || stored instanceof Number) {
            return floats(name, stored);
        }
        throw new IllegalArgumentException("result %s: %s (expected: %s)"
                .formatted(
                        name,
                        stored == null ? "null" : stored.getClass().getSimpleName(),
                        isNumber(name) ? "a number" : "an array of real numbers"));
    }

    private static NdArray floats(String name, Object stored) {
        try {
            return AseJsonReader.nested(stored, 0);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "result %s: lists that are no array (expected: numbers, in lists of equal lengths)".formatted(name),
                    e);
        }
    }
}
