package io.atomflux.examples;

import io.atomflux.artifact.Files;
import io.atomflux.artifact.PutResult;
import io.atomflux.artifact.evaluator.EvaluatorStorage;
import io.atomflux.artifact.evaluator.ForceFieldSource;
import io.atomflux.artifact.evaluator.ObservableArray;
import io.atomflux.artifact.evaluator.ObservableFrame;
import io.atomflux.artifact.evaluator.PropertyPhase;
import io.atomflux.artifact.evaluator.Quantity;
import io.atomflux.artifact.evaluator.SimulationDataQuery;
import io.atomflux.artifact.evaluator.StoredSimulationData;
import io.atomflux.artifact.evaluator.Substance;
import io.atomflux.artifact.evaluator.SubstanceQuery;
import io.atomflux.artifact.evaluator.ThermodynamicState;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Mono;

/** Keeps what simulations cost much to make, in folders that OpenFF Evaluator opens too, and finds what can be used again. */
public final class ReuseSimulations {

    private ReuseSimulations() {}

    /** Takes the folder, which may be one that OpenFF Evaluator made. */
    public static void main(String[] args) {
        EvaluatorStorage storage = EvaluatorStorage.open(args[0]);
        String forceField = key(storage.storeForceField(new ForceFieldSource.Smirnoff("<SMIRNOFF/>")));
        String first = key(storage.storeObject(simulation(forceField, "CO", 2.0), files()));
        String better = key(storage.storeObject(simulation(forceField, "CO", 1.0), files())); // replaces the first
        storage.storeObject(simulation(forceField, "O", 1.5), files()).block();
        System.out.println("one thing, one key: " + first.equals(better));
        Substance mixture = Substance.of("CO", "O");
        storage.queryGrouped(SimulationDataQuery.all()
                        .substance(mixture)
                        .substanceQuery(SubstanceQuery.components())) // pure data of what is mixed
                .doOnNext(groups -> groups.forEach((values, matches) -> System.out.println(
                        values + ": inefficiency " + matches.get(0).object().statisticalInefficiency())))
                .then(storage.close())
                .block();
    }

    private static String key(Mono<PutResult> put) {
        return Objects.requireNonNull(put.block()).key().toString();
    }

    private static StoredSimulationData simulation(String forceField, String smiles, double inefficiency) {
        ObservableArray density =
                ObservableArray.of(Quantity.of(NdArray.of(new double[] {0.78, 0.79}, 2, 1), "gram / milliliter"));
        return StoredSimulationData.builder()
                .substance(Substance.of(smiles))
                .thermodynamicState(
                        ThermodynamicState.of(Quantity.of(298.15, "kelvin"), Quantity.of(101.325, "kilopascal")))
                .propertyPhase(PropertyPhase.LIQUID)
                .sourceCalculationId("example")
                .forceFieldId(forceField)
                .coordinateFileName("output.pdb")
                .trajectoryFileName("trajectory.dcd")
                .observables(new ObservableFrame(Map.of(ObservableFrame.Kind.DENSITY, density)))
                .statisticalInefficiency(inefficiency)
                .numberOfMolecules(256)
                .build();
    }

    private static Files files() {
        return Files.none().with("output.pdb", content("END\n")).with("trajectory.dcd", content("CORD"));
    }

    private static Mono<ByteBuffer> content(String text) {
        return Mono.fromSupplier(() -> ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
