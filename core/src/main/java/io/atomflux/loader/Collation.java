package io.atomflux.loader;

import io.atomflux.error.AtomfluxException;
import io.atomflux.value.DType;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the values of samples are put together.
 *
 * @param keys those put together at once; null for all, each when it is first asked for
 * @param floats float32 or float64, which arrays of floats are converted to; null for as they are stored
 * @param allPadded whether the keys that always are per-atom are padded, unless they are listed as ragged
 * @param padded keys that are padded, also if they are listed as ragged
 * @param ragged keys whose arrays are joined besides those that always are
 * @param edges keys whose values are numbers of atoms
 * @param substitutes values for keys that a row lacks; for a key that always is per-atom the value of one atom
 */
record Collation(
        @Nullable List<String> keys,
        @Nullable DType floats,
        boolean allPadded,
        Set<String> padded,
        Set<String> ragged,
        Set<String> edges,
        Map<String, Object> substitutes) {
    Collation {
        keys = keys == null ? null : List.copyOf(keys);
        padded = Set.copyOf(padded);
        ragged = Set.copyOf(ragged);
        edges = Set.copyOf(edges);
        substitutes = Map.copyOf(substitutes);
    }

    private static final String ARRAYS = "arrays.";

    /**
     * The results that hold an entry for each atom. Source: the shapes in {@code ase.outputs} of ASE 3.29; momenta are what some
     * programs put there.
     */
    private static final Set<String> PER_ATOM = Set.of(
            "calc.forces",
            "calc.stresses",
            "calc.charges",
            "calc.magmoms",
            "calc.energies",
            "calc.momenta",
            "calc.born_effective_charges");

    /** Tells whether the values of a key have an entry for each atom wherever it occurs. */
    static boolean isPerAtom(String key) {
        return key.startsWith(ARRAYS) || PER_ATOM.contains(key);
    }

    /** Tells whether samples may have a key: one that is read or declared, as a map may compute the latter. */
    boolean reads(String key) {
        return keys == null
                || keys.contains(key)
                || ragged.contains(key)
                || padded.contains(key)
                || edges.contains(key);
    }

    /** Tells how the values of a key become one array. */
    Form form(String key) {
        if (edges.contains(key)) {
            return Form.EDGES;
        } else if (padded.contains(key)) {
            return Form.PADDED;
        } else if (ragged.contains(key)) {
            return Form.JOINED;
        } else if (isPerAtom(key)) {
            return allPadded ? Form.PADDED : Form.JOINED;
        }
        return Form.STACKED;
    }

    /** Starts collecting the values of a key. */
    Gathered gather(String key, Lookup lookup) {
        Form form = form(key);
        return form == Form.EDGES ? new EdgeColumn(key, lookup) : new Column(key, form, lookup);
    }

    /**
     * Lists what is put together at once: the keys given, and those declared as joined, padded or edges that the first sample has,
     * e.g. since a map computed them; nothing if no keys were given.
     */
    Set<String> eager(Row first) {
        Set<String> all = new LinkedHashSet<>();
        List<String> given = keys;
        if (given != null) {
            all.addAll(given);
            List.of(ragged, padded, edges)
                    .forEach(declared ->
                            declared.stream().filter(first::has).sorted().forEach(all::add));
        }
        return all;
    }

    /**
     * Samples told apart.
     *
     * @param good those that make a batch together, in order
     * @param bad those left out, in order
     */
    record Usable(List<Sample> good, List<Sample> bad) {}

    /**
     * Tells apart which samples make a batch together: written, decoding, and going with the good ones before them in all keys that are
     * put together at once. {@link Batch#of} of the good ones signals nothing of these. If no keys were given, all values of a row
     * must decode, and nothing is compared.
     *
     * @param sources tell the names of stores
     */
    Usable usable(List<Sample> samples, List<SourcePlan> sources) {
        Lookup lookup = new Lookup(this, sources);
        List<Sample> good = new ArrayList<>();
        List<Sample> bad = new ArrayList<>();
        List<Consumer<Sample>> checks = List.of();
        for (Sample sample : samples) {
            try {
                if (good.isEmpty()) {
                    checks = checks(lookup, sample);
                }
                checks.forEach(check -> check.accept(sample));
                good.add(sample);
            } catch (AtomfluxException problem) {
                bad.add(sample);
                if (!good.isEmpty()) { // it may have been taken in by halves
                    checks = checks(lookup, good.get(0));
                    for (Sample before : good) {
                        checks.forEach(check -> check.accept(before));
                    }
                }
            }
        }
        return new Usable(List.copyOf(good), List.copyOf(bad));
    }

    /** Returns what takes in samples for each key, as {@link Collated#eagerly} does, and signals what is wrong with one. */
    private List<Consumer<Sample>> checks(Lookup lookup, Sample first) {
        List<Consumer<Sample>> checks = new ArrayList<>();
        checks.add(keys == null ? sample -> decode(lookup.written(sample)) : lookup::written);
        for (String key : eager(lookup.written(first))) {
            checks.add(
                    Lookup.fitsArrays(lookup.value(first, key))
                            ? gather(key, lookup)::add
                            : sample -> lookup.value(sample, key));
        }
        return checks;
    }

    private static void decode(Row row) {
        for (int i = 0; i < row.size(); i++) {
            row.valueAt(i);
        }
    }
}
