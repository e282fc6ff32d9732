package io.atomflux.loader;

/**
 * How far an epoch is.
 *
 * @param epoch number of the epoch
 * @param done samples that all ranks together have had, those left out by a filter included
 * @param total samples of the epoch
 */
public record LoaderProgress(long epoch, long done, long total) {

    /** Returns the part that is done, from 0 to 1; 1 for an epoch without samples. */
    public double fraction() {
        return total == 0 ? 1 : (double) done / total;
    }
}
