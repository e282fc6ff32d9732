package io.atomflux.cli.system;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What writers said of one store, and whether the rows that were read can be explained by it.
 *
 * <p>Every row has an {@code id} of its own, and a number {@code n} that counts changes. A writer prints for each call
 * {@code begin CALL NANOSECONDS WHAT TARGET ADDED}, and at its end {@code done CALL NANOSECONDS}, or {@code refused} with the
 * same if nothing was done; a call that did not end may have been done or not. Times are of the clock that all processes of
 * one machine share. WHAT is:
 *
 * <ul>
 *   <li>{@code append}, {@code front}, {@code insert}: rows ADDED behind all, before all, or elsewhere;
 *   <li>{@code replace}: the row TARGET became the row ADDED; {@code remove}: it went;
 *   <li>{@code count}: its {@code n} is one more; {@code mark}: its {@code mark} is the CALL.
 * </ul>
 *
 * A TARGET of {@code ?} is a row that the writer did not know. Methods may be called by any thread.
 */
final class Ledger {

    private static final class Call {
        final String name;
        final long begun;
        final String what;
        final String target;
        final List<String> added;
        long done = Long.MAX_VALUE;
        boolean refused;

        Call(String[] words) {
            this.name = words[1];
            this.begun = Long.parseLong(words[2]);
            this.what = words[3];
            this.target = words[4];
            this.added = words[5].equals("-") ? List.of() : List.of(words[5].split(","));
        }

        boolean isDone() {
            return done != Long.MAX_VALUE;
        }

        boolean takesAway() {
            return what.equals("remove") || what.equals("replace");
        }
    }

    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Map<String, Call> origin = new HashMap<>();
    private final List<List<String>> orders = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    /** Takes in a line of a writer. */
    synchronized void hear(String line) {
        String[] words = line.split(" ", 6);
        switch (words[0]) {
            case "begin" -> {
                Call call = new Call(words);
                calls.put(call.name, call);
                call.added.forEach(id -> origin.put(id, call));
            }
            case "done" -> calls.get(words[1]).done = Long.parseLong(words[2]);
            case "refused" -> calls.get(words[1]).refused = true;
            default -> others.add(line);
        }
    }

    /** Takes in what a reader saw while the writers wrote: the ids of all rows at one instant. */
    synchronized void saw(List<String> ids) {
        orders.add(List.copyOf(ids));
    }

    synchronized List<String> others() {
        return List.copyOf(others);
    }

    synchronized int orders() {
        return orders.size();
    }

    /** Returns how many calls of a kind were acknowledged. */
    synchronized long done(String what) {
        return calls.values().stream()
                .filter(call -> call.what.equals(what) && call.isDone())
                .count();
    }

    /** Returns the ids of rows that calls without an end meant to add. */
    synchronized Set<String> unknown() {
        Set<String> ids = new HashSet<>();
        calls.values().stream().filter(call -> !call.isDone() && !call.refused).forEach(call -> ids.addAll(call.added));
        return ids;
    }

    /** Returns what contradicts the rows that stand there in the end; empty if all is explained. */
    synchronized List<String> contradictions(List<Row> rows) {
        List<String> wrong = new ArrayList<>();
        Map<String, Row> found = new LinkedHashMap<>();
        for (Row row : rows) {
            String id = String.valueOf(row.get("id"));
            if (found.put(id, row) != null) {
                wrong.add(id + " stands twice");
            }
        }
        existence(found, wrong);
        values(found, wrong);
        order(new ArrayList<>(found.keySet()), wrong);
        return wrong;
    }

    private void existence(Map<String, Row> found, List<String> wrong) {
        Set<String> taken = new HashSet<>();
        Set<String> perhapsTaken = new HashSet<>();
        int takenUnseen = 0;
        int perhapsTakenUnseen = 0;
        for (Call call : calls.values()) {
            if (call.takesAway() && !call.refused) {
                if (call.target.equals("?")) {
                    takenUnseen += call.isDone() ? 1 : 0;
                    perhapsTakenUnseen += call.isDone() ? 0 : 1;
                } else if (call.isDone() && !taken.add(call.target)) {
                    wrong.add(call.target + " was taken away twice");
                } else if (!call.isDone()) {
                    perhapsTaken.add(call.target);
                }
            }
        }
        for (String id : found.keySet()) {
            if (!origin.containsKey(id)) {
                wrong.add(id + " was written by nobody");
            } else if (origin.get(id).refused) {
                wrong.add(id + " was refused and is there");
            } else if (taken.contains(id)) {
                wrong.add(id + " was taken away and is there");
            }
        }
        List<String> missing = new ArrayList<>();
        int perhapsMissing = 0;
        for (Call call : calls.values()) {
            for (String id : call.added) {
                if (!found.containsKey(id) && !taken.contains(id) && !call.refused) {
                    if (call.isDone() && !perhapsTaken.contains(id)) {
                        missing.add(id);
                    } else {
                        perhapsMissing++;
                    }
                }
            }
        }
        if (missing.size() > takenUnseen + perhapsTakenUnseen) {
            wrong.add("%d rows are missing (%s), of which Python took away at most %d"
                    .formatted(missing.size(), missing, takenUnseen + perhapsTakenUnseen));
        }
        if (missing.size() + perhapsMissing < takenUnseen) {
            wrong.add("%d rows are missing, or perhaps %d more, but Python took away %d"
                    .formatted(missing.size(), perhapsMissing, takenUnseen));
        }
    }

    private void values(Map<String, Row> found, List<String> wrong) {
        Map<String, Integer> counted = new HashMap<>();
        Map<String, Integer> perhaps = new HashMap<>();
        for (Call call : calls.values()) {
            if (call.what.equals("count") && !call.refused) {
                (call.isDone() ? counted : perhaps).merge(call.target, 1, Integer::sum);
            }
        }
        Map<String, String> marked = new HashMap<>();
        found.forEach((id, row) -> {
            long n = ((Number) row.get("n")).longValue();
            int least = counted.getOrDefault(id, 0);
            if (n < least || n > least + perhaps.getOrDefault(id, 0)) {
                wrong.add("%s was counted %d times (expected: %d)".formatted(id, n, least));
            }
            if (row.has("mark")) {
                String mark = String.valueOf(row.get("mark"));
                String other = marked.put(mark, id);
                if (other != null) {
                    wrong.add("%s marked both %s and %s".formatted(mark, other, id));
                }
                if (!calls.containsKey(mark) || calls.get(mark).refused) {
                    wrong.add("%s is marked by %s, which did nothing".formatted(id, mark));
                }
            }
        });
    }

    private void order(List<String> found, List<String> wrong) {
        List<List<String>> all = new ArrayList<>(orders);
        all.add(found);
        List<String> before = List.of();
        for (List<String> ids : all) {
            Map<String, Integer> at = new HashMap<>();
            for (String id : ids) {
                if (at.put(id, at.size()) != null) {
                    wrong.add(id + " was seen twice");
                }
            }
            int last = -1;
            for (String id : before) {
                int position = at.getOrDefault(id, last);
                if (position < last) {
                    wrong.add(id + " changed places with another row");
                }
                last = position;
            }
            before = ids;
        }
        ends("append", found, wrong);
        List<String> backwards = new ArrayList<>(found);
        java.util.Collections.reverse(backwards);
        ends("front", backwards, wrong);
        bothEnds(found, wrong);
    }

    /** What was added at one end stands there in the order of the calls, as far as one ended before the other began. */
    private void ends(String what, List<String> outwards, List<String> wrong) {
        long latest = Long.MIN_VALUE;
        String latestId = "";
        for (String id : outwards) {
            Call call = origin.get(id);
            if (call == null || !call.what.equals(what)) {
                continue;
            }
            if (call.done < latest) {
                wrong.add("%s (%s) stands outside of %s, which began later".formatted(id, what, latestId));
            }
            if (call.begun > latest) {
                latest = call.begun;
                latestId = id;
            }
        }
        Map<String, Integer> next = new HashMap<>();
        for (String id : outwards) {
            Call call = origin.get(id);
            if (call != null && call.what.equals(what)) {
                int number = call.added.indexOf(id);
                if (number < next.getOrDefault(call.name, 0)) {
                    wrong.add(id + " stands in another order than it was added in");
                }
                next.put(call.name, number);
            }
        }
    }

    /** A row put before all and one put behind all cannot have changed sides, whichever came first. */
    private void bothEnds(List<String> found, List<String> wrong) {
        String behind = "";
        for (String id : found) {
            Call call = origin.get(id);
            if (call != null && call.what.equals("append")) {
                behind = id;
            } else if (call != null && call.what.equals("front") && !behind.isEmpty()) {
                wrong.add("%s was put before all rows and stands behind %s".formatted(id, behind));
            }
        }
    }
}
