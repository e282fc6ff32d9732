package io.atomflux.loader;

import io.atomflux.Ragged;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Samples that are used together in one step of training: their values as contiguous arrays, and where the epoch stands after them.
 *
 * <p>Values of one shape (energies, cells) are <b>stacked</b> along a new first axis. Arrays with an entry for each atom, which are
 * all of {@code arrays.*} and {@code calc.forces}, {@code energies}, {@code stresses}, {@code charges}, {@code magmoms}, {@code
 * momenta} and {@code born_effective_charges}, are <b>joined</b> along their first axis: {@link #offsets} and {@link #sampleOfAtom}
 * tell which atoms are whose. So are keys declared as ragged. They are <b>padded</b> with zeros to the longest instead where the
 * loader says so, and {@link #mask} tells what is filled up. Of keys declared as edges the numbers count through the atoms of all
 * samples.
 *
 * <p>Element types are kept, in little-endian order; where those of a batch differ, numbers become what NumPy promotes them to, also
 * if one sample alone holds a float among integers. {@code float32()} and {@code float64()} of the loader convert arrays and numbers
 * of floats, float16 too; integers, booleans, complex numbers and texts stay. An empty batch has arrays of shape (0), since nothing
 * is known of any row: ask {@link #isEmpty} first.
 *
 * <p>Immutable, for any number of threads. With {@code keys(…)} of the loader those arrays are made in its pipeline, and what is wrong
 * with them is an error of the epoch; all others are made, on the caller's thread, when first asked for.
 */
public final class Batch {

    private final List<Sample> samples;
    private final Collated collated;
    private final LoaderState state;
    private final LoaderProgress progress;
    private final int repeated;
    private final List<Long> skipped;

    private Batch(
            List<Sample> samples,
            Collated collated,
            LoaderState state,
            LoaderProgress progress,
            int repeated,
            List<Long> skipped) {
        this.samples = samples;
        this.collated = collated;
        this.state = state;
        this.progress = progress;
        this.repeated = repeated;
        this.skipped = skipped;
    }

    /**
     * Puts samples together; heavy work if there are keys to be put together at once, of which the errors come from here.
     *
     * @param state names the stores of the samples
     * @throws io.atomflux.error.AtomfluxException as {@link #array} does; also if a row is reserved
     */
    static Batch of(
            List<Sample> samples,
            Collation how,
            LoaderState state,
            LoaderProgress progress,
            int repeated,
            List<Long> skipped) {
        List<Sample> kept = List.copyOf(samples);
        Collated collated = new Collated(kept, how, state.plan().sources());
        collated.eagerly();
        return new Batch(kept, collated, state, progress, repeated, List.copyOf(skipped));
    }

    /** Returns the number of samples. */
    public int size() {
        return samples.size();
    }

    /** Tells whether it has no sample, as the last one of a rank may. */
    public boolean isEmpty() {
        return samples.isEmpty();
    }

    /** Returns the keys that every sample has or has a substitute for, those of the first one first; unmodifiable. */
    public Set<String> keys() {
        return collated.keys();
    }

    /**
     * Returns the values of a key as one array: stacked, of shape (samples, …), or (samples) for numbers; joined, of shape (atoms, …);
     * padded, of shape (samples, longest, …); edges, int64 of shape (2, edges), or (edges, 2) if they are stored so. Texts become a
     * unicode array.
     *
     * <p>Edges of shape (2, 2) are taken as (2, E) unless another sample of the batch tells otherwise.
     *
     * @throws IllegalArgumentException if {@code keys(…)} of the loader left the key out
     * @throws io.atomflux.error.MissingValueException if a sample lacks the key, or has null, and there is no substitute
     * @throws io.atomflux.error.ValueTypeException if values are neither numbers nor arrays nor texts, cannot be mixed, differ in shape,
     *     or a per-atom array has another number of entries than the sample has atoms
     * @throws io.atomflux.error.CorruptDataException if a value does not decode
     * @throws io.atomflux.error.UnsupportedDataException if an edge has no such atom, or a value is refused as it is stored
     * @throws io.atomflux.error.LimitExceededException if the array would exceed 2 GiB
     */
    public NdArray array(String key) {
        return collated.array(Objects.requireNonNull(key, "key"));
    }

    /**
     * Returns the arrays of a key joined along their first axis, also if it is padded or was not declared at all, with offsets of
     * their own.
     *
     * @throws IllegalArgumentException for a key of edges
     * @throws io.atomflux.error.AtomfluxException as {@link #array} does; also if a value is a single number
     */
    public Ragged ragged(String key) {
        return collated.ragged(Objects.requireNonNull(key, "key"));
    }

    /**
     * Returns where the atoms of each sample are in joined arrays: int64 of shape (samples + 1); those of sample i are
     * {@code offsets[i]} to {@code offsets[i + 1] - 1}.
     *
     * @throws IllegalStateException if none of the {@code keys(…)} of the loader has an entry for each atom
     * @throws io.atomflux.error.MissingValueException if a sample has no per-atom array that tells the number of its atoms
     */
    public NdArray offsets() {
        return collated.offsets();
    }

    /**
     * Returns which sample each atom belongs to: int64 of shape (atoms); what graph learning calls {@code batch}.
     *
     * @throws IllegalStateException as {@link #offsets} does
     * @throws io.atomflux.error.MissingValueException as {@link #offsets} does
     */
    public NdArray sampleOfAtom() {
        return collated.sampleOfAtom();
    }

    /**
     * Returns where padded arrays have atoms: bool of shape (samples, most atoms of one).
     *
     * @throws IllegalStateException as {@link #offsets} does
     * @throws io.atomflux.error.MissingValueException as {@link #offsets} does
     */
    public NdArray mask() {
        return collated.mask();
    }

    /**
     * Returns the values of a key as they are stored, one of each sample, e.g. texts; unmodifiable.
     *
     * @throws IllegalArgumentException if {@code keys(…)} of the loader left the key out
     * @throws io.atomflux.error.MissingValueException if a sample lacks the key, or has null, and there is no substitute
     * @throws io.atomflux.error.CorruptDataException if a value does not decode
     */
    public List<Object> values(String key) {
        return collated.values(Objects.requireNonNull(key, "key"));
    }

    /**
     * Returns one sample as it was read, after the maps of the loader; arrays are not converted.
     *
     * @param index from 0 to {@link #size} - 1
     * @throws IndexOutOfBoundsException for any other
     */
    public Row row(int index) {
        return samples.get(index).row();
    }

    /** Returns where a sample stands in the store of its source; see {@link #row} for the index. */
    public long position(int index) {
        return samples.get(index).position();
    }

    /** Returns the number of the source that a sample is from, in the order they were given; 0 if there is one. */
    public int source(int index) {
        return samples.get(index).source();
    }

    /** Returns where a sample stands in the epoch: its slot, from 0, counted over all ranks. */
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

    /** Returns how many samples it has, and where it stands in its epoch. */
    @Override
    public String toString() {
        return "Batch[%d samples; epoch %d, %d of %d]"
                .formatted(size(), progress.epoch(), progress.done(), progress.total());
    }
}
