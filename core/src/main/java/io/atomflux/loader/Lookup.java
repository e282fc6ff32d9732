package io.atomflux.loader;

import io.atomflux.error.MissingValueException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds the values of samples, with substitutes for what a row lacks, and names places in errors. Immutable.
 *
 * @param how tells the substitutes
 * @param sources tell the names of stores
 */
record Lookup(Collation how, List<SourcePlan> sources) {

    private static final String NUMBERS = "arrays.numbers";
    private static final String POSITIONS = "arrays.positions";

    /**
     * Returns the value of a key, or its substitute, which for a per-atom key is repeated for each atom.
     *
     * @throws IllegalArgumentException if keys were given, and this one is none of them
     * @throws MissingValueException if the row lacks it
     */
    Object value(Sample sample, String key) {
        Object value = written(sample).get(key);
        if (value != null) {
            return value;
        }
        Object substitute = how.substitutes().get(key);
        if (substitute == null) {
            if (!how.reads(key)) {
                throw new IllegalArgumentException(
                        "key %s: left out by keys(…) of the loader (expected: one of %s)".formatted(key, how.keys()));
            }
            throw new MissingValueException(store(sample), sample.position(), key);
        }
        return Collation.isPerAtom(key) ? repeated(asArray(substitute, sample, key), atoms(sample)) : substitute;
    }

    /** Returns the row of a sample, which must not be reserved. */
    Row written(Sample sample) {
        if (sample.row().isReserved()) {
            throw new MissingValueException(store(sample), sample.position(), "row");
        }
        return sample.row();
    }

    private static NdArray repeated(NdArray one, int times) {
        int[] shape = new int[one.rank() + 1];
        shape[0] = times;
        System.arraycopy(one.shape(), 0, shape, 1, one.rank());
        byte[] bytes = new byte[Math.multiplyExact(times, one.byteSize())];
        for (int i = 0; i < times; i++) {
            one.copyTo(bytes, i * one.byteSize());
        }
        return NdArray.wrap(one.dtype(), shape, bytes, 0);
    }

    /** Tells whether a value is a number, an array or a text: whether it has a place in an array. */
    static boolean fitsArrays(Object value) {
        return value instanceof NdArray
                || value instanceof NdScalar
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Complex
                || value instanceof String;
    }

    /** Returns a number as a 0-d array, and an array as it is. */
    NdArray asArray(Object value, Sample sample, String key) {
        if (value instanceof NdArray array) {
            return array;
        } else if (value instanceof NdScalar scalar) {
            return scalar.asArray();
        } else if (value instanceof Double number) {
            return NdArray.of(new double[] {number}).reshape();
        } else if (value instanceof Long number) {
            return NdArray.of(new long[] {number}).reshape();
        } else if (value instanceof Boolean flag) {
            return NdArray.of(new boolean[] {flag}).reshape();
        } else if (value instanceof BigInteger number) {
            return NdArray.of(new long[] {number.longValue()}).as(DType.UINT64).reshape();
        } else if (value instanceof Complex number) {
            NdArray parts = NdArray.of(new double[] {number.re(), number.im()});
            return NdArray.copyOf(DType.COMPLEX128, new int[0], parts.asBuffer());
        }
        String found = value instanceof Bytes ? "bytes" : value.getClass().getSimpleName();
        throw new ValueTypeException(
                place(sample, key), "numbers or arrays; values(\"" + key + "\") gives values as stored", found);
    }

    /**
     * Returns the number of atoms.
     *
     * @throws MissingValueException if the row has no per-atom array that tells it
     */
    int atoms(Sample sample) {
        return knownAtoms(sample)
                .orElseThrow(() -> new MissingValueException(store(sample), sample.position(), NUMBERS));
    }

    /** Returns the number of atoms if the row has a per-atom array: numbers, else positions, else any. */
    OptionalInt knownAtoms(Sample sample) {
        Row row = sample.row();
        OptionalInt atoms = length(row.get(NUMBERS));
        if (atoms.isEmpty()) {
            atoms = length(row.get(POSITIONS));
        }
        for (int i = 0; i < row.size() && atoms.isEmpty(); i++) {
            if (Collation.isPerAtom(row.keySet().name(i))) {
                atoms = length(row.valueAt(i));
            }
        }
        return atoms;
    }

    private static OptionalInt length(@Nullable Object value) {
        return value instanceof NdArray array && array.rank() > 0
                ? OptionalInt.of(array.length(0))
                : OptionalInt.empty();
    }

    /** Returns the name of the store of a sample. */
    String store(Sample sample) {
        return sources.get(sample.source()).store();
    }

    /** Names a value for messages. */
    String place(Sample sample, String key) {
        return "row %d, key %s in %s".formatted(sample.position(), key, store(sample));
    }
}
