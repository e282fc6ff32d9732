package io.atomflux.loader;

/** Which sample stands at each slot of an epoch: a formula, so that any slot is reached at once. Free to use from many threads. */
interface Sequence {

    /**
     * Returns the sequence of an epoch; package {@code io.atomflux.loader} says by which formula.
     *
     * @throws io.atomflux.error.LimitExceededException if a mixture of very many rows has more than 2^62 slots
     */
    static Sequence of(EpochPlan plan) {
        return new EpochSequence(plan);
    }

    /** Returns the number of slots. */
    long length();

    /**
     * Tells where samples come from.
     *
     * @param from first slot
     * @param count how many; all of them below {@link #length()}
     * @param sources receives for each the number of its source
     * @param positions receives for each its position in the store of that source
     */
    void fill(long from, int count, int[] sources, long[] positions);

    /**
     * Returns the first slot of the group in which the sample of a slot is shuffled; the slot itself where there are no groups, or
     * several sources, whose groups do not begin together.
     *
     * @param slot at most {@link #length()}
     */
    long groupStart(long slot);
}
