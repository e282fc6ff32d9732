package io.atomflux.loader;

import io.atomflux.error.LimitExceededException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The samples of all sources, dealt out by their weights. Free to use from many threads. */
final class EpochSequence implements Sequence {

    private final int[] sources;
    private final SourceOrder[] orders;
    private final Dealing dealing;
    private final long length;

    EpochSequence(EpochPlan plan) {
        List<SourceOrder> all = IntStream.range(0, plan.sources().size())
                .mapToObj(i -> new SourceOrder(plan, i))
                .toList();
        this.sources = IntStream.range(0, all.size())
                .filter(i -> all.get(i).size() > 0)
                .toArray();
        this.orders = Arrays.stream(sources).mapToObj(all::get).toArray(SourceOrder[]::new);
        boolean isEmpty = sources.length == 0 || plan.end() == MixtureEnd.FIRST_ENDS && sources.length < all.size();
        this.dealing = new Dealing(
                isEmpty
                        ? new double[] {1}
                        : Arrays.stream(sources)
                                .mapToDouble(i -> plan.sources().get(i).weight())
                                .toArray());
        this.length = isEmpty ? 0 : length(plan);
        if (length > Permutation.MOST) {
            throw new LimitExceededException(
                    "samples of an epoch",
                    length,
                    Permutation.MOST,
                    "give large stores more weight, or a number of samples");
        }
    }

    private long length(EpochPlan plan) {
        return switch (plan.end()) {
            case COUNT -> plan.samples();
            case FIRST_ENDS ->
                IntStream.range(0, orders.length)
                        .mapToLong(i -> dealing.slot(i, orders[i].size()))
                        .min()
                        .orElse(0);
            case ALL_SEEN ->
                1
                        + IntStream.range(0, orders.length)
                                .mapToLong(i -> dealing.slot(i, orders[i].size() - 1))
                                .max()
                                .orElse(-1);
        };
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long groupStart(long slot) {
        return orders.length == 1 ? orders[0].groupStart(slot) : slot;
    }

    @Override
    public void fill(long from, int count, int[] into, long[] positions) {
        if (from < 0 || count < 0 || count > length - from) {
            throw new IndexOutOfBoundsException(
                    "slots %d to %d (expected: 0 to %d)".formatted(from, from + count, length));
        }
        if (orders.length == 1) {
            Arrays.fill(into, 0, count, sources[0]);
            if (count > 0) {
                orders[0].fill(from, count, positions, 0);
            }
            return;
        }
        int[] counts = new int[orders.length];
        long[] ranks = new long[orders.length];
        for (int i = 0; i < count; i++) {
            int source = dealing.source(from + i);
            if (counts[source]++ == 0) {
                ranks[source] = dealing.rank(from + i);
            }
            into[i] = source;
        }
        // Each source's samples are neighbours in its own order, so they are looked up together, then dealt.
        long[] found = new long[count];
        int[] next = new int[orders.length];
        int at = 0;
        for (int i = 0; i < orders.length; i++) {
            next[i] = at;
            orders[i].fill(ranks[i], counts[i], found, at);
            at += counts[i];
        }
        for (int i = 0; i < count; i++) {
            int source = into[i];
            positions[i] = found[next[source]++];
            into[i] = sources[source];
        }
    }
}
