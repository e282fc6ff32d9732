package io.atomflux.file.asedb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which ids are there, in order, in one state of the database.
 *
 * <p>Immutable. Kept as runs of consecutive ids, of which there is one in a database nobody deleted from, so that a position is
 * found by bisection and no list of all ids is needed.
 */
final class Ids {

    private static final int MOST_RUNS = 32 << 20;
    private static final Ids NONE = new Ids(new long[0], new long[] {0});

    private final long[] firsts; // the first id of each run
    private final long[] before; // how many rows lie before each run; one more, the size

    private Ids(long[] firsts, long[] before) {
        this.firsts = firsts;
        this.before = before;
    }

    /**
     * Reads the ids.
     *
     * <p>New ids are greater than all before, as ASE and we give them; so if there are as many up to the last one known as
     * there were, they are the same. Somebody who deletes a row and makes another with a lower id by hand is found out when a
     * row is missing.
     *
     * @param known those of another state
     */
    static Ids load(Link link, @Nullable Ids known, String store) throws SQLException {
        long count = link.number("SELECT count(*) FROM systems");
        if (count == 0) {
            return NONE;
        }
        if (known != null && known.size() > 0) {
            long last = known.last();
            long added = link.number("SELECT count(*) FROM systems WHERE id > ?", last);
            if (count - added == known.size() && link.number("SELECT count(*) FROM systems WHERE id = ?", last) == 1) {
                return added == 0 ? known : scanned(link, new Building(known, store), last);
            }
        }
        long first = link.number("SELECT min(id) FROM systems");
        long last = link.number("SELECT max(id) FROM systems");
        if (first < 1) {
            throw new CorruptDataException(store, "table systems", "id %d (expected: from 1)".formatted(first), null);
        }
        if (last - first == count - 1) {
            return new Ids(new long[] {first}, new long[] {0, count});
        }
        return scanned(link, new Building(NONE, store), 0);
    }

    private static Ids scanned(Link link, Building ids, long after) throws SQLException {
        PreparedStatement statement = link.prepared("SELECT id FROM systems WHERE id > ? ORDER BY id");
        statement.setLong(1, after);
        try (ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                ids.add(found.getLong(1));
            }
        }
        return ids.built();
    }

    private static final class Building {
        private final String store;
        private long[] firsts;
        private long[] before;
        private int runs;
        private long size;
        private long next;

        Building(Ids start, String store) {
            this.store = store;
            this.runs = start.firsts.length;
            this.firsts = Arrays.copyOf(start.firsts, runs + 16);
            this.before = Arrays.copyOf(start.before, runs + 16);
            this.size = start.size();
            this.next = size == 0 ? 0 : start.last() + 1;
        }

        void add(long id) {
            if (id < next) {
                throw new CorruptDataException(store, "table systems", "ids not in order at " + id, null);
            }
            if (id != next || size == 0) {
                if (runs == MOST_RUNS) {
                    throw new LimitExceededException(
                            "runs of ids in " + store, runs + 1L, MOST_RUNS, "copy the rows into a new file");
                }
                if (runs == firsts.length) {
                    firsts = Arrays.copyOf(firsts, 2 * runs);
                    before = Arrays.copyOf(before, 2 * runs);
                }
                firsts[runs] = id;
                before[runs++] = size;
            }
            size++;
            next = id + 1;
        }

        Ids built() {
            long[] counts = Arrays.copyOf(before, runs + 1);
            counts[runs] = size;
            return runs == 0 ? NONE : new Ids(Arrays.copyOf(firsts, runs), counts);
        }
    }

    long size() {
        return before[firsts.length];
    }

    private long last() {
        int run = firsts.length - 1;
        return firsts[run] + before[run + 1] - before[run] - 1;
    }

    /** Returns the id of a row, whose position has to be there. */
    long at(long position) {
        int found = Arrays.binarySearch(before, 0, firsts.length, position);
        int run = found >= 0 ? found : -found - 2;
        return firsts[run] + position - before[run];
    }

    /** Tells whether there is a row of this id. */
    boolean contains(long id) {
        int found = Arrays.binarySearch(firsts, id);
        int run = found >= 0 ? found : -found - 2;
        return run >= 0 && id - firsts[run] < before[run + 1] - before[run];
    }

    /** Returns these ids with some more at the end, the first of which is greater than all. */
    Ids grown(long first, long count, String store) {
        if (count == 0) {
            return this;
        }
        Building ids = new Building(this, store);
        for (long id = first; id < first + count; id++) {
            ids.add(id);
        }
        return ids.built();
    }

    /** Returns these ids without some, which are sorted. */
    Ids without(long[] gone, String store) {
        Building ids = new Building(NONE, store);
        int next = 0;
        for (int run = 0; run < firsts.length; run++) {
            long end = firsts[run] + before[run + 1] - before[run];
            for (long id = firsts[run]; id < end; id++) {
                while (next < gone.length && gone[next] < id) {
                    next++;
                }
                if (next == gone.length || gone[next] != id) {
                    ids.add(id);
                }
            }
        }
        return ids.built();
    }

    static Ids none() {
        return NONE;
    }
}
