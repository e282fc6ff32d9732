package io.atomflux.loader;

import io.atomflux.value.DType;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that was chosen for a loader. Filled while a loader is made and not changed after that: each change is made to a copy.
 */
final class Settings {

    private static final long USUAL_BYTES = 64L << 20;

    /**
     * A filter.
     *
     * @param keep tells whether a row is used
     * @param keys those it looks at; null for all
     */
    record Filter(Predicate<Row> keep, @Nullable List<String> keys) {}

    final List<Feed> feeds;
    final List<Double> weights;
    MixtureEnd end = MixtureEnd.FIRST_ENDS;
    long samples;
    Splits.Part part = Splits.Part.ALL;
    long seed;

    @Nullable
    Shuffle shuffle; // null: as suits each store

    Turn turn = Turn.ALONE;
    Remainder remainder = Remainder.SHORT;
    int batch = 32;
    int atoms; // 0: batches by count

    @Nullable
    List<String> keys;

    List<Filter> filters = List.of();
    List<Stage> stages = List.of();

    @Nullable
    DType floats;

    boolean allPadded;
    Set<String> padded = Set.of();
    Set<String> ragged = Set.of();
    Set<String> edges = Set.of();
    Map<String, Object> substitutes = Map.of();
    BadRows badRows = BadRows.FAIL;
    int prefetch = 2;
    int inFlight = 2;
    long bytes = Math.min(USUAL_BYTES, Runtime.getRuntime().maxMemory() / 8);

    Settings(List<Feed> feeds, List<Double> weights) {
        this.feeds = List.copyOf(feeds);
        this.weights = List.copyOf(weights);
    }

    Settings copy() {
        Settings copy = new Settings(feeds, weights);
        copy.end = end;
        copy.samples = samples;
        copy.part = part;
        copy.seed = seed;
        copy.shuffle = shuffle;
        copy.turn = turn;
        copy.remainder = remainder;
        copy.batch = batch;
        copy.atoms = atoms;
        copy.keys = keys;
        copy.filters = filters;
        copy.stages = stages;
        copy.floats = floats;
        copy.allPadded = allPadded;
        copy.padded = padded;
        copy.ragged = ragged;
        copy.edges = edges;
        copy.substitutes = substitutes;
        copy.badRows = badRows;
        copy.prefetch = prefetch;
        copy.inFlight = inFlight;
        copy.bytes = bytes;
        return copy;
    }

    static <T> List<T> longer(List<T> list, T more) {
        List<T> longer = new ArrayList<>(list);
        longer.add(more);
        return List.copyOf(longer);
    }

    static Set<String> union(Set<String> some, Set<String> more) {
        Set<String> union = new LinkedHashSet<>(some);
        union.addAll(more);
        return Set.copyOf(union);
    }

    static Map<String, Object> with(Map<String, Object> map, String key, Object value) {
        Map<String, Object> longer = new LinkedHashMap<>(map);
        longer.put(key, value);
        return Map.copyOf(longer);
    }

    Collation collation() {
        return new Collation(keys, floats, allPadded, padded, ragged, edges, substitutes);
    }

    /** Tells whether where a batch ends depends on what is in the rows. */
    boolean dependsOnRows() {
        return atoms > 0 || !filters.isEmpty();
    }

    /** Returns the keys read of rows that make batches; null for all. Numbers of atoms are needed beside what is collated. */
    @Nullable
    List<String> keysRead() {
        List<String> chosen = keys;
        if (chosen == null) {
            return null;
        }
        Set<String> read = new LinkedHashSet<>(chosen);
        if (!edges.isEmpty() || !substitutes.isEmpty()) {
            read.add(Look.NUMBERS);
        }
        return List.copyOf(read);
    }

    /** Returns keys of two lists; null, which is all keys, if one of them is. */
    static @Nullable List<String> both(@Nullable List<String> some, @Nullable List<String> more) {
        if (some == null || more == null) {
            return null;
        }
        return List.copyOf(union(Set.copyOf(some), Set.copyOf(more)));
    }

    /** Returns what decides the order, with sizes as they are found. */
    EpochPlan plan(long epoch, List<Long> sizes, List<String> marks, List<Shuffle> shuffles) {
        List<SourcePlan> sources = new ArrayList<>();
        for (int i = 0; i < feeds.size(); i++) {
            sources.add(new SourcePlan(
                    feeds.get(i).name(),
                    sizes.get(i),
                    marks.get(i),
                    part.from(),
                    part.to(),
                    part.seed(),
                    shuffles.get(i).blockRows(),
                    shuffles.get(i).blocks(),
                    weights.get(i)));
        }
        return new EpochPlan(epoch, seed, sources, end, samples);
    }
}
