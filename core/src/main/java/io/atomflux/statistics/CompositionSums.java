package io.atomflux.statistics;

import io.atomflux.atoms.Elements;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Gathers elements and energies of structures; for one thread. */
final class CompositionSums {

    /** The key of the atomic numbers. */
    static final String NUMBERS = "arrays.numbers";

    private static final int ELEMENTS = Elements.symbols().size();

    private final String energyKey;
    private final DistributionSums atoms;
    private final DistributionSums energiesPerAtom;
    private final LeastSquares references;
    private final int[] counts = new int[ELEMENTS];
    private final long[] atomsOf = new long[ELEMENTS];
    private final long[] structuresWith = new long[ELEMENTS];
    private long structures;
    private long unknown;

    CompositionSums(String energyKey, int bins) {
        this.energyKey = energyKey;
        this.atoms = new DistributionSums(new GrowingBins(bins));
        this.energiesPerAtom = new DistributionSums(new GrowingBins(bins));
        this.references = new LeastSquares(energyKey);
    }

    void add(Row row) {
        Object numbers = row.get(NUMBERS);
        if (numbers == null) {
            return;
        }
        if (!(numbers instanceof NdArray array) || !count(array)) {
            unknown++;
            return;
        }
        structures++;
        atoms.add(array.size());
        for (int number = 0; number < ELEMENTS; number++) {
            if (counts[number] > 0) {
                atomsOf[number] += counts[number];
                structuresWith[number]++;
            }
        }
        Object stored = row.get(energyKey);
        Double energy = stored == null ? null : Values.as(stored, Double.class);
        if (energy != null && Double.isFinite(energy) && array.size() > 0) {
            energiesPerAtom.add(energy / array.size());
            references.add(counts, energy);
        }
    }

    /** Counts the elements of a structure; answers false if these are no atomic numbers. */
    private boolean count(NdArray numbers) {
        DType.Kind kind = numbers.dtype().kind();
        if (numbers.rank() != 1 || kind != DType.Kind.INT && kind != DType.Kind.UINT) {
            return false;
        }
        Arrays.fill(counts, 0);
        for (int i = 0; i < numbers.size(); i++) {
            long number = numbers.longAt(i);
            if (!Elements.isKnown(number)) {
                return false;
            }
            counts[(int) number]++;
        }
        return true;
    }

    /** Returns what was found; empty if no row has atomic numbers. */
    Optional<Composition> composition() {
        if (structures == 0 && unknown == 0) {
            return Optional.empty();
        }
        Map<String, Composition.Element> elements = new LinkedHashMap<>();
        for (int number = 0; number < ELEMENTS; number++) {
            if (structuresWith[number] > 0) {
                elements.put(Elements.symbol(number), new Composition.Element(atomsOf[number], structuresWith[number]));
            }
        }
        return Optional.of(new Composition(
                structures,
                unknown,
                atoms.result(),
                elements,
                energiesPerAtom.count() == 0 ? Optional.empty() : Optional.of(energiesPerAtom.result())));
    }

    /** Returns the fit; empty if no structure has an energy. */
    Optional<ReferenceEnergies> references() {
        return references.structures() == 0 ? Optional.empty() : Optional.of(references.result());
    }
}
