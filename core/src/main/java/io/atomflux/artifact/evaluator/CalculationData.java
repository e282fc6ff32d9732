package io.atomflux.artifact.evaluator;

import java.util.Set;

/** What all results of simulations have; each comes with files. */
public sealed interface CalculationData extends StoredData
        permits StoredEquilibrationData, StoredSimulationData, StoredFreeEnergyData {

    /** Returns the composition. */
    Substance substance();

    /** Returns temperature, and pressure if there is one. */
    ThermodynamicState thermodynamicState();

    /** Returns the phases. */
    PropertyPhase propertyPhase();

    /** Returns the id of the request that produced the data. */
    String sourceCalculationId();

    /** Returns the key of the force field in the same store. */
    String forceFieldId();

    /** Returns the names of the files it must come with. */
    Set<String> fileNames();
}
