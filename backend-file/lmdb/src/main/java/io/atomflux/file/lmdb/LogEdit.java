package io.atomflux.file.lmdb;

import io.atomflux.value.Change;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what one transaction changed, and writes it into the log with the rest of the transaction. */
final class LogEdit {

    /** A change of more ranges is told less exactly, so that it does not push everything else out of the log. */
    private static final int MOST_RANGES = 128;

    private static final SecureRandom IDS = new SecureRandom();

    private record Range(Change.Kind kind, long from, long to) {}

    private final State before;
    private final List<Range> ranges = new ArrayList<>();

    LogEdit(State before) {
        this.before = before;
    }

    void add(Change.Kind kind, long from, long to) {
        ranges.add(new Range(kind, from, to));
    }

    /** Notes rows with new content, given ascending and each once. */
    void replaced(long[] positions) {
        List<Range> found = runs(Change.Kind.REPLACED, positions);
        if (found.size() > MOST_RANGES) {
            add(Change.Kind.REPLACED, positions[0], positions[positions.length - 1] + 1);
        } else {
            ranges.addAll(found);
        }
    }

    /** Notes rows taken away, given ascending and each once; told from the last to the first, so that each range is right. */
    void deleted(long[] positions) {
        List<Range> found = runs(Change.Kind.DELETED, positions);
        if (found.size() > MOST_RANGES) {
            add(Change.Kind.GAP, 0, 0);
        } else {
            for (int i = found.size() - 1; i >= 0; i--) {
                ranges.add(found.get(i));
            }
        }
    }

    private static List<Range> runs(Change.Kind kind, long[] positions) {
        List<Range> found = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= positions.length; i++) {
            if (i == positions.length || positions[i] != positions[i - 1] + 1) {
                found.add(new Range(kind, positions[from], positions[i - 1] + 1));
                from = i;
                if (found.size() > MOST_RANGES) {
                    break;
                }
            }
        }
        return found;
    }

    private LogHead headBefore() {
        LogHead known = before.log();
        return known == null || known.removed() ? new LogHead(IDS.nextLong(), 0, 0, false) : known;
    }

    /** Writes the entries and the head; returns the head. */
    LogHead flush(NativeCursor cursor, long txn) {
        LogHead head = headBefore();
        long revision = head.revision();
        if (head.txn() != before.txn() && before.size() + before.next() > 0) {
            revision++; // someone who keeps no log wrote since
            put(cursor, new LogEntry(Change.Kind.GAP, 0, 0, revision, before.txn()));
        }
        for (Range range : ranges) {
            revision++;
            put(cursor, new LogEntry(range.kind, range.from, range.to, revision, txn));
        }
        LogHead after = new LogHead(head.id(), revision, txn, false);
        cursor.put(cursor.key(Layout.LOG_HEAD), after.bytes());
        return after;
    }

    private static void put(NativeCursor cursor, LogEntry entry) {
        cursor.put(cursor.key(Layout.LOG_ENTRY, entry.slot()), entry.bytes());
    }

    /** Returns the head of a store that is being removed. */
    LogHead removed(long txn) {
        return new LogHead(headBefore().id(), 0, txn, true);
    }

    static @Nullable LogEntry read(NativeCursor cursor, long revision) {
        long slot = revision % LogEntry.SLOTS;
        if (!cursor.set(cursor.key(Layout.LOG_ENTRY, slot)) || cursor.dataSize() > 64) {
            return null;
        }
        LogEntry entry = LogEntry.parse(cursor.dataBytes());
        return entry != null && entry.revision() == revision ? entry : null;
    }
}
