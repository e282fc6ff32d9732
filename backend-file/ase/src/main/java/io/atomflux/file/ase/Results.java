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
