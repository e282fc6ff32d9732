package io.atomflux.recorder;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.function.Predicate;

/**
 * What the frames of a recording are, one of three kinds.
 *
 * @param <F> the type of a frame
 */
public abstract sealed class FrameKind<F> permits ArrayFrames, ScalarFrames, StructureFrames {

    /** Arrays of one shape and element type, e.g. an ensemble (d, N): d components of N trajectories. */
    public static final FrameKind<NdArray> ARRAYS = new ArrayFrames();

    /** Measurements by name: numbers, booleans or texts, always the same names, and of each always the same of the three. */
    public static final FrameKind<Row> SCALARS = new ScalarFrames();

    /** Structures; their number of atoms and their keys may change. */
    public static final FrameKind<Atoms> STRUCTURES = new StructureFrames();

    FrameKind() {}

    /** Returns how messages and files name this kind. */
    public abstract String name();

    /** Returns the type of a frame. */
    public abstract Class<F> type();

    /**
     * Checks that a frame is one of this kind.
     *
     * @throws IllegalArgumentException saying what is not
     */
    public abstract void check(F frame);

    /** Tells what all frames of a recording must have in common, e.g. {@code float64 (1, 10000)}; empty if nothing. */
    public abstract String layout(F frame);

    /** Tells whether frames have the layout of one; holds no frame, and is quicker than comparing {@link #layout}. */
    abstract Predicate<F> like(F frame);

    /** Tells about how many bytes of memory a frame takes. */
    public abstract long bytes(F frame);

    /** Returns a sample as a row: the time as {@code info.time}, the iteration as {@code info.step}, and its frame. */
    public abstract Row toRow(Sample<F> sample);

    /**
     * Returns what {@link #toRow} made a row of.
     *
     * @throws IllegalArgumentException naming what is missing or of another type
     */
    public abstract Sample<F> fromRow(Row row);

    @Override
    public final String toString() {
        return name();
    }
}
