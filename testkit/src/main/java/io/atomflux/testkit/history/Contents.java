package io.atomflux.testkit.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Small numbers for contents of rows, and how often each is yet to be seen.
 *
 * <p>A content is written once and never comes back, so whoever takes it away must come after all who saw it.
 */
final class Contents {

    private final Map<Content, Integer> numbers = new HashMap<>();
    private final Map<Long, Long> tagsOfMarks = new HashMap<>();
    private final List<Content> all = new ArrayList<>();
    private int[] sightings = new int[256];
    private long[] lastSighting = new long[256]; // when the last call that saw it began
    private @Nullable Step[] firstRead = new Step[256];

    Contents() {
        numberOf(Content.RESERVED);
    }

    int numberOf(Content content) {
        Integer known = numbers.get(content);
        if (known != null) {
            return known;
        }
        int number = all.size();
        numbers.put(content, number);
        all.add(content);
        if (number == sightings.length) {
            sightings = Arrays.copyOf(sightings, 2 * number);
            lastSighting = Arrays.copyOf(lastSighting, 2 * number);
            firstRead = Arrays.copyOf(firstRead, 2 * number);
        }
        return number;
    }

    Content content(int number) {
        return all.get(number);
    }

    /** Changes how often a content is yet to be seen. */
    void count(int number, int change) {
        sightings[number] += change;
    }

    /** Tells whether a content may go; reserved rows are all alike, so any may. */
    boolean mayGo(int number, int except) {
        return number == 0 || sightings[number] <= except;
    }

    /** Takes note of what a call saw; to be told of all calls, by their beginning, before the search. */
    void note(Step step) {
        for (int row : step.seen()) {
            count(row, 1);
            tagsOfMarks.put(content(row).mark(), content(row).tag());
            lastSighting[row] = step.invoked;
            if (step.isWholeRead() && firstRead[row] == null) {
                firstRead[row] = step;
            }
        }
    }

    /**
     * Tells whether a content may come before a read of all rows that lacks it: not if somebody sees it after that read,
     * because it would have to go before.
     */
    boolean mayPrecede(int number, Step read) {
        return number == 0 || lastSighting[number] <= read.deadline || read.place(number) >= 0;
    }

    /** Tells whether an update may be made to a row: if it was seen, then of that row. */
    boolean mayMark(int number, long mark) {
        Long tag = tagsOfMarks.get(mark);
        return tag == null || tag == content(number).tag();
    }

    /** Tells whether somebody is yet to see a content. */
    boolean isAwaited(int number) {
        return number != 0 && sightings[number] > 0;
    }

    /** Returns a read of all rows that saw a content, if any did. */
    @Nullable
    Step firstRead(int number) {
        return number == 0 ? null : firstRead[number];
    }
}
