package io.atomflux.file.ase;

import io.atomflux.file.ase.ColumnPlan.Column;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys and columns are calculator results, and what becomes of their values; as in ASE 3.29. */
final class Results {

    private static final Set<String> PER_FRAME =
            Set.of("energy", "free_energy", "stress", "dipole", "magmom", "polarization", "dielectric_tensor");
    private static final Set<String> AS_FOUND = Set.of("energy", "free_energy", "magmom");

    private Results() {}

    /** Tells whether a key of the comment is a result. */
    static boolean isPerFrame(String key) {
        return PER_FRAME.contains(key);
    }

    static @Nullable Object ofFrame(String key, @Nullable Object value) {
        if (value == null || AS_FOUND.contains(key)) {
            return value;
        }
        if (key.equals("stress")) {
            NdArray m = (NdArray) value;
            return NdArray.of(new double[] {
                m.doubleAt(0), m.doubleAt(4), m.doubleAt(8), m.doubleAt(5), m.doubleAt(2), m.doubleAt(1)
            });
        }
        return CommentValues.reals(key, value);
    }

    /**
     * Returns a result of a frame as the value to write.
     *
     * @param key the row's key, for errors
     */
    static Object toWrite(String key, String name, Object value) {
        if (AS_FOUND.contains(name)) {
            return value;
        }
        NdArray array = value instanceof NdArray given
                ? given
                : value instanceof Double number
                        ? NdArray.of(new double[] {number}).reshape()
                        : NdArray.of(new boolean[0]);
        boolean numbers =
                array.dtype().kind() == DType.Kind.FLOAT || array.dtype().kind() == DType.Kind.INT;
        if (!numbers) {
            throw new Unwritable(key, "expected: floats");
        }
        NdArray reals = array.as(DType.FLOAT64);
        return name.equals("stress") ? matrix(key, reals) : reals;
    }

    private static NdArray matrix(String key, NdArray stress) {
        if (stress.hasShape(6)) {
            double[] v = stress.toDoubleArray();
            return NdArray.of(new double[] {v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2]}, 3, 3);
        }
        boolean symmetric = stress.hasShape(3, 3);
        for (int i = 0; symmetric && i < 9; i++) {
            symmetric = Double.compare(stress.doubleAt(i), stress.doubleAt(i % 3 * 3 + i / 3)) == 0;
        }
        if (!symmetric) {
            throw new Unwritable(key, "expected: shape [6] in Voigt order, or a symmetric matrix of shape [3, 3]");
        }
        return stress;
    }

    static NdArray ofColumn(Column column, NdArray values) {
        return AS_FOUND.contains(column.name()) ? values : cast(column, values);
    }

    /** Casts a column to float64; words are read as numbers. */
    static NdArray cast(Column column, NdArray values) {
        if (values.dtype().isReal()) {
            return values.as(DType.FLOAT64);
        }
        double[] reals = new double[values.size()];
        for (int i = 0; i < reals.length; i++) {
            Double real = PyText.real((String) values.at(i));
            if (real == null) {
                throw new BadFrame(
                        2 + i / column.width(),
                        "column %s: \"%s\" (expected: a number)".formatted(column.name(), values.at(i)));
            }
            reals[i] = real;
        }
        return NdArray.of(reals, values.shape());
    }
}
