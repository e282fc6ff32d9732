package io.atomflux.loader;

/**
 * One source of an epoch, as far as it decides which sample stands where.
 *
 * @param store name of the store, for messages
 * @param size rows when the epoch began
 * @param mark a short hash of the first and the last of them; empty if there is none
 * @param from lower bound of the part of each window of rows that is used, from 0
 * @param to upper bound of that part, to 1
 * @param splitSeed decides who belongs to which part
 * @param blockRows neighbouring rows that stay together; 0 for rows in their order
 * @param blocks blocks that are mixed with each other; 1 or more
 * @param weight its share in a mixture
 */
record SourcePlan(
        String store,
        long size,
        String mark,
        double from,
        double to,
        long splitSeed,
        int blockRows,
        int blocks,
        double weight) {

    /** Returns this source at another size, as it is found when an epoch begins. */
    SourcePlan found(String name, long rows, String itsMark) {
        return new SourcePlan(name, rows, itsMark, from, to, splitSeed, blockRows, blocks, weight);
    }
}
