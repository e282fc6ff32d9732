package io.atomflux.statistics;

/** Gathers a distribution; for one thread. */
final class DistributionSums {

    private final MomentSums moments = new MomentSums();
    private final Bins bins;

    DistributionSums(Bins bins) {
        this.bins = bins;
    }

    void add(double value) {
        moments.add(value);
        if (MomentSums.isFinite(value)) {
            bins.add(value);
        }
    }

    void add(double[] values) {
        moments.add(values, 0, values.length, 1);
        for (double value : values) {
            if (MomentSums.isFinite(value)) {
                bins.add(value);
            }
        }
    }

    long count() {
        return moments.count();
    }

    Distribution result() {
        return new Distribution(moments.result(), bins.result());
    }
}
