package io.atomflux.testkit.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a history is linearizable: whether its calls can be put in one order, each at an instant between its
 * beginning and its end, in which a list of rows would have answered as the store did.
 *
 * <p>Calls of unknown outcome count as either, whenever after their beginning; those {@link Reply.Kind#NOT_APPLIED} never
 * happened, and what they would have written must not be seen. First come checks that name what is wrong: rows nobody
 * wrote, rows that stand twice, come back, are swapped or missing. Then the search, whose message names the calls that
 * do not fit behind the best order.
 *
 * <p>Memory and time are bounded by a budget of configurations, of about 50 bytes each; what is not decided within it
 * is said to be so, and fails {@link Verdict#assertLinearizable}.
 */
public final class HistoryChecker {

    private static final long BUDGET = 4_000_000;
    private static final int[] IN_A_ROW = {1, 2, 1, 2, 3, Integer.MAX_VALUE}; // the first two without unseen rows
    private static final long FIRST_SHARE = 10_000;

    private HistoryChecker() {}

    /** Judges with a budget of four million configurations. */
    public static Verdict check(History history) {
        return check(history, BUDGET);
    }

    /**
     * Judges a history.
     *
     * @param budget how many configurations to look at, in all
     * @throws IllegalArgumentException if a tag or mark was used by two calls, or a call names none
     */
    public static Verdict check(History history, long budget) {
        Optional<String> wrong = PlainChecks.firstProblem(history);
        if (wrong.isPresent()) {
            return new Verdict(Verdict.Kind.VIOLATED, wrong.get(), 0);
        }
        Contents contents = new Contents();
        List<Step> certain = new ArrayList<>();
        List<Step> unknown = new ArrayList<>();
        Map<Long, Long> seen = firstSeen(history);
        for (Event event : history.events()) {
            switch (event.reply().kind()) {
                case DONE, OUT_OF_RANGE, CONFLICT -> certain.add(new Step(event, contents, event.returned()));
                case UNKNOWN -> {
                    if (!event.call().isRead()) {
                        Optional<Long> deadline = deadline(event, seen);
                        deadline.ifPresentOrElse(
                                by -> certain.add(new Step(event, contents, Math.min(by, event.returned()))),
                                () -> unknown.add(new Step(event, contents, event.returned())));
                    }
                }
                case NOT_APPLIED -> {} // never happened
            }
        }
        return search(new Search(contents, certain, unknown), quiescence(certain), unknown.size(), budget);
    }

    /**
     * Searches from one quiescent point to the next, each time further and in another order: a wrong turn early on can
     * cost more than all the rest, and another order does not take it. Where that does not help, an earlier part used up
     * the wrong unknown changes, and is searched again.
     */
    private static Verdict search(Search search, List<Long> ends, int unknown, long budget) {
        long used = 0;
        int[] places = new int[ends.size() + 1];
        int[] attempts = new int[ends.size()];
        int[] levels = new int[ends.size()];
        int setbacks = 0;
        int part = 0;
        while (part < ends.size() && used < budget) {
            long share = Math.min(budget - used, FIRST_SHARE << Math.min(attempts[part] / 4, 30));
            int level = levels[part];
            int inARow = Math.min(IN_A_ROW[level], unknown);
            Search.Result result = search.run(ends.get(part), inARow, level > 1, share, attempts[part]++);
            used += search.configurations();
            boolean tryEarlier = false;
            switch (result) {
                case FOUND -> places[++part] = search.place();
                case OUT_OF_BUDGET -> {
                    tryEarlier = part > 0 && attempts[part] % 8 == 0;
                    levels[part] = attempts[part] % 3 == 0 ? Math.min(level + 1, 3) : level;
                }
                case EXHAUSTED -> {
                    if (inARow < unknown || level <= 1 && unknown > 0) {
                        levels[part]++;
                    } else if (search.isUnspent(part == 0 ? Long.MIN_VALUE : ends.get(part - 1))) {
                        String message = "no order explains all replies: " + search.obstacle();
                        return new Verdict(Verdict.Kind.VIOLATED, message, used);
                    } else {
                        tryEarlier = true;
                    }
                }
            }
            if (tryEarlier) {
                part = Math.max(0, part - 1 - setbacks++ % 4);
                search.goBack(places[part]);
            }
        }
        return part == ends.size()
                ? new Verdict(Verdict.Kind.LINEARIZABLE, "an order explains every reply", used)
                : new Verdict(
                        Verdict.Kind.UNDECIDED,
                        "gave up after %d configurations (%d changes of unknown outcome); %s"
                                .formatted(used, unknown, search.obstacle()),
                        used);
    }

    /** Returns moments at which nothing ran and all rows had just been read, and the end. */
    private static List<Long> quiescence(List<Step> steps) {
        List<Long> ends = new ArrayList<>();
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (i > 0 && latest < step.invoked && steps.get(i - 1).isWholeRead()) {
                ends.add(step.invoked);
            }
            if (step.event.reply().kind() != Reply.Kind.UNKNOWN) { // a late change spans what it may
                latest = Math.max(latest, step.deadline);
            }
        }
        ends.add(Long.MAX_VALUE);
        return ends;
    }

    /** Returns for each tag and mark that was seen the end of the first call that saw it. */
    private static Map<Long, Long> firstSeen(History history) {
        Map<Long, Long> seen = new HashMap<>();
        for (Event event : history.events()) {
            if (event.reply().kind() == Reply.Kind.DONE) {
                List<Content> rows = new ArrayList<>(event.reply().rows());
                rows.add(event.call().expected());
                for (Content row : rows) {
                    seen.merge(row.tag(), event.returned(), Math::min);
                    seen.merge(row.mark(), event.returned(), Math::min);
                }
            }
        }
        return seen;
    }

    private static Optional<Long> deadline(Event event, Map<Long, Long> seen) {
        return event.call().values().stream()
                .filter(seen::containsKey)
                .map(seen::get)
                .min(Long::compare);
    }
}
