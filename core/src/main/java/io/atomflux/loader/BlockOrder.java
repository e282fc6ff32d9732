package io.atomflux.loader;

import org.jspecify.annotations.Nullable;

/**
 * Rows shuffled so that neighbours are read together.
 *
 * <p>The rows of the part are cut into blocks of {@code blockRows} neighbouring ones, the last may be shorter. The permutation of
 * {@code key(seed, epoch, source, pass, 0)} puts block P(j) at place j. Places 0 to {@code blocks - 1} are group 0, and so on; the rows of group
 * g, its blocks behind each other in this order, are permuted by {@code key(seed, epoch, source, pass, 1 + g)}: the sample of number
 * u within the group is row Q(u) of them.
 *
 * <p>Keeps the group it last looked at, unless it is large.
 */
final class BlockOrder implements SampleOrder {

    private static final int LARGEST_KEPT = 1 << 16; // half a megabyte

    private final PartRows rows;
    private final long[] names;
    private final long blockRows;
    private final long blocks;
    private final long blockCount;
    private final long groupRows;
    private final long missing;
    private final Permutation order;
    private final long shortPlace;
    private final long shortGroup;
    private volatile @Nullable Group last;

    /** Samples that are mixed with each other. */
    private record Group(long number, long start, long size, Permutation order, long @Nullable [] positions) {}

    BlockOrder(PartRows rows, SourcePlan plan, long seed, long epoch, int source, long pass) {
        this.rows = rows;
        this.names = new long[] {seed, epoch, source, pass, 0};
        this.blockRows = plan.blockRows();
        this.blockCount = (rows.size() - 1) / blockRows + 1;
        this.blocks = Math.min(plan.blocks(), blockCount);
        this.groupRows = blocks * blockRows;
        this.missing = blockCount * blockRows - rows.size();
        this.order = new Permutation(blockCount, Mixing.key(names));
        this.shortPlace = order.invert(blockCount - 1);
        this.shortGroup = shortPlace / blocks;
    }

    @Override
    public void fill(long from, int count, long[] positions, int offset) {
        for (int done = 0; done < count; ) {
            Group group = group(from + done);
            long within = from + done - group.start;
            int here = (int) Math.min(count - done, group.size - within);
            long[] table = group.positions;
            if (table != null) {
                System.arraycopy(table, (int) within, positions, offset + done, here);
            } else {
                for (int i = 0; i < here; i++) {
                    positions[offset + done + i] = position(group, group.order.apply(within + i));
                }
            }
            done += here;
        }
    }

    private Group group(long sample) {
        Group known = last;
        if (known != null && sample >= known.start && sample < known.start + known.size) {
            return known;
        }
        boolean behindShort = sample >= start(shortGroup + 1);
        Group group = made((behindShort ? sample + missing : sample) / groupRows);
        last = group;
        return group;
    }

    /** Returns the first sample of a group. */
    private long start(long group) {
        return group * groupRows - (group > shortGroup ? missing : 0);
    }

    private Group made(long number) {
        long[] groupNames = names.clone();
        groupNames[4] = 1 + number;
        long start = start(number);
        long size = Math.min(start(number + 1), rows.size()) - start;
        Permutation within = new Permutation(size, Mixing.key(groupNames));
        return new Group(number, start, size, within, size > LARGEST_KEPT ? null : table(number, (int) size, within));
    }

    private long[] table(long number, int size, Permutation within) {
        long[] stored = new long[size];
        int at = 0;
        for (long place = number * blocks; at < size; place++) {
            long first = order.apply(place) * blockRows;
            int here = (int) Math.min(blockRows, rows.size() - first);
            rows.fill(first, here, stored, at);
            at += here;
        }
        long[] positions = new long[size];
        for (int i = 0; i < size; i++) {
            positions[i] = stored[(int) within.apply(i)];
        }
        return positions;
    }

    /** Returns the position of a row of a group, by its number in the group's blocks behind each other. */
    private long position(Group group, long row) {
        long place = group.number * blocks;
        long at = row;
        if (group.number == shortGroup && at >= (shortPlace - place + 1) * blockRows - missing) {
            at += missing;
        }
        return rows.position(order.apply(place + at / blockRows) * blockRows + at % blockRows);
    }
}
