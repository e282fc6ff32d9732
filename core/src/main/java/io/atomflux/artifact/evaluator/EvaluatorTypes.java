package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.ArtifactType;
import java.util.List;

/**
 * Evaluator's data classes as {@link ArtifactType}s: for opening a store by {@code ArtifactOptions}, and for its {@code put}.
 *
 * <p>What makes two objects the same thing: of force fields the JSON text; of simulations substance, state, phase, ids of
 * calculation and force field, and the number of molecules; of equilibrations also the greatest number of molecules and the
 * layer, which not being set equals only not being set. Of two that are the same thing the one of lower statistical
 * inefficiency is kept, in a tie the one that is there.
 */
public final class EvaluatorTypes {

    /** Equilibrated boxes. */
    public static final ArtifactType<StoredEquilibrationData> EQUILIBRATION =
            new DataType<>(StoredEquilibrationData.class, FreeEnergyPolicy.KEEP_ALL);

    /** Simulations. */
    public static final ArtifactType<StoredSimulationData> SIMULATION =
            new DataType<>(StoredSimulationData.class, FreeEnergyPolicy.KEEP_ALL);

    /** Differences of free energies, all kept. */
    public static final ArtifactType<StoredFreeEnergyData> FREE_ENERGY =
            new DataType<>(StoredFreeEnergyData.class, FreeEnergyPolicy.KEEP_ALL);

    /** Force fields. */
    public static final ArtifactType<ForceFieldData> FORCE_FIELD =
            new DataType<>(ForceFieldData.class, FreeEnergyPolicy.KEEP_ALL);

    private EvaluatorTypes() {}

    /** Returns the class of differences of free energies under another policy. */
    public static ArtifactType<StoredFreeEnergyData> freeEnergy(FreeEnergyPolicy policy) {
        return policy == FreeEnergyPolicy.KEEP_ALL ? FREE_ENERGY : new DataType<>(StoredFreeEnergyData.class, policy);
    }

    /** Returns all classes. */
    public static List<ArtifactType<? extends StoredData>> all() {
        return List.of(EQUILIBRATION, SIMULATION, FREE_ENERGY, FORCE_FIELD);
    }
}
