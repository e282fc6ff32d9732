package io.atomflux.loader;

/**
 * What becomes of the samples at the end of an epoch that do not fill a whole batch on every rank. With each of them all ranks get
 * the same number of batches.
 */
public enum Remainder {
    /**
     * They are divided evenly: the last batches are shorter, and differ by at most one sample; some are empty where there are
     * fewer samples than ranks. Every sample comes exactly once.
     */
    SHORT,
    /** They are left out of this epoch; all batches are full. */
    DROP,
    /** They are filled up with samples from the beginning of the epoch, which come twice; all batches are full. */
    REPEAT
}
