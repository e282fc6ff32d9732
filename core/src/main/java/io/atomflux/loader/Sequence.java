package io.atomflux.loader;

/** Which sample stands at each slot of an epoch: a formula, so that any slot is reached at once. */
interface Sequence {

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
}
