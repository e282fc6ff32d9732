package io.atomflux.loader;

/**
 * How a source is shuffled.
 *
 * @param blockRows neighbouring rows that stay together; 0 for rows in their order
 * @param blocks blocks that are mixed with each other; 1 or more
 */
record Shuffle(int blockRows, int blocks) {

    static final Shuffle NONE = new Shuffle(0, 1);

    private static final int USUAL_ROWS = 64; // neighbours in a store share pages, and reads of many rows their way
    private static final int GROUP = 4096;
    private static final int FEWEST_BLOCKS = 4; // batches should not be from one place alone

    /** Where rows lie by themselves. */
    static final Shuffle USUAL = suiting(USUAL_ROWS);

    /** Suits a store of which so many neighbouring rows are cheap to read together. */
    static Shuffle suiting(int rows) {
        return new Shuffle(rows, Math.max(FEWEST_BLOCKS, GROUP / rows));
    }

    static Shuffle of(SourcePlan plan) {
        return new Shuffle(plan.blockRows(), plan.blocks());
    }
}
