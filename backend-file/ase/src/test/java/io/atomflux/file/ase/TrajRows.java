package io.atomflux.file.ase;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Rows that a trajectory holds without loss. */
final class TrajRows {

    private static final List<Object> VALUES = List.of(
            5L,
            -0.25,
            true,
            "text",
            "",
            "back\\slash \"quoted\"",
            "new\nline",
            NdArray.of(new long[] {3}),
            NdArray.of(new double[] {1, 2.5, Double.NaN}),
            NdArray.of(new boolean[] {true, false}),
            NdArray.of(new float[] {0.1f}),
            NdArray.ofTexts(List.of("a", "bcd")),
            new Complex(1, -2),
            List.of(true, 1L, List.of()),
            Map.of("k", List.of("x", 1L, NdArray.of(new int[] {7}))),
            "ångström \ud83d\ude80");

    private TrajRows() {}

    /** The same seed gives equal rows, different ones unequal rows. */
    static Row row(int seed) {
        return Frames.row(seed);
    }

    /** Tells whether a row comes back equal. */
    static boolean isKept(Row row) {
        try {
            Path file = Files.createTempFile("kept", ".traj");
            try {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    TrajRewrite rewrite = new TrajRewrite(null, channel, new TrajWriter("kept"));
                    rewrite.put(row, 0, OptionalInt.empty());
                    rewrite.finish();
                }
                TrajFile written = TrajFile.open(file, FileState.of(file), "kept", TrajOptions.defaults());
                Row read = new TrajReader(written, Columns.ALL).row(0);
                written.release();
                return read.equals(row);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (UnsupportedDataException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Row random(SplittableRandom random) {
        int n = random.nextInt(6);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("cell", Frames.reals(random, 3, 3));
        row.put("pbc", NdArray.of(new boolean[] {random.nextBoolean(), random.nextInt(8) == 0, true}));
        row.put("arrays.numbers", NdArray.of(random.longs(n, 0, 3).toArray()));
        row.put("arrays.positions", Frames.reals(random, n, 3));
        if (random.nextBoolean()) {
            row.put("arrays.tags", NdArray.of(random.longs(n).toArray()));
            row.put("arrays.momenta", Frames.reals(random, n, 3));
        }
        if (random.nextInt(3) == 0) {
            row.put("arrays.masses", Frames.reals(random, n));
            row.put(
                    "arrays.initial_magmoms",
                    random.nextBoolean() ? Frames.reals(random, n, 3) : Frames.reals(random, n));
            row.put("arrays.initial_charges", Frames.reals(random, n));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            row.put("info.k" + random.nextInt(20), VALUES.get(random.nextInt(VALUES.size())));
        }
        if (random.nextBoolean()) {
            row.put("info.12", Arrays.asList(null, Double.longBitsToDouble(random.nextLong() & ~(1L << 62))));
            row.put("calc.energy", -random.nextDouble());
            row.put("calc.stress", Frames.reals(random, 6));
            row.put("calc.dipole", Frames.reals(random, 3));
            row.put("calc.forces", Frames.reals(random, n, 3));
            row.put("calc.born_effective_charges", Frames.reals(random, n, 3, 3));
        }
        if (random.nextInt(3) == 0) {
            row.put(
                    "constraints",
                    List.of(
                            Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of())),
                            Map.of("name", "Other", "kwargs", Map.of("mode", NdArray.of(new double[] {1, 2})))));
        }
        return Row.of(row);
    }
}
