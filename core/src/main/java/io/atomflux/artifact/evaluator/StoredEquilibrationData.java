package io.atomflux.artifact.evaluator;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An equilibrated box, which comes with its coordinates in a file.
 *
 * @param substance the composition
 * @param thermodynamicState temperature, and pressure if there is one
 * @param propertyPhase the phases
 * @param sourceCalculationId the request that produced the data
 * @param forceFieldId the key of the force field in the same store
 * @param coordinateFileName the file of coordinates (PDB) that comes with it
 * @param statisticalInefficiency the lower, the better the data
 * @param numberOfMolecules in the box
 * @param maxNumberOfMolecules asked for
 * @param calculationLayer the layer that produced the data; not set is something of its own, not a wildcard
 */
public record StoredEquilibrationData(
        Substance substance,
        ThermodynamicState thermodynamicState,
        PropertyPhase propertyPhase,
        String sourceCalculationId,
        String forceFieldId,
        String coordinateFileName,
        double statisticalInefficiency,
        int numberOfMolecules,
        int maxNumberOfMolecules,
        Optional<String> calculationLayer)
        implements CalculationData {

    public StoredEquilibrationData {
        Required.common(substance, thermodynamicState, propertyPhase, sourceCalculationId, forceFieldId);
        Required.file(coordinateFileName);
        Required.number("statisticalInefficiency", statisticalInefficiency);
        Required.count("numberOfMolecules", numberOfMolecules);
        Required.count("maxNumberOfMolecules", maxNumberOfMolecules);
        Required.field("calculationLayer", calculationLayer);
    }

    /** Starts one. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<String> fileNames() {
        return Required.names(coordinateFileName);
    }

    /** Collects the fields of one; for one thread. */
    public static final class Builder {
        private @Nullable Substance substance;
        private @Nullable ThermodynamicState thermodynamicState;
        private @Nullable PropertyPhase propertyPhase;
        private @Nullable String sourceCalculationId;
        private @Nullable String forceFieldId;
        private @Nullable String coordinateFileName;
        private @Nullable Double statisticalInefficiency;
        private @Nullable Integer numberOfMolecules;
        private @Nullable Integer maxNumberOfMolecules;
        private @Nullable String calculationLayer;

        private Builder() {}

        public Builder substance(Substance value) {
            substance = value;
            return this;
        }

        public Builder thermodynamicState(ThermodynamicState value) {
            thermodynamicState = value;
            return this;
        }

        public Builder propertyPhase(PropertyPhase value) {
            propertyPhase = value;
            return this;
        }

        public Builder sourceCalculationId(String value) {
            sourceCalculationId = value;
            return this;
        }

        public Builder forceFieldId(String value) {
            forceFieldId = value;
            return this;
        }

        public Builder coordinateFileName(String value) {
            coordinateFileName = value;
            return this;
        }

        public Builder statisticalInefficiency(double value) {
            statisticalInefficiency = value;
            return this;
        }

        public Builder numberOfMolecules(int value) {
            numberOfMolecules = value;
            return this;
        }

        public Builder maxNumberOfMolecules(int value) {
            maxNumberOfMolecules = value;
            return this;
        }

        public Builder calculationLayer(String value) {
            calculationLayer = value;
            return this;
        }

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if a field that must be set is not, naming it
         */
        public StoredEquilibrationData build() {
            return new StoredEquilibrationData(
                    Required.field("substance", substance),
                    Required.field("thermodynamicState", thermodynamicState),
                    Required.field("propertyPhase", propertyPhase),
                    Required.field("sourceCalculationId", sourceCalculationId),
                    Required.field("forceFieldId", forceFieldId),
                    Required.field("coordinateFileName", coordinateFileName),
                    Required.field("statisticalInefficiency", statisticalInefficiency),
                    Required.field("numberOfMolecules", numberOfMolecules),
                    Required.field("maxNumberOfMolecules", maxNumberOfMolecules),
                    Optional.ofNullable(calculationLayer));
        }
    }
}
