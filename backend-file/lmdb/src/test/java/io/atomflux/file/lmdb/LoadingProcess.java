package io.atomflux.file.lmdb;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import reactor.core.publisher.Flux;

/** Writes structures and loads an epoch of them, in a process of its own with little memory. */
final class LoadingProcess {

    private LoadingProcess() {}

    /** Takes the store, how many structures, and how many atoms each. */
    public static void main(String[] args) {
        int rows = Integer.parseInt(args[1]);
        int atoms = Integer.parseInt(args[2]);
        AtomsIO db = AtomsIO.open(Path.of(args[0]));
        db.extend(Flux.range(0, rows).map(row -> structure(row, atoms))).block();
        Loader loader = Loader.over(db)
                .seed(3)
                .batch(32)
                .keys("arrays.positions", "arrays.numbers", "calc.energy", "calc.forces")
                .float64();
        BitSet seen = new BitSet(rows);
        long moved = 0;
        for (Batch batch : loader.batches(0)) {
            double[] energies = batch.array("calc.energy").toDoubleArray();
            double[] positions = batch.array("arrays.positions").toDoubleArray();
            for (int i = 0; i < batch.size(); i++) {
                int row = (int) batch.position(i);
                check(!seen.get(row), "row " + row + " came twice");
                check(energies[i] == -row, "energy of row " + row + ": " + energies[i]);
                check(positions[3 * atoms * i] == row, "positions of row " + row);
                moved += batch.slot(i) == row ? 0 : 1;
                seen.set(row);
            }
            check(batch.array("calc.forces").length(0) == atoms * batch.size(), "forces");
        }
        check(seen.cardinality() == rows, seen.cardinality() + " rows came");
        check(moved > rows / 2, "only " + moved + " rows are elsewhere than in the store");
        db.close().block();
        System.out.println("loaded " + rows);
    }

    private static Atoms structure(int row, int atoms) {
        int[] numbers = new int[atoms];
        Arrays.fill(numbers, 1 + row % 90);
        double[] values = new double[3 * atoms];
        Arrays.fill(values, row);
        return Atoms.builder()
                .numbers(numbers)
                .positions(NdArray.of(values, atoms, 3))
                .energy(-row)
                .forces(NdArray.of(values, atoms, 3))
                .build();
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
