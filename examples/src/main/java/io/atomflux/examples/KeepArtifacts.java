package io.atomflux.examples;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Keeps values and folders of files under keys, computes something once, and asks how it all came about. */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class KeepArtifacts {

    private KeepArtifacts() {}

    /** Takes where to keep them: a folder, a file {@code x.lmdb}, {@code redis://…}, {@code mongodb://…}. */
    public static void main(String[] args) throws IOException {
        Path simulation = Files.createTempDirectory("simulation");
        Files.writeString(simulation.resolve("output.pdb"), "END\n");
        run(args[0], simulation);
    }

    private static void run(String place, Path simulation) {
        // README: begin artifacts
        ArtifactStore results = ArtifactStore.open(place); // a folder, results.lmdb, redis://…, mongodb://…
        NdArray energies = NdArray.of(new double[] {-1.5, -2.25, -3.0});
        results.put("water/300K/energies", energies).block(); // kept as energies in .npy; NumPy reads it
        results.put("water/300K/box", simulation).block(); // a folder, all its files with size and SHA-256
        Mono<Double> slow = results.get("water/300K/energies", NdArray.class)
                .map(array -> Arrays.stream(array.toDoubleArray()).average().orElseThrow());
        double mean =
                results.getOrCompute("water/300K/mean", Double.class, slow).block(); // once, in all processes
        for (Artifact a : results.artifacts("water").toIterable()) {
            Map<String, Object> origin = a.manifest().metadata(); // time, versions, host, commit
            System.out.println(a.key() + ": " + a.manifest().files().size() + " files, " + origin.get("dumper"));
        }
        System.out.println("mean " + mean + ", changed "
                + results.find("water/300K/mean").block().manifest().generation() + " times");
        results.close().block();
        // README: end artifacts
    }
}
