package io.atomflux.file.ase;

import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Rows that a file of frames holds without loss. */
final class Frames {

    private static final List<Object> VALUES = List.of(
            5L,
            -0.25,
            true,
            "text",
            "a b",
            "T",
            "",
            "back\\slash",
            "new\nline",
            NdArray.of(new long[] {3}),
            NdArray.of(new double[] {1, 2.5}),
            List.of(true, false),
            Map.of("k", List.of("x", 1L)),
            "\u00e5ngstr\u00f6m");

    private Frames() {}

    /** The same seed gives equal rows, different ones unequal rows. */
    static Row row(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = 3;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("arrays.numbers", NdArray.of(new long[] {8, 1, 1}));
        row.put("info.label", "frame " + seed);
        row.put("arrays.positions", reals(random, n, 3));
        row.put("cell", NdArray.of(new double[] {seed + 1, 0, 0, 0.5, 5, 0, 0, 0, 6.1}, 3, 3));
        row.put("pbc", NdArray.of(new boolean[] {true, seed % 2 == 0, false}));
        row.put("calc.forces", reals(random, n, 3));
        row.put("info.step", (long) seed);
        row.put("calc.energy", random.nextDouble());
        return Row.of(row);
    }

    /** Numbers with eight decimals, as the format has them. */
    static NdArray reals(SplittableRandom random, int... shape) {
        int size = 1;
        for (int axis : shape) {
            size *= axis;
        }
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L) / 1e8;
        }
        return NdArray.of(values, shape);
    }

    static Row random(SplittableRandom random) {
        int n = random.nextInt(6);
        long[] numbers = random.longs(n, 0, 119).toArray();
        Map<String, Object> row = new LinkedHashMap<>();
        boolean periodic = random.nextBoolean();
        row.put("cell", periodic ? reals(random, 3, 3) : NdArray.of(new double[9], 3, 3));
        row.put("pbc", NdArray.of(new boolean[] {random.nextBoolean(), random.nextBoolean(), periodic}));
        row.put("arrays.numbers", NdArray.of(numbers));
        row.put("arrays.positions", reals(random, n, 3));
        if (random.nextBoolean()) {
            row.put("arrays.tags", NdArray.of(random.ints(n).toArray()));
            row.put("arrays.weights", reals(random, n, 2));
        }
        if (n > 0 && random.nextBoolean()) {
            row.put("arrays.flags", NdArray.of(new boolean[n]));
            row.put("arrays.names", NdArray.ofTexts(java.util.Collections.nCopies(n, "n\u00e9" + random.nextInt(100))));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            row.put("info.k" + random.nextInt(20), VALUES.get(random.nextInt(VALUES.size())));
        }
        row.put("info.any", Double.longBitsToDouble(random.nextLong() & ~(1L << 62)));
        if (random.nextBoolean()) {
            row.put("calc.energy", -random.nextDouble());
            row.put("calc.stress", reals(random, 6));
            row.put("calc.dipole", reals(random, 3));
            row.put("calc.forces", reals(random, n, 3));
            row.put("calc.charges", reals(random, n));
        }
        if (random.nextInt(3) == 0) {
            List<Long> fixed = random.longs(n, 0, Math.max(1, n))
                    .distinct()
                    .sorted()
                    .boxed()
                    .toList();
            row.put("constraints", List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", fixed))));
        }
        return Row.of(row);
    }
}
