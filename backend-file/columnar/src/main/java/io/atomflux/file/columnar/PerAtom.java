package io.atomflux.file.columnar;

import java.util.Set;

/**
 * Which keys have one entry for each atom: declared by name, never guessed from a length that happens to fit.
 *
 * <p>Per atom are {@code arrays.*} and the per-atom results of ASE's calculators (those with an axis of
 * atoms in {@code ase.outputs} of ASE 3.26, and momenta and velocities), each only as arrays; a value of such a key
 * that is no array of as many entries as there are atoms is kept beside. A group that lists other keys in {@code
 * per_atom_columns} is kept as it is.
 */
final class PerAtom {

    private static final Set<String> RESULTS = Set.of(
            "calc.forces",
            "calc.stresses",
            "calc.charges",
            "calc.magmoms",
            "calc.energies",
            "calc.velocities",
            "calc.momenta",
            "calc.born_effective_charges");

    private static final Set<String> RESULTS_OF_ALL = Set.of(
            "calc.energy",
            "calc.free_energy",
            "calc.stress",
            "calc.dipole",
            "calc.magmom",
            "calc.polarization",
            "calc.dielectric_tensor");

    private PerAtom() {}

    /** Tells whether a key made anew has one entry for each atom. */
    static boolean declared(String key) {
        return key.startsWith("arrays.") || RESULTS.contains(key);
    }

    /**
     * Tells whether a key has one value for all atoms together wherever it is found: znh5md 0.4 puts results that happen to be as
     * long as the first frame, such as a stress beside six atoms, among the particles.
     */
    static boolean never(String key) {
        return RESULTS_OF_ALL.contains(key);
    }
}
