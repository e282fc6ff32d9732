package io.atomflux.artifact.evaluator;

import io.atomflux.value.NdArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects for tests. */
final class Samples {

    static final Substance ETHANOL = Substance.of("CCO");
    static final Substance WATER = Substance.of("O");
    static final Substance MIXTURE = Substance.of("CCO", "O");
    static final ThermodynamicState AMBIENT =
            ThermodynamicState.of(Quantity.of(298.15, "K"), Quantity.of(101.325, "kPa"));
    static final ForceFieldSource FORCE_FIELD = new ForceFieldSource.Smirnoff("<SMIRNOFF version=\"0.3\"></SMIRNOFF>");

    private Samples() {}

    static StoredEquilibrationData.Builder box(Substance substance) {
        return StoredEquilibrationData.builder()
                .substance(substance)
                .thermodynamicState(AMBIENT)
                .propertyPhase(PropertyPhase.LIQUID)
                .sourceCalculationId("calculation")
                .forceFieldId("f".repeat(32))
                .coordinateFileName("output.pdb")
                .statisticalInefficiency(1)
                .numberOfMolecules(256)
                .maxNumberOfMolecules(256);
    }

    static StoredSimulationData.Builder simulation(Substance substance) {
        return StoredSimulationData.builder()
                .substance(substance)
                .thermodynamicState(AMBIENT)
                .propertyPhase(PropertyPhase.LIQUID)
                .sourceCalculationId("calculation")
                .forceFieldId("f".repeat(32))
                .coordinateFileName("output.pdb")
                .trajectoryFileName("trajectory.dcd")
                .observables(frame())
                .statisticalInefficiency(1)
                .numberOfMolecules(256);
    }

    static StoredFreeEnergyData freeEnergy(double value, double error) {
        return StoredFreeEnergyData.builder()
                .substance(MIXTURE)
                .thermodynamicState(AMBIENT)
                .propertyPhase(PropertyPhase.LIQUID)
                .sourceCalculationId("calculation")
                .forceFieldId("f".repeat(32))
                .freeEnergyDifference(Observable.of(Quantity.of(value, "kJ/mol"), Quantity.of(error, "kJ/mol")))
                .topologyFileName("topology.pdb")
                .startStateTrajectory("start.dcd")
                .endStateTrajectory("end.dcd")
                .build();
    }

    static ObservableFrame frame() {
        Map<ObservableFrame.Kind, ObservableArray> observables = new LinkedHashMap<>();
        observables.put(
                ObservableFrame.Kind.POTENTIAL_ENERGY,
                new ObservableArray(
                        Quantity.of(NdArray.of(new double[] {-52113.7, Double.NaN}), "kilojoule / mole"),
                        List.of(new ParameterGradient(
                                new ParameterGradient.Key(
                                        "vdW",
                                        Optional.of("[#6X4:1]"),
                                        Optional.of("epsilon"),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()),
                                Quantity.of(NdArray.of(new double[] {1e-5, 2}), "dimensionless")))));
        observables.put(
                ObservableFrame.Kind.VOLUME,
                ObservableArray.of(Quantity.of(NdArray.of(new double[] {1e17, Double.POSITIVE_INFINITY}), "nm ** 3")));
        return new ObservableFrame(observables);
    }
}
