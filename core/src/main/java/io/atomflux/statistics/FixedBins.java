package io.atomflux.statistics;

/** Bins of a range known before; the last one holds its upper edge. */
final class FixedBins implements Bins {

    private final double[] edges;
    private final long[] counts;
    private final double perWidth;
    private long below;
    private long above;

    /**
     * Cuts a range.
     *
     * @param low finite
     * @param high above {@code low}, the distance being finite
     */
    FixedBins(double low, double high, int bins) {
        double width = (high - low) / bins;
        edges = new double[bins + 1];
        for (int i = 0; i < bins; i++) {
            edges[i] = low + i * width;
        }
        edges[bins] = high;
        counts = new long[bins];
        perWidth = bins / (high - low);
    }

    @Override
    public void add(double value) {
        int last = counts.length - 1;
        if (value < edges[0]) {
            below++;
        } else if (value > edges[last + 1]) {
            above++;
        } else {
            int bin = (int) Math.min(last, (value - edges[0]) * perWidth);
            // The quotient is rounded; the edges decide.
            while (bin > 0 && value < edges[bin]) {
                bin--;
            }
            while (bin < last && value >= edges[bin + 1]) {
                bin++;
            }
            counts[bin]++;
        }
    }

    @Override
    public Histogram result() {
        return Histogram.of(edges, counts, below, above);
    }
}
