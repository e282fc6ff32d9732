package io.atomflux.memory;

import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #LENGTH} changes of a store, numbered from 1.
 *
 * <p>For writers and followers alike; every method is a short critical section that calls nobody.
 */
final class History {

    static final int LENGTH = 1024;

    private final String incarnation; // a store made anew after remove does not answer for the old one
    private final @Nullable Change[] ring = new @Nullable Change[LENGTH];
    private long last;
    private long forgotten; // changes up to this number cannot be told

    History(String incarnation) {
        this.incarnation = incarnation;
    }

    synchronized void add(Change.Kind kind, long from, long to) {
        last++;
        ring[(int) (last % LENGTH)] = new Change(kind, from, to, revision(last));
        forgotten = Math.max(forgotten, last - LENGTH);
    }

    /** Records that more happened than can be told one by one. */
    synchronized void addGap() {
        last++;
        forgotten = last;
    }

    synchronized Revision revision() {
        return revision(last);
    }

    private Revision revision(long number) {
        return new Revision(incarnation + ":" + number);
    }

    /** Tells at most {@code limit} changes after a state, oldest first; only a gap up to now if it is not remembered. */
    synchronized List<Change> after(Revision from, int limit) {
        Optional<Long> known = number(from);
        if (known.isEmpty() || known.get() < forgotten) {
            return List.of(new Change(Change.Kind.GAP, 0, 0, revision(last)));
        }
        List<Change> changes = new ArrayList<>();
        for (long next = known.get() + 1; next <= last && changes.size() < limit; next++) {
            changes.add(Objects.requireNonNull(ring[(int) (next % LENGTH)]));
        }
        return changes;
    }

    private Optional<Long> number(Revision revision) {
        String[] parts = revision.token().split(":", 2);
        if (parts.length != 2 || !parts[0].equals(incarnation) || !parts[1].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        long number = Long.parseLong(parts[1]);
        return number > last ? Optional.empty() : Optional.of(number);
    }

    /** Records the rows at ascending positions, each run of neighbours as one change, the highest first. */
    void addEach(Change.Kind kind, long[] ascending) {
        List<long[]> runs = new ArrayList<>();
        for (int i = 0; i < ascending.length && runs.size() <= LENGTH / 4; ) {
            int end = i + 1;
            while (end < ascending.length && ascending[end] == ascending[end - 1] + 1) {
                end++;
            }
            runs.add(new long[] {ascending[i], ascending[end - 1] + 1});
            i = end;
        }
        if (runs.size() > LENGTH / 4) {
            addGap();
            return;
        }
        for (int i = runs.size() - 1; i >= 0; i--) { // from the end, so that deletions do not move what follows
            add(kind, runs.get(i)[0], runs.get(i)[1]);
        }
    }

    static long[] ascending(long[] positions) {
        return Arrays.stream(positions).sorted().distinct().toArray();
    }
}
