package io.atomflux.loader;

import io.atomflux.Ragged;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The arrays of a batch: each made when it is first asked for, by one thread, and kept. Thread-safe. */
final class Collated {

    private final List<Sample> samples;
    private final Collation how;
    private final Lookup lookup;
    private final Map<String, NdArray> arrays = new ConcurrentHashMap<>();
    private final Map<String, Ragged> joined = new ConcurrentHashMap<>();
    private volatile @Nullable NdArray offsets;
    private volatile @Nullable NdArray sampleOfAtom;
    private volatile @Nullable NdArray mask;
    int brought; // so that what Nearby reads is used; nobody asks for it

    Collated(List<Sample> samples, Collation how, List<SourcePlan> sources) {
        this.samples = samples;
        this.how = how;
        this.lookup = new Lookup(how, sources);
        samples.forEach(lookup::written);
    }

    /** Puts together at once what is to be. */
    void eagerly() {
        if (samples.isEmpty()) {
            return;
        }
        if (how.keys() != null) { // all that was read is decoded
            brought = Nearby.bring(samples);
        }
        for (String key : how.eager(samples.get(0).row())) {
            if (Lookup.fitsArrays(lookup.value(samples.get(0), key))) {
                array(key);
            } else {
                values(key); // lists and the like have no array
            }
        }
    }

    Set<String> keys() {
        Set<String> all = new LinkedHashSet<>();
        if (!samples.isEmpty()) {
            all.addAll(samples.get(0).row().keySet().names());
            how.substitutes().keySet().stream().sorted().forEach(all::add);
            all.removeIf(key -> !how.substitutes().containsKey(key)
                    && samples.stream().anyMatch(sample -> !sample.row().has(key)));
        }
        return Collections.unmodifiableSet(all);
    }

    List<Object> values(String key) {
        List<Object> values = new ArrayList<>(samples.size());
        samples.forEach(sample -> values.add(lookup.value(sample, key)));
        return Collections.unmodifiableList(values);
    }

    NdArray array(String key) {
        return arrays.computeIfAbsent(
                key, name -> how.form(name) == Form.JOINED ? ragged(name).values() : gathered(name));
    }

    private NdArray gathered(String key) {
        if (samples.isEmpty()) {
            return nothing();
        }
        Gathered gathered = how.gather(key, lookup);
        samples.forEach(gathered::add);
        return gathered.array(how.floats());
    }

    private NdArray nothing() {
        return NdArray.zeros(Objects.requireNonNullElse(how.floats(), DType.FLOAT64), 0);
    }

    Ragged ragged(String key) {
        if (how.edges().contains(key)) {
            throw new IllegalArgumentException(
                    "key %s: edges (expected: a key of arrays; array(\"%s\") has the edges)".formatted(key, key));
        }
        return joined.computeIfAbsent(key, name -> {
            if (samples.isEmpty()) {
                return new Ragged(nothing(), NdArray.of(new long[1]));
            }
            Column column = new Column(name, Form.JOINED, lookup);
            samples.forEach(column::add);
            return column.ragged(how.floats());
        });
    }

    NdArray offsets() {
        NdArray known = offsets; // made twice if two threads ask at once, and equal
        if (known == null) {
            long[] sums = new long[samples.size() + 1];
            for (int i = 0; i < samples.size(); i++) {
                sums[i + 1] = sums[i] + atoms(samples.get(i));
            }
            known = NdArray.of(sums);
            offsets = known;
        }
        return known;
    }

    private int atoms(Sample sample) {
        List<String> read = how.keys();
        if (read != null
                && read.stream().noneMatch(Collation::isPerAtom)
                && lookup.knownAtoms(sample).isEmpty()) {
            throw new IllegalStateException(
                    "number of atoms: keys(…) of the loader are %s (expected: one that has an entry for each atom, e.g. arrays.numbers)"
                            .formatted(read));
        }
        return lookup.atoms(sample);
    }

    NdArray sampleOfAtom() {
        NdArray known = sampleOfAtom;
        if (known == null) {
            long[] bounds = offsets().toLongArray();
            int atoms = (int) Math.min(Integer.MAX_VALUE, bounds[samples.size()]);
            byte[] bytes = Column.room("sampleOfAtom", DType.INT64, atoms);
            LongBuffer owners =
                    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
            for (int i = 0; i < samples.size(); i++) {
                for (int atom = (int) bounds[i]; atom < bounds[i + 1]; atom++) {
                    owners.put(i);
                }
            }
            known = NdArray.wrap(DType.INT64, new int[] {atoms}, bytes, 0);
            sampleOfAtom = known;
        }
        return known;
    }

    NdArray mask() {
        NdArray known = mask;
        if (known == null) {
            long[] bounds = offsets().toLongArray();
            int longest = 0;
            for (int i = 0; i < samples.size(); i++) {
                longest = Math.max(longest, (int) (bounds[i + 1] - bounds[i]));
            }
            byte[] flags = Column.room("mask", DType.BOOL, samples.size(), longest);
            for (int i = 0; i < samples.size(); i++) {
                int begin = i * longest;
                Arrays.fill(flags, begin, begin + (int) (bounds[i + 1] - bounds[i]), (byte) 1);
            }
            known = NdArray.wrap(DType.BOOL, new int[] {samples.size(), longest}, flags, 0);
            mask = known;
        }
        return known;
    }
}
