package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What the root tells followers: one element for each of the last publishes.
 *
 * <p>Each publish pushes exactly one, cut to a fixed length by the same update, so that the last element belongs to the
 * revision the root shows, the one before to the revision before, and so on. An append pushes {@code {n: rows, i: id}}; where
 * they went follows from the size the root shows and the elements behind, so that appenders need not know it. Any other
 * publish pushes {@code {d: change of the size, c: ranges, i: id}}, the ranges as triples of kind, start and end; without
 * {@code c} when they are too many to tell. The id is the one its number went on from, which no other publish has: who lost a
 * reply finds the size after its own publish by it. Conditions of publishes do not read the log: it can be wrong in no way
 * that harms rows.
 */
final class ChangeLog {

    private static final int MOST_RANGES = 4; // the log stays below 18 KiB of the root's 64 KiB
    private static final Change.Kind[] KINDS = Change.Kind.values();
    private static final Pattern TOKEN = Pattern.compile("(\\d{1,18})\\.(\\d{1,9})\\.(\\d{1,9})");

    private final List<long[]> ranges = new ArrayList<>();
    private boolean tooMany;

    static BsonDocument push(BsonValue element, int most) {
        return doc("$each", Bson.array(List.of(element)), "$slice", -most);
    }

    void add(Change.Kind kind, long from, long to) {
        if (ranges.size() == MOST_RANGES) {
            tooMany = true;
        } else {
            ranges.add(new long[] {kind.ordinal(), from, to});
        }
    }

    /** Adds each run of neighbouring positions, the highest first, so that deletions do not move what follows. */
    void addEach(Change.Kind kind, long[] ascending) {
        for (int end = ascending.length; end > 0 && !tooMany; ) {
            int start = end - 1;
            while (start > 0 && ascending[start - 1] == ascending[start] - 1) {
                start--;
            }
            add(kind, ascending[start], ascending[end - 1] + 1);
            end = start;
        }
    }

    void addAll(ChangeLog more) {
        tooMany |= more.tooMany;
        more.ranges.forEach(range -> add(KINDS[(int) range[0]], range[1], range[2]));
    }

    static BsonDocument appended(long rows, long id) {
        return doc("n", rows, "i", id);
    }

    /** Finds the size after a publish, in a root read later; empty if the log does not reach back to it. */
    static OptionalLong sizeAfter(long id, long size, BsonArray log) {
        long after = size;
        for (int i = log.size() - 1; i >= 0; i--) {
            BsonDocument element = log.get(i).asDocument();
            if (Bson.idOrZero(element, "i") == id) {
                return OptionalLong.of(after);
            }
            after -= delta(element);
        }
        return OptionalLong.empty();
    }

    private static long delta(BsonDocument element) {
        return Bson.number(element, element.containsKey("n") ? "n" : "d");
    }

    BsonDocument toBson(long delta, long id) {
        BsonDocument element = doc("d", delta, "i", id);
        if (!tooMany) {
            long[] flat = ranges.stream().flatMapToLong(Arrays::stream).toArray();
            element.append("c", Page.Longs.toBson(flat));
        }
        return element;
    }

    // ------------------------------------------------------------------ following

    /**
     * Where a follower is: after so many of all the changes of a publish.
     *
     * @param rev the publish
     * @param told changes told
     * @param all changes it made
     */
    record Place(long rev, int told, int all) {
        Revision revision() {
            return new Revision(rev + "." + told + "." + all);
        }

        static @Nullable Place of(Revision revision) {
            Matcher parts = TOKEN.matcher(revision.token());
            return parts.matches()
                    ? new Place(
                            Long.parseLong(parts.group(1)),
                            Integer.parseInt(parts.group(2)),
                            Integer.parseInt(parts.group(3)))
                    : null;
        }
    }

    /**
     * Tells what happened after a place, oldest first.
     *
     * @param from the place; null for one that is not known
     * @return one gap if the log does not reach back to it
     */
    static List<Change> after(@Nullable Place from, long rev, long size, BsonArray log) {
        Change gap = new Change(Change.Kind.GAP, 0, 0, new Place(rev, 0, 0).revision());
        if (from == null || from.rev() > rev || from.rev() < 0) {
            return List.of(gap);
        }
        long wanted = from.told() < from.all() ? from.rev() : from.rev() + 1;
        if (wanted <= rev - log.size()) {
            return List.of(gap);
        }
        List<List<Change>> newestFirst = new ArrayList<>();
        long sizeAfter = size;
        long at = rev;
        for (int i = log.size() - 1; at >= wanted; i--, at--) {
            BsonDocument element = log.get(i).asDocument();
            long delta = delta(element);
            newestFirst.add(changes(element, at, sizeAfter - delta, sizeAfter));
            sizeAfter -= delta;
        }
        List<Change> changes = new ArrayList<>();
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            List<Change> publish = newestFirst.get(i);
            boolean first = i == newestFirst.size() - 1 && wanted == from.rev();
            changes.addAll(publish.subList(first ? Math.min(from.told(), publish.size()) : 0, publish.size()));
        }
        return changes;
    }

    private static List<Change> changes(BsonDocument element, long rev, long sizeBefore, long sizeAfter) {
        if (element.containsKey("n")) {
            return List.of(new Change(Change.Kind.APPENDED, sizeBefore, sizeAfter, new Place(rev, 1, 1).revision()));
        }
        if (!element.containsKey("c")) {
            return List.of(new Change(Change.Kind.GAP, 0, 0, new Place(rev, 1, 1).revision()));
        }
        long[] flat = Page.Longs.fromBson(element, "c");
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i + 2 < flat.length; i += 3) {
            changes.add(new Change(
                    KINDS[(int) flat[i]],
                    flat[i + 1],
                    flat[i + 2],
                    new Place(rev, i / 3 + 1, flat.length / 3).revision()));
        }
        return changes;
    }
}
