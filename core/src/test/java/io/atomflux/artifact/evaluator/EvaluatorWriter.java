package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Files;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import reactor.core.publisher.Flux;

/** A process that stores, replaces and removes until it is killed: {@code folder seed}. */
final class EvaluatorWriter {

    static final int IDENTITIES = 5;

    private EvaluatorWriter() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) {
        Random random = new Random(Long.parseLong(arguments[1]));
        EvaluatorStorage storage = EvaluatorStorage.open(Path.of(arguments[0]));
        while (true) {
            double inefficiency = 1e12 / System.nanoTime(); // the later, the better, in all processes
            StoredEquilibrationData box = Samples.box(Samples.WATER)
                    .numberOfMolecules(random.nextInt(IDENTITIES))
                    .statisticalInefficiency(inefficiency)
                    .build();
            if (random.nextInt(8) == 0) {
                storage.hasObject(box)
                        .flatMap(key -> storage.store().delete(key))
                        .block();
            } else {
                storage.storeObject(
                                box,
                                Files.none()
                                        .with("output.pdb", content(inefficiency))
                                        .with("again.pdb", content(inefficiency)))
                        .block();
            }
        }
    }

    private static Flux<ByteBuffer> content(double inefficiency) {
        return Flux.defer(
                () -> Flux.just(ByteBuffer.wrap(Double.toString(inefficiency).getBytes(StandardCharsets.UTF_8))));
    }
}
