package io.atomflux.artifact.evaluator;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A simulation, which comes with its coordinates and its trajectory in files.
 *
 * @param substance the composition
 * @param thermodynamicState temperature, and pressure if there is one
 * @param propertyPhase the phases
 * @param sourceCalculationId the request that produced the data
 * @param forceFieldId the key of the force field in the same store
 * @param coordinateFileName the file of coordinates (PDB) that comes with it
 * @param trajectoryFileName the trajectory (DCD) that comes with it
 * @param observables observables along the trajectory
 * @param statisticalInefficiency the lower, the better the data
 * @param numberOfMolecules in the box
 */
public record StoredSimulationData(
        Substance substance,
        ThermodynamicState thermodynamicState,
        PropertyPhase propertyPhase,
        String sourceCalculationId,
        String forceFieldId,
        String coordinateFileName,
        String trajectoryFileName,
        ObservableFrame observables,
        double statisticalInefficiency,
        int numberOfMolecules)
        implements CalculationData {

    public StoredSimulationData {
        Required.common(substance, thermodynamicState, propertyPhase, sourceCalculationId, forceFieldId);
        Required.file(coordinateFileName);
        Required.file(trajectoryFileName);
        Required.field("observables", observables);
        Required.number("statisticalInefficiency", statisticalInefficiency);
        Required.count("numberOfMolecules", numberOfMolecules);
    }

    /** Starts one. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<String> fileNames() {
        return Required.names(coordinateFileName, trajectoryFileName);
    }

    /** Collects the fields of one; for one thread. */
    public static final class Builder {
        private @Nullable Substance substance;
        private @Nullable ThermodynamicState thermodynamicState;
        private @Nullable PropertyPhase propertyPhase;
        private @Nullable String sourceCalculationId;
        private @Nullable String forceFieldId;
        private @Nullable String coordinateFileName;
        private @Nullable String trajectoryFileName;
        private @Nullable ObservableFrame observables;
        private @Nullable Double statisticalInefficiency;
        private @Nullable Integer numberOfMolecules;

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

        public Builder trajectoryFileName(String value) {
            trajectoryFileName = value;
            return this;
        }

        public Builder observables(ObservableFrame value) {
            observables = value;
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

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if a field that must be set is not, naming it
         */
        public StoredSimulationData build() {
            return new StoredSimulationData(
                    Required.field("substance", substance),
                    Required.field("thermodynamicState", thermodynamicState),
                    Required.field("propertyPhase", propertyPhase),
                    Required.field("sourceCalculationId", sourceCalculationId),
                    Required.field("forceFieldId", forceFieldId),
                    Required.field("coordinateFileName", coordinateFileName),
                    Required.field("trajectoryFileName", trajectoryFileName),
                    Required.field("observables", observables),
                    Required.field("statisticalInefficiency", statisticalInefficiency),
                    Required.field("numberOfMolecules", numberOfMolecules));
        }
    }
}
