package io.atomflux.loader;

/**
 * Which of those who share an epoch this one is.
 *
 * @param rank number of the process
 * @param world processes
 * @param worker number within the process
 * @param workers those of one process
 */
record Turn(int rank, int world, int worker, int workers) {

    static final Turn ALONE = new Turn(0, 1, 0, 1);

    /** Tells whether all batches are this one's. */
    boolean isAlone() {
        return world == 1 && workers == 1;
    }
}
