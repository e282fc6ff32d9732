package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.number;

import io.atomflux.value.Change;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * What Atomflux writers did, as the last {@value AsebytesDocs#LOGGED} entries of {@code af.log}.
 *
 * <p>An entry is {@code {a: attempt, k: kind, f: from, t: to, d: rows added}}. The revision counts entries ever written, so
 * the last one has the revision; where an append landed follows from the count, going back from the end.
 */
final class AsebytesLog {

    private static final int MOST_RANGES = 16;

    private AsebytesLog() {}

    /** One entry, with the size of the store after it. */
    record Entry(String attempt, Change.Kind kind, long from, long to, long revision, long sizeAfter) {}

    private static BsonDocument entry(String attempt, Change.Kind kind, long from, long to, long added) {
        return new BsonDocument("a", new BsonString(attempt))
                .append("k", new BsonString(kind.name().substring(0, 1)))
                .append("f", number(from))
                .append("t", number(to))
                .append("d", number(added));
    }

    static BsonArray appended(String attempt, List<Long> counts) {
        BsonArray entries = new BsonArray();
        counts.forEach(count -> entries.add(entry(attempt, Change.Kind.APPENDED, 0, 0, count)));
        return entries;
    }

    static BsonArray inserted(String attempt, long position, long count) {
        return new BsonArray(List.of(entry(attempt, Change.Kind.INSERTED, position, 0, count)));
    }

    static BsonArray cleared(String attempt, long size) {
        return new BsonArray(List.of(entry(attempt, Change.Kind.CLEARED, 0, size, -size)));
    }

    /** Notes rows with other content, given ascending and each once. */
    static BsonArray replaced(String attempt, long[] positions) {
        List<long[]> runs = runs(positions);
        BsonArray entries = new BsonArray();
        if (runs.size() > MOST_RANGES) {
            runs = List.of(new long[] {positions[0], positions[positions.length - 1] + 1});
        }
        runs.forEach(run -> entries.add(entry(attempt, Change.Kind.REPLACED, run[0], run[1], 0)));
        return entries;
    }

    /** Notes rows taken away, given ascending and each once; from the last to the first, so that each range is right. */
    static BsonArray deleted(String attempt, long[] positions) {
        List<long[]> runs = runs(positions);
        BsonArray entries = new BsonArray();
        if (runs.size() > MOST_RANGES) {
            entries.add(entry(attempt, Change.Kind.GAP, 0, 0, -positions.length));
            return entries;
        }
        for (int i = runs.size() - 1; i >= 0; i--) {
            long[] run = runs.get(i);
            entries.add(entry(attempt, Change.Kind.DELETED, run[0], run[1], run[0] - run[1]));
        }
        return entries;
    }

    private static List<long[]> runs(long[] positions) {
        List<long[]> found = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= positions.length; i++) {
            if (i == positions.length || positions[i] != positions[i - 1] + 1) {
                found.add(new long[] {positions[from], positions[i - 1] + 1});
                from = i;
                if (found.size() > MOST_RANGES) {
                    break;
                }
            }
        }
        return found;
    }

    /** Reads the log of the metadata, oldest first; exact as long as Python changed nothing meanwhile. */
    static List<Entry> of(BsonDocument meta, AsebytesHead head) {
        List<Entry> entries = new ArrayList<>();
        if (!(meta.get("af") instanceof BsonDocument af) || !(af.get("log") instanceof BsonArray log)) {
            return entries;
        }
        List<BsonValue> values = new ArrayList<>(log);
        long size = head.count();
        long revision = head.rev();
        for (int i = values.size() - 1; i >= 0; i--) {
            BsonDocument value = values.get(i).asDocument();
            long added = number(value.get("d"), 0);
            long before = size - added;
            long from = number(value.get("f"), 0);
            long to = number(value.get("t"), 0);
            Change.Kind kind = kind(value.getString("k").getValue());
            String attempt = value.getString("a").getValue();
            entries.add(
                    0,
                    switch (kind) {
                        case APPENDED -> new Entry(attempt, kind, before, size, revision, size);
                        case INSERTED -> {
                            long at = Math.min(from, before); // as the server clamped it
                            yield new Entry(attempt, kind, at, at + added, revision, size);
                        }
                        case REPLACED, DELETED, CLEARED, GAP -> new Entry(attempt, kind, from, to, revision, size);
                    });
            size = before;
            revision--;
        }
        return entries;
    }

    private static Change.Kind kind(String letter) {
        for (Change.Kind kind : Change.Kind.values()) {
            if (kind.name().startsWith(letter)) {
                return kind;
            }
        }
        return Change.Kind.GAP;
    }
}
