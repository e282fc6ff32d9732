package io.atomflux.statistics;

import io.atomflux.atoms.Atoms;
import io.atomflux.atoms.Elements;
import io.atomflux.value.NdArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Energies of single elements whose sums come nearest to the energies of the structures: linear least squares of the energy
 * on how many atoms of each element a structure has, without a constant.
 *
 * <p>Where the compositions do not determine them (all structures alike, or two elements always in the same ratio), they
 * are the solution of least norm, as {@code numpy.linalg.lstsq} has it; {@link #determined} then says which of them every
 * solution shares. The sums are the same for all solutions, for structures composed of those that were fitted.
 *
 * @param key the key of the energy
 * @param structures fitted: those with at least one atom and a finite energy
 * @param rank how many combinations of energies the compositions determine; at most the number of elements
 * @param energies in eV, or in the unit of the key, by symbol in the order of atomic numbers
 * @param determined the symbols whose energy the compositions determine
 * @param rmse root of the mean square of what the sums leave of the energies, in the same unit
 */
public record ReferenceEnergies(
        String key, long structures, int rank, Map<String, Double> energies, Set<String> determined, double rmse) {

    public ReferenceEnergies {
        Objects.requireNonNull(key, "key");
        energies = Collections.unmodifiableMap(new LinkedHashMap<>(energies));
        determined = Collections.unmodifiableSet(new LinkedHashSet<>(determined));
    }

    /** Tells whether the compositions determine every energy. */
    public boolean isDetermined() {
        return rank == energies.size();
    }

    /**
     * Sums the energies of the atoms of a structure.
     *
     * @throws IllegalArgumentException if it has an element without an energy here
     */
    public double of(Atoms structure) {
        NdArray numbers = structure.numbers();
        double sum = 0;
        for (int i = 0; i < numbers.size(); i++) {
            String symbol = Elements.symbol(numbers.longAt(i));
            Double energy = energies.get(symbol);
            if (energy == null) {
                throw new IllegalArgumentException(
                        "element: %s (expected: one of %s)".formatted(symbol, energies.keySet()));
            }
            sum += energy;
        }
        return sum;
    }
}
