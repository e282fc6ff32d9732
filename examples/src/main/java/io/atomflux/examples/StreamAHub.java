package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import reactor.core.publisher.Mono;

/** Looks at a dataset of a hub: its first structure while the rest is far away, then all, kept in a file for the next time. */
public final class StreamAHub {

    private StreamAHub() {}

    /** Takes a dataset and a cache, e.g. {@code colabfit://Carbon_GAP carbon.lmdb}. */
    public static void main(String[] args) {
        run(AtomsIO.open(args[0]), args[1], System.out).block();
    }

    /**
     * Reports what is in a dataset.
     *
     * @param dataset closed in the end
     * @param cache keeps its rows; made if it is not there, and asked first the next time
     * @return cold; empty
     */
    static Mono<Void> run(AtomsIO dataset, String cache, PrintStream out) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> dataset.cached(AtomsIO.open(cache))),
                train -> train.get(0)
                        .doOnNext(first -> out.printf(Locale.ROOT, "the first is %s%n", first.formula()))
                        .thenMany(train.rows())
                        .reduceWith(Summary::new, Summary::with)
                        .doOnNext(summary -> summary.print(out))
                        .then(),
                AtomsIO::close);
    }

    /** What a training set is looked at for; of results only what is there, since datasets leave some out. */
    private static final class Summary {

        private final Map<String, Long> elements = new TreeMap<>();
        private long structures;
        private long energies;
        private long forces;
        private double lowest = Double.POSITIVE_INFINITY;
        private double highest = Double.NEGATIVE_INFINITY;
        private double strongest;

        Summary with(Atoms atoms) {
            structures++;
            atoms.symbols().forEach(symbol -> elements.merge(symbol, 1L, Long::sum));
            if (atoms.energy().isPresent() && atoms.size() > 0) {
                double perAtom = atoms.energy().getAsDouble() / atoms.size();
                energies++;
                lowest = Math.min(lowest, perAtom);
                highest = Math.max(highest, perAtom);
            }
            atoms.forces().ifPresent(vectors -> {
                forces++;
                double[] f = vectors.toDoubleArray();
                for (int i = 0; i < f.length; i += 3) {
                    strongest = Math.max(strongest, Math.sqrt(f[i] * f[i] + f[i + 1] * f[i + 1] + f[i + 2] * f[i + 2]));
                }
            });
            return this;
        }

        void print(PrintStream out) {
            out.printf(Locale.ROOT, "%d structures, atoms by element %s%n", structures, elements);
            if (energies > 0) {
                out.printf(Locale.ROOT, "%d energies, %.4f to %.4f eV per atom%n", energies, lowest, highest);
            }
            if (forces > 0) {
                out.printf(Locale.ROOT, "%d with forces, the strongest %.4f eV/Å%n", forces, strongest);
            }
        }
    }
}
