package io.atomflux.loader;

import org.jspecify.annotations.Nullable;

/** The samples of one source, in as many passes over it as are asked for; each pass has its own order. */
final class SourceOrder {

    private final SourcePlan plan;
    private final long seed;
    private final long epoch;
    private final int source;
    private final PartRows rows;
    private volatile @Nullable Pass last;

    private record Pass(long number, SampleOrder order) {}

    SourceOrder(EpochPlan epoch, int source) {
        this.plan = epoch.sources().get(source);
        this.seed = epoch.seed();
        this.epoch = epoch.epoch();
        this.source = source;
        this.rows = new PartRows(plan);
    }

    /** Returns the number of samples of one pass. */
    long size() {
        return rows.size();
    }

    /** Gives the positions of samples; those from {@link #size()} on belong to further passes. */
    void fill(long from, int count, long[] positions, int offset) {
        for (int done = 0; done < count; ) {
            long pass = (from + done) / size();
            long within = (from + done) % size();
            int here = (int) Math.min(count - done, size() - within);
            order(pass).fill(within, here, positions, offset + done);
            done += here;
        }
    }

    /** Returns the first of the samples that are shuffled with one. */
    long groupStart(long sample) {
        long within = sample % size();
        return within == 0 ? sample : sample - within + order(sample / size()).groupStart(within);
    }

    private SampleOrder order(long pass) {
        if (plan.blockRows() == 0) {
            return rows::fill;
        }
        Pass known = last;
        if (known == null || known.number != pass) {
            known = new Pass(pass, new BlockOrder(rows, plan, seed, epoch, source, pass));
            last = known;
        }
        return known.order;
    }
}
