package io.atomflux.loader;

/** The order in which the rows of one source come in one pass over them. Free to use from many threads. */
interface SampleOrder {

    /**
     * Tells the positions of rows.
     *
     * @param from the first asked for
     * @param count how many; all of them below the number of rows
     * @param positions receives them from {@code offset} on
     */
    void fill(long from, int count, long[] positions, int offset);

    /** Returns the first of the samples that are shuffled with one, which is itself where they are not shuffled. */
    default long groupStart(long sample) {
        return sample;
    }
}
