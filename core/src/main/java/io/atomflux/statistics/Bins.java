package io.atomflux.statistics;

/** Counts finite values in bins; for one thread. */
sealed interface Bins permits GrowingBins, FixedBins {

    /** Counts one finite value. */
    void add(double value);

    /** Returns what was counted so far. */
    Histogram result();
}
