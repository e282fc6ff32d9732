package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.Key;
import io.atomflux.value.Patch;

/** The program for chemists in the README: convert a trajectory, look at it, correct it. */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class ForChemists {

    private ForChemists() {}

    /** Copies the first file, a trajectory, to the second. */
    public static void main(String[] args) {
        String from = args[0];
        String to = args[1];
        // README: begin chemist
        AtomsIO db = AtomsIO.open(to); // e.g. md.lmdb
        db.extend(AtomsIO.open(from).rows()).block(); // e.g. 3BPA.xyz, larger than memory if it likes
        double[] energies = db.rows("::10").column(Key.ENERGY).toArray().block().toDoubleArray(); // eV
        System.out.println(energies.length + " energies, the first is " + energies[0]);
        for (Atoms a : db.rows("-3:").toIterable()) {
            System.out.println(a.formula() + " " + a.forces().orElseThrow().slice(0));
        }
        db.update(0, Patch.info("tag", "checked")).block(); // one key of one row
        db.close().block();
        // README: end chemist
    }
}
