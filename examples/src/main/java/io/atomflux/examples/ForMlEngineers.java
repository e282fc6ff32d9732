package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.value.NdArray;

/** The program for machine-learning engineers in the README: shuffled batches as contiguous arrays. */
public final class ForMlEngineers {

    private ForMlEngineers() {}

    /** Goes through one epoch of a store. */
    public static void main(String[] args) {
        AtomsIO db = AtomsIO.open(args[0]); // e.g. train.lmdb
        // README: begin ml-engineer
        Loader train =
                Loader.over(db).split("train", 0.9).seed(7).rank(0, 1).batch(32).float32();
        for (Batch batch : train.batches(0)) {
            NdArray positions = batch.array("arrays.positions"); // (atoms of all 32, 3)
            NdArray energies = batch.array("calc.energy"); // (32)
            step(positions, batch.offsets(), energies); // atoms of sample i: offsets[i] to offsets[i + 1] - 1
            save(batch.state().toJson()); // train.resume(LoaderState.parse(json)) goes on with the next sample
        }
        // README: end ml-engineer
        db.close().block();
    }

    private static void step(NdArray positions, NdArray offsets, NdArray energies) {
        System.out.println("batch of " + energies.length(0) + " structures, " + positions.length(0)
                + " atoms, last offset " + offsets.longAt(offsets.size() - 1));
    }

    private static void save(String state) {
        System.out.println("state " + state);
    }
}
