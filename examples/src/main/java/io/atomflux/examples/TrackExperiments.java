package io.atomflux.examples;

import io.atomflux.artifact.mltraq.DataStore;
import io.atomflux.artifact.mltraq.Experiment;
import io.atomflux.artifact.mltraq.Experiments;
import io.atomflux.artifact.mltraq.IfExists;
import io.atomflux.artifact.mltraq.Run;
import io.atomflux.artifact.mltraq.Step;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An experiment of several runs: small values in rows of a store, arrays in files beside it. */
public final class TrackExperiments {

    private TrackExperiments() {}

    /** Takes the store of the rows, e.g. {@code runs.lmdb}, and the folder of the files. */
    public static void main(String[] args) {
        Experiments experiments = Experiments.open(args[0], PayloadStore.folder(Path.of(args[1])));
        Experiment fitting = experiments
                .create("fitting", Map.of("model", "spring"))
                .addRuns(Map.of("stiffness", List.of(1.0, 2.0), "steps", List.of(10L, 100L)));
        Step fit = Step.of(run -> {
            double[] positions = new double[run.param("steps", Long.class).intValue()];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = Math.cos(i * Math.sqrt(run.param("stiffness", Double.class)) * 0.1);
            }
            run.set("last", positions[positions.length - 1])
                    .set("trace", new DataStore().set("positions", NdArray.of(positions)));
        });
        fitting.execute(fit)
                .flatMap(done -> experiments.persist(done, IfExists.REPLACE)) // whole, or what was there stays
                .then(experiments.load("fitting"))
                .doOnNext(TrackExperiments::show)
                .then(experiments.close())
                .block();
    }

    private static void show(Experiment loaded) {
        System.out.println(loaded.name() + " of a " + loaded.get("model", String.class) + ": "
                + loaded.runs().size() + " runs");
        for (Run run : loaded.runs()) {
            System.out.printf("last %.3f%n", run.get("last", Double.class));
        }
    }
}
