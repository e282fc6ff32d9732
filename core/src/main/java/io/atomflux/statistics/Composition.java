package io.atomflux.statistics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which elements the structures of a store are made of.
 *
 * @param structures rows with atomic numbers under {@code arrays.numbers}
 * @param unknown rows whose {@code arrays.numbers} are no atomic numbers from 0 to 118; they count in nothing here
 * @param atoms atoms per structure
 * @param elements by symbol, in the order of atomic numbers
 * @param energyPerAtom energy divided by the number of atoms, in eV; empty if no structure has an energy
 */
public record Composition(
        long structures,
        long unknown,
        Distribution atoms,
        Map<String, Element> elements,
        Optional<Distribution> energyPerAtom) {

    /**
     * One element.
     *
     * @param atoms in all structures
     * @param structures that have it
     */
    public record Element(long atoms, long structures) {}

    public Composition {
        Objects.requireNonNull(atoms, "atoms");
        elements = Collections.unmodifiableMap(new LinkedHashMap<>(elements));
        Objects.requireNonNull(energyPerAtom, "energyPerAtom");
    }
}
