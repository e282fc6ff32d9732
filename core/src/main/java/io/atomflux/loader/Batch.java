package io.atomflux.loader;

import io.atomflux.value.Row;
import java.util.List;

/** Samples that are used together in one step of training. */
public final class Batch {

    private final List<Sample> samples;
    private final Collation how;
    private final LoaderState state;
    private final LoaderProgress progress;
    private final int repeated;
    private final List<Long> skipped;

    private Batch(
            List<Sample> samples,
            Collation how,
            LoaderState state,
            LoaderProgress progress,
            int repeated,
            List<Long> skipped) {
        this.samples = List.copyOf(samples);
        this.how = how;
        this.state = state;
        this.progress = progress;
        this.repeated = repeated;
        this.skipped = List.copyOf(skipped);
    }

    /** Puts samples together. */
    static Batch of(
            List<Sample> samples,
            Collation how,
            LoaderState state,
            LoaderProgress progress,
            int repeated,
            List<Long> skipped) {
        return new Batch(samples, how, state, progress, repeated, skipped);
    }

    /** Returns the number of samples. */
    public int size() {
        return samples.size();
    }

    /** Tells whether it has no sample, as the last one of a rank may. */
    public boolean isEmpty() {
        return samples.isEmpty();
    }

    Collation how() {
        return how;
    }

    /** Returns one sample as it was read. */
    public Row row(int index) {
        return samples.get(index).row();
    }

    /** Returns where a sample stands in the store of its source. */
    public long position(int index) {
        return samples.get(index).position();
    }

    /** Returns the number of the source that a sample is from, in the order they were given; 0 if there is one. */
    public int source(int index) {
        return samples.get(index).source();
    }

    /** Returns where a sample stands in the epoch. */
    public long slot(int index) {
        return samples.get(index).slot();
    }

    /** Returns how many samples, the last ones, have come already in this epoch; see {@link Remainder#REPEAT}. */
    public int repeated() {
        return repeated;
    }

    /** Returns the positions of rows that were left out; see {@link BadRows#SKIP}. */
    public List<Long> skipped() {
        return skipped;
    }

    /** Returns where the epoch stands after this batch. */
    public LoaderState state() {
        return state;
    }

    /** Returns how far the epoch is after this batch. */
    public LoaderProgress progress() {
        return progress;
    }
}
