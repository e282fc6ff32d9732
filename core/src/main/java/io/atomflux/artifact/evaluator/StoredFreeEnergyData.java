package io.atomflux.artifact.evaluator;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A difference of free energies, which comes with a topology and the trajectories of both states in files.
 *
 * @param substance the composition
 * @param thermodynamicState temperature, and pressure if there is one
 * @param propertyPhase the phases
 * @param sourceCalculationId the request that produced the data
 * @param forceFieldId the key of the force field in the same store
 * @param freeEnergyDifference the difference
 * @param topologyFileName the topology that comes with it
 * @param startStateTrajectory the trajectory of the first state that comes with it
 * @param endStateTrajectory the trajectory of the second state that comes with it
 */
public record StoredFreeEnergyData(
        Substance substance,
        ThermodynamicState thermodynamicState,
        PropertyPhase propertyPhase,
        String sourceCalculationId,
        String forceFieldId,
        Observable freeEnergyDifference,
        String topologyFileName,
        String startStateTrajectory,
        String endStateTrajectory)
        implements CalculationData {

    public StoredFreeEnergyData {
        Required.common(substance, thermodynamicState, propertyPhase, sourceCalculationId, forceFieldId);
        Required.field("freeEnergyDifference", freeEnergyDifference);
        Required.file(topologyFileName);
        Required.file(startStateTrajectory);
        Required.file(endStateTrajectory);
    }

    /** Starts one. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<String> fileNames() {
        return Required.names(topologyFileName, startStateTrajectory, endStateTrajectory);
    }

    /** Collects the fields of one; for one thread. */
    public static final class Builder {
        private @Nullable Substance substance;
        private @Nullable ThermodynamicState thermodynamicState;
        private @Nullable PropertyPhase propertyPhase;
        private @Nullable String sourceCalculationId;
        private @Nullable String forceFieldId;
        private @Nullable Observable freeEnergyDifference;
        private @Nullable String topologyFileName;
        private @Nullable String startStateTrajectory;
        private @Nullable String endStateTrajectory;

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

        public Builder freeEnergyDifference(Observable value) {
            freeEnergyDifference = value;
            return this;
        }

        public Builder topologyFileName(String value) {
            topologyFileName = value;
            return this;
        }

        public Builder startStateTrajectory(String value) {
            startStateTrajectory = value;
            return this;
        }

        public Builder endStateTrajectory(String value) {
            endStateTrajectory = value;
            return this;
        }

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if a field that must be set is not, naming it
         */
        public StoredFreeEnergyData build() {
            return new StoredFreeEnergyData(
                    Required.field("substance", substance),
                    Required.field("thermodynamicState", thermodynamicState),
                    Required.field("propertyPhase", propertyPhase),
                    Required.field("sourceCalculationId", sourceCalculationId),
                    Required.field("forceFieldId", forceFieldId),
                    Required.field("freeEnergyDifference", freeEnergyDifference),
                    Required.field("topologyFileName", topologyFileName),
                    Required.field("startStateTrajectory", startStateTrajectory),
                    Required.field("endStateTrajectory", endStateTrajectory));
        }
    }
}
