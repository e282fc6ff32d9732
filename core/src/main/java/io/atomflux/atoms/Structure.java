package io.atomflux.atoms;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Values;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The names of a structure's keys, and what their values must look like; looks at headers, not at elements. */
final class Structure {

    static final String CELL = "cell";
    static final String PBC = "pbc";
    static final String CONSTRAINTS = "constraints";
    static final String ARRAYS = "arrays.";
    static final String INFO = "info.";
    static final String CALC = "calc.";
    static final String NUMBERS = "arrays.numbers";
    static final String POSITIONS = "arrays.positions";
    static final String MASSES = "arrays.masses";
    static final String MOMENTA = "arrays.momenta";
    static final String ENERGY = "calc.energy";
    static final String FORCES = "calc.forces";
    static final String STRESS = "calc.stress";

    static final NdArray NO_NUMBERS = NdArray.zeros(DType.INT64, 0);
    static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    static final NdArray NO_PBC = NdArray.zeros(DType.BOOL, 3);

    private Structure() {}

    static boolean isKnown(String key) {
        return key.startsWith(ARRAYS)
                || key.startsWith(INFO)
                || key.startsWith(CALC)
                || key.equals(CELL)
                || key.equals(PBC)
                || key.equals(CONSTRAINTS);
    }

    static NdArray numbers(Object value) {
        if (value instanceof NdArray array && array.rank() == 1) {
            DType.Kind kind = array.dtype().kind();
            if (kind == DType.Kind.INT || kind == DType.Kind.UINT) {
                return array;
            }
        }
        throw refused(NUMBERS, value, "an integer array of shape [n]");
    }

    static NdArray positions(Object value, int atoms) {
        return vectors(POSITIONS, value, atoms);
    }

    static NdArray cell(Object value) {
        return vectors(CELL, value, 3);
    }

    /** Checks for real vectors of three components, one per row. */
    static NdArray vectors(String key, Object value, int rows) {
        if (value instanceof NdArray array
                && array.rank() == 2
                && array.length(0) == rows
                && array.length(1) == 3
                && isNumeric(array.dtype())) {
            return array;
        }
        throw refused(key, value, "a real array of shape [%d, 3]".formatted(rows));
    }

    /** Checks for real vectors of three components, however many. */
    static NdArray vectors(String key, NdArray value) {
        if (value.rank() == 0) {
            throw refused(key, value, "a real array of shape [n, 3]");
        }
        return vectors(key, value, value.length(0));
    }

    /** Checks for a stress and turns a matrix into Voigt order (ase.stress.full_3x3_to_voigt_6_stress). */
    static NdArray stress(Object value) {
        if (value instanceof NdArray array && isNumeric(array.dtype())) {
            if (array.rank() == 1 && array.length(0) == 6) {
                return array;
            } else if (array.hasShape(3, 3)) {
                double[] s = array.toDoubleArray();
                return NdArray.of(
                        new double[] {s[0], s[4], s[8], (s[5] + s[7]) / 2, (s[2] + s[6]) / 2, (s[1] + s[3]) / 2});
            }
        }
        throw refused(STRESS, value, "a real array of shape [6] or [3, 3]");
    }

    /** Copies rows of three; no rows at all are of shape (0, 3) too. */
    static NdArray matrix(double[][] rows) {
        return rows.length == 0 ? NdArray.zeros(DType.FLOAT64, 0, 3) : NdArray.of(rows);
    }

    static NdArray widened(String key, Object values) {
        if (Values.of(key, values) instanceof NdArray array) {
            return array;
        }
        throw refused(key, values, "an array");
    }

    static NdArray perAtom(String key, @Nullable Object value, int atoms) {
        if (value instanceof NdArray array && array.rank() > 0 && array.length(0) == atoms) {
            return array;
        }
        throw refused(key, value, "an array with %d entries on its first axis".formatted(atoms));
    }

    /** Reads three flags into the bits 0, 1 and 2; whatever is not zero is true, as in Python. */
    static byte pbc(Object value) {
        if (value instanceof NdArray array
                && array.rank() == 1
                && array.length(0) == 3
                && array.dtype().isReal()) {
            return (byte) ((array.doubleAt(0) != 0 ? 1 : 0)
                    | (array.doubleAt(1) != 0 ? 2 : 0)
                    | (array.doubleAt(2) != 0 ? 4 : 0));
        }
        if (value instanceof List<?> list && list.size() == 3) {
            int bits = 0;
            for (int i = 0; i < 3; i++) {
                bits |= flag(value, list.get(i)) ? 1 << i : 0;
            }
            return (byte) bits;
        }
        throw notFlags(value);
    }

    private static boolean flag(Object value, @Nullable Object item) {
        Object plain = item instanceof NdScalar scalar ? scalar.plain() : item;
        if (plain instanceof Boolean flag) {
            return flag;
        } else if (plain instanceof Number number) {
            return number.doubleValue() != 0;
        }
        throw notFlags(value);
    }

    private static IllegalArgumentException notFlags(Object value) {
        return refused(PBC, value, "three booleans or numbers");
    }

    static boolean isNumeric(DType type) {
        return type.isReal() && type.kind() != DType.Kind.BOOL;
    }

    static IllegalArgumentException refused(String key, @Nullable Object value, String expected) {
        return new IllegalArgumentException("%s: %s (expected: %s)".formatted(key, described(value), expected));
    }

    /** Names the kind of a value, not its content. */
    static String described(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return "array of %s, shape %s".formatted(array.dtype(), Arrays.toString(array.shape()));
        } else if (value instanceof List<?> list) {
            return "list of " + list.size();
        }
        return value == null ? "null" : value.getClass().getSimpleName();
    }
}
