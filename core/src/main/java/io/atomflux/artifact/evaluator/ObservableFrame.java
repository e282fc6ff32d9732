package io.atomflux.artifact.evaluator;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Observables along one trajectory, all of one length; the order is kept.
 *
 * @param observables at least one row each
 */
public record ObservableFrame(Map<Kind, ObservableArray> observables) {

    public ObservableFrame {
        observables = Collections.unmodifiableMap(new LinkedHashMap<>(observables));
        Set<Integer> lengths = new TreeSet<>();
        observables.forEach((kind, array) -> {
            if (Units.contradicts(array.value().unit(), kind.dimension)) {
                throw new IllegalArgumentException("%s: unit %s (expected: a unit of %s)"
                        .formatted(kind.label, array.value().unit(), kind.dimension));
            }
            lengths.add(array.value().array().length(0));
        });
        if (lengths.size() > 1) {
            throw new IllegalArgumentException("observables: lengths %s (expected: one length)".formatted(lengths));
        }
    }

    /** Returns the number of rows; 0 if it has no observable. */
    public int length() {
        return observables.values().stream()
                .findFirst()
                .map(array -> array.value().array().length(0))
                .orElse(0);
    }

    /** What was observed; a unit known here must have its dimension. */
    public enum Kind {
        POTENTIAL_ENERGY("PotentialEnergy", "energy"),
        KINETIC_ENERGY("KineticEnergy", "energy"),
        TOTAL_ENERGY("TotalEnergy", "energy"),
        TEMPERATURE("Temperature", "temperature"),
        VOLUME("Volume", "volume"),
        DENSITY("Density", "density"),
        ENTHALPY("Enthalpy", "energy"),
        REDUCED_POTENTIAL("ReducedPotential", Units.NONE);

        private final String label;
        private final String dimension;

        Kind(String label, String dimension) {
            this.label = label;
            this.dimension = dimension;
        }

        /** Returns the name in files. */
        public String label() {
            return label;
        }

        static Kind of(String label) {
            return Arrays.stream(values())
                    .filter(kind -> kind.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("observable: \"%s\" (expected: one of %s)"
                            .formatted(
                                    label,
                                    Arrays.stream(values()).map(Kind::label).toList())));
        }
    }
}
