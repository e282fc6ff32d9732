package io.atomflux.loader;

/**
 * Which slots of an epoch each batch of one rank takes; arithmetic only.
 *
 * <p>A step takes the next {@code world * batch} slots, rank r the r-th part of them; of the steps of its rank a worker takes each
 * whose number leaves its own number as remainder. Numbers of slots run on behind the epoch's length where the last step is filled
 * up, see {@link #slot}.
 */
final class Steps {

    private final long length;
    private final long from;
    private final int world;
    private final int rank;
    private final int batch;
    private final int worker;
    private final int workers;
    private final Remainder remainder;
    private final long stride;
    private final long whole;
    private final long rest;

    Steps(long length, long from, Turn turn, int batch, Remainder remainder) {
        this.length = length;
        this.from = from;
        this.world = turn.world();
        this.rank = turn.rank();
        this.batch = batch;
        this.worker = turn.worker();
        this.workers = turn.workers();
        this.remainder = remainder;
        this.stride = (long) world * batch;
        this.whole = (length - from) / stride;
        this.rest = (length - from) % stride;
    }

    /** Returns the number of steps, which is that of the batches of each rank. */
    long count() {
        return whole + (rest > 0 && remainder != Remainder.DROP ? 1 : 0);
    }

    /** Returns the number of steps that this worker of the rank takes. */
    long mine() {
        return count() <= worker ? 0 : (count() - worker - 1) / workers + 1;
    }

    /** Returns the number of one of this worker's steps. */
    long step(long index) {
        return worker + index * workers;
    }

    private boolean divided(long step) {
        return step == whole && remainder == Remainder.SHORT;
    }

    /** Returns the number of samples that this rank has in a step. */
    int size(long step) {
        return divided(step) ? (int) (rest / world + (rank < rest % world ? 1 : 0)) : batch;
    }

    /** Returns the first number that this rank has in a step. */
    long first(long step) {
        long before = divided(step) ? rank * (rest / world) + Math.min(rank, rest % world) : (long) rank * batch;
        return from + step * stride + before;
    }

    /** Returns the slot of a number: itself, or, behind the end, one from the beginning again. */
    long slot(long number) {
        return number < length ? number : (number - length) % length;
    }

    /** Returns how many samples at the end of this rank's part of a step come from the beginning again. */
    int repeated(long step) {
        long end = first(step) + size(step);
        return (int) Math.max(0, Math.min(size(step), end - length));
    }

    /** Returns how many slots are used up after a step. */
    long after(long step) {
        return Math.min(length, from + (step + 1) * stride);
    }
}
