package io.atomflux.loader;

/**
 * Where an epoch stands: enough to go on exactly, with as many ranks, workers and samples in a batch as one likes.
 *
 * <p>Immutable, small, the same in the batches of all ranks of a step.
 */
public final class LoaderState {

    private final EpochPlan plan;
    private final long length;
    private final long position;

    LoaderState(EpochPlan plan, long length, long position) {
        this.plan = plan;
        this.length = length;
        this.position = position;
    }

    EpochPlan plan() {
        return plan;
    }

    /** Returns this state at another position of the same epoch. */
    LoaderState at(long other) {
        return new LoaderState(plan, length, other);
    }

    /** Returns the number of the epoch. */
    public long epoch() {
        return plan.epoch();
    }

    /** Returns how many samples of the epoch are used up, on all ranks together. */
    public long position() {
        return position;
    }

    /** Returns the number of samples of the epoch. */
    public long length() {
        return length;
    }
}
