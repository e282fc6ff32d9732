package io.atomflux.loader;

import org.jspecify.annotations.Nullable;

/**
 * Rows shuffled so that neighbours are read together.
 *
 * <p>The rows of the part are cut into blocks of {@code blockRows} neighbouring ones, the last may be shorter. The permutation of
 * {@code key(seed, epoch, source, pass, 0)} gives the block at each place. The places are divided into as few groups of at most {@code blocks}
 * as there can be, as evenly as can be, larger ones first. The rows of group g, its blocks behind each other, are permuted by {@code
 * key(seed, epoch, source, pass, 1 + g)}: sample u of the group is row Q(u) of them.
 *
 * <p>Keeps the group it last looked at, unless it is large.
 */
final class BlockOrder implements SampleOrder {

    private final PartRows rows;
    private final long[] names;
    private final long blockRows;
    private final long missing; // of the block that is shorter
    private final long places; // of a small group
    private final long larger; // groups with one place more
    private final Permutation order;
    private final long behindShort; // the first sample of the place after that block
    private volatile @Nullable Group last;

    /** Samples that are mixed with each other; all of their positions, unless they are very many. */
    private record Group(long place, long start, long size, Permutation order, long @Nullable [] positions) {}

    BlockOrder(PartRows rows, SourcePlan plan, long seed, long epoch, int source, long pass) {
        this.rows = rows;
        this.names = new long[] {seed, epoch, source, pass, 0};
        this.blockRows = plan.blockRows();
        long count = (rows.size() - 1) / blockRows + 1;
        long groups = (count - 1) / plan.blocks() + 1;
        this.missing = count * blockRows - rows.size();
        this.places = count / groups;
        this.larger = count % groups;
        this.order = new Permutation(count, Mixing.key(names));
        this.behindShort = (order.invert(count - 1) + 1) * blockRows - missing;
    }

    @Override
    public void fill(long from, int count, long[] positions, int offset) {
        for (int done = 0; done < count; ) {
            Group group = groupOf(from + done);
            long within = from + done - group.start;
            int here = (int) Math.min(count - done, group.size - within);
            long[] known = group.positions;
            if (known != null) {
                System.arraycopy(known, (int) within, positions, offset + done, here);
            } else {
                for (int i = 0; i < here; i++) {
                    positions[offset + done + i] = position(group, group.order.apply(within + i));
                }
            }
            done += here;
        }
    }

    @Override
    public long groupStart(long sample) {
        return start(place(group(padded(sample) / blockRows)));
    }

    private Group groupOf(long sample) {
        Group known = last;
        if (known != null && sample >= known.start && sample < known.start + known.size) {
            return known;
        }
        long number = group(padded(sample) / blockRows);
        long place = place(number);
        long start = start(place);
        long size = start(place(number + 1)) - start;
        long[] groupNames = names.clone();
        groupNames[4] = 1 + number;
        Permutation within = new Permutation(size, Mixing.key(groupNames));
        Group group = new Group(place, start, size, within, within.hasTable() ? all(place, (int) size, within) : null);
        last = group;
        return group;
    }

    /** Returns the group that has a place. */
    private long group(long place) {
        long ofLarger = larger * (places + 1);
        return place < ofLarger ? place / (places + 1) : larger + (place - ofLarger) / places;
    }

    /** Returns the first place of a group. */
    private long place(long group) {
        return group * places + Math.min(group, larger);
    }

    /** Returns the first sample of a place. */
    private long start(long place) {
        long padded = place * blockRows;
        return padded > behindShort ? padded - missing : padded;
    }

    /** Returns the number that a sample would have if all blocks were of one length. */
    private long padded(long sample) {
        return sample >= behindShort ? sample + missing : sample;
    }

    private long[] all(long firstPlace, int size, Permutation within) {
        long[] stored = new long[size];
        int at = 0;
        for (long place = firstPlace; at < size; place++) {
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
        long padded = padded(group.start + row);
        return rows.position(order.apply(padded / blockRows) * blockRows + padded % blockRows);
    }
}
