package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.value.Key;
import java.io.PrintStream;
import reactor.core.publisher.Mono;

/** Goes through a slow source several times and asks it for each structure once: the rest comes from a file. */
public final class CacheSlowSource {

    private CacheSlowSource() {}

    /** Takes the source and the cache, e.g. {@code hf://org/molecules cache.lmdb}. */
    public static void main(String[] args) {
        run(AtomsIO.open(args[0]), args[1], 3, System.out).block();
    }

    /**
     * Reads a source epoch after epoch.
     *
     * @param source closed in the end
     * @param cache where its rows are kept; made if it is not there, and as good the next time this program runs
     * @return cold; empty
     */
    static Mono<Void> run(AtomsIO source, String cache, int epochs, PrintStream out) {
        // README: begin cache
        AtomsIO train = source.cached(AtomsIO.open(cache));
        Mono<Double> epoch = train.column(Key.ENERGY).reduce(0.0, Double::sum);
        // README: end cache
        return epoch.elapsed()
                .doOnNext(sum -> out.printf("energies: %.6f eV, after %d ms%n", sum.getT2(), sum.getT1()))
                .repeat(epochs - 1)
                .then(train.size())
                .doOnNext(count -> out.printf("%d structures in %s%n", count, cache))
                .then(train.close());
    }
}
