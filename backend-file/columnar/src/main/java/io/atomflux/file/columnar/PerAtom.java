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

    private PerAtom() {}

    /** Tells whether a key made anew has one entry for each atom. */
    static boolean declared(String key) {
        return key.startsWith("arrays.") || RESULTS.contains(key);
    }
}
