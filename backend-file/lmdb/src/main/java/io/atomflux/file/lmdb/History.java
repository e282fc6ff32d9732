package io.atomflux.file.lmdb;

import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers from the change log what happened since some state. */
final class History {

    /**
     * A state someone saw.
     *
     * @param id which history
     * @param revision last entry seen
     * @param txn last LMDB transaction seen, so that ones that left no entry show
     */
    record Point(long id, long revision, long txn) {
        Revision toRevision() {
            return new Revision("%016x-%d-%d".formatted(id, revision, txn));
        }
    }

    private History() {}

    /** Reads a token; null if no store of this kind gave it. */
    static @Nullable Point parse(Revision revision) {
        String[] parts = revision.token().split("-");
        try {
            if (parts.length == 3) {
                return new Point(
                        Long.parseUnsignedLong(parts[0], 16), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            }
        } catch (NumberFormatException e) {
            // not ours
        }
        return null;
    }

    static Revision now(State state) {
        return point(state).toRevision();
    }

    private static Point point(State state) {
        LogHead head = state.log();
        return head == null ? new Point(0, 0, state.txn()) : new Point(head.id(), head.revision(), state.txn());
    }

    static List<Change> after(@Nullable Point from, int limit, State state, NativeCursor cursor) {
        List<Change> changes = new ArrayList<>();
        Point now = point(state);
        if (limit <= 0 || now.equals(from)) {
            return changes;
        }
        if (from == null) {
            changes.add(gap(now));
            return changes;
        }
        boolean unlogged = from.id == 0 && from.revision == 0 && now.id != 0; // seen before the log began
        if (!unlogged && from.id != now.id || from.revision > now.revision) {
            changes.add(gap(now));
            return changes;
        }
        long seen = from.txn;
        for (long revision = oldest(from, now, changes, cursor); revision <= now.revision; revision++) {
            LogEntry entry = LogEdit.read(cursor, revision);
            if (changes.size() >= limit) {
                return changes;
            }
            if (entry == null) { // overwritten between the slots: cannot happen in one snapshot, but costs nothing
                changes.clear();
                changes.add(gap(now));
                return changes;
            }
            boolean known = entry.kind() == Change.Kind.GAP && entry.txn() <= seen;
            if (!known) {
                seen = Math.max(seen, entry.txn());
                changes.add(new Change(
                        entry.kind(), entry.from(), entry.to(), new Point(now.id, revision, seen).toRevision()));
            }
        }
        LogHead head = state.log();
        long logged = head == null ? 0 : head.txn();
        if (changes.size() < limit && logged != state.txn() && seen < state.txn()) {
            changes.add(gap(now));
        }
        return changes;
    }

    /** Finds the first revision to tell, after a gap if the ones before it are forgotten. */
    private static long oldest(Point from, Point now, List<Change> changes, NativeCursor cursor) {
        long first = Math.max(from.revision + 1, now.revision - LogEntry.SLOTS + 1);
        if (first > from.revision + 1) {
            LogEntry entry = LogEdit.read(cursor, first);
            long txn = entry == null ? from.txn : entry.txn() - 1;
            changes.add(gap(new Point(now.id, first - 1, Math.max(from.txn, txn))));
        }
        return first;
    }

    private static Change gap(Point at) {
        return new Change(Change.Kind.GAP, 0, 0, at.toRevision());
    }
}
