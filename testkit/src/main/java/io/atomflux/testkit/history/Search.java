package io.atomflux.testkit.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Looks for an order of the steps that explains all replies, depth first and without recursion.
 *
 * <p>After Wing and Gong, "Testing and verifying concurrent objects" (1993), with Lowe's memory of configurations
 * ("Testing for linearizability", 2017). What makes it quick here:
 *
 * <ul>
 *   <li>a call without effect whose reply fits takes place at once: later could be no better;
 *   <li>sizes that changes were told, and contents yet to be seen by others ({@link Contents}), leave few candidates;
 *   <li>a change of unknown outcome of which anybody saw something took effect before that reply, so it is certain;
 *   <li>the other unknown ones are tried only where nothing certain fits, and in a row at most as many as the caller
 *       says; those that move no row only if they explain a conflict.
 * </ul>
 *
 * The file is long because the search and the state it steps through belong together.
 */
final class Search {

    /** What a search ended with. */
    enum Result {
        FOUND,
        EXHAUSTED,
        OUT_OF_BUDGET
    }

    private final Contents contents;
    private final List<Step> steps; // certain ones, by their beginning
    private final List<Step> unknown;
    private final long[] random;
    private final int[] next; // list of the steps not taken; the end is its head, too
    private final int[] previous;
    private final Rows rows;
    private final long[] made; // bits of unknown ones
    private long takenHash;
    private int taken;
    private final Numbers trail = new Numbers(); // steps taken; unknown ones as ~number
    private long[] now = {Long.MIN_VALUE, 0}; // the latest beginning of the steps taken, for each length of the trail
    private final Numbers candidates = new Numbers();
    private final Numbers frames = new Numbers(); // five numbers each, see push
    private Visited visited = new Visited();
    private SplittableRandom order = new SplittableRandom(0);
    private int disorder;
    private boolean unseen;
    private int furthest = -1;
    private String obstacle = "";

    Search(Contents contents, List<Step> steps, List<Step> unknown) {
        this.contents = contents;
        this.steps = steps;
        this.unknown = unknown;
        this.rows = new Rows(contents);
        this.random = new SplittableRandom(42).longs(steps.size()).toArray();
        this.next = new int[steps.size() + 1];
        this.previous = new int[steps.size() + 1];
        for (int i = 0; i <= steps.size(); i++) {
            next[i] = i == steps.size() ? 0 : i + 1;
            previous[i] = i == 0 ? steps.size() : i - 1;
        }
        this.made = new long[(unknown.size() + 63) / 64];
        steps.forEach(contents::note);
    }

    long configurations() {
        return visited.count();
    }

    /** Returns how far the best attempt came, and what did not fit there. */
    String obstacle() {
        return obstacle;
    }

    private static final int FRAME = 5;

    /** Opens a frame: where its trail and candidates begin, which is next, how many unknown in a row, whether all known. */
    private void push(int trailStart, int inARow) {
        frames.add(trailStart);
        frames.add(candidates.size());
        frames.add(candidates.size());
        frames.add(inARow);
        frames.add(0);
    }

    /**
     * Goes on from where the last search that found an order ended, and stays there if it finds none.
     *
     * @param until explain all that ended before this time
     * @param inARow how many unknown changes may take effect with nothing certain between them
     * @param unseen whether rows may have come and gone that nobody ever saw
     * @param budget how many configurations to look at
     * @param attempt 0 tries candidates by their deadline, each further attempt in another order near that one
     */
    Result run(long until, int inARow, boolean unseen, long budget, int attempt) {
        this.unseen = unseen;
        visited = new Visited();
        order = new SplittableRandom(attempt);
        disorder = attempt;
        int base = trail.size();
        enter(base, 0);
        Result result = Result.EXHAUSTED;
        while (frames.size() > 0 && result == Result.EXHAUSTED) {
            int frame = frames.size() - FRAME;
            if (earliestDeadline() >= until) {
                result = Result.FOUND;
            } else if (visited.count() > budget) {
                result = Result.OUT_OF_BUDGET;
            } else if (frames.get(frame + 2) == candidates.size() && !addUnknown(frame, inARow)) {
                leave(frame);
            } else {
                int candidate = candidates.get(frames.get(frame + 2));
                frames.set(frame + 2, frames.get(frame + 2) + 1);
                step(candidate, frames.get(frame + 3));
            }
        }
        frames.shrink(0);
        candidates.shrink(0);
        if (result != Result.FOUND) {
            undoTo(base);
        }
        return result;
    }

    /** Returns the place reached, for {@link #goBack}. */
    int place() {
        return trail.size();
    }

    /** Goes back to a place reached before. */
    void goBack(int place) {
        undoTo(place);
    }

    /** Tells whether nobody can have come to this quiescent point with more unknown changes left than are left here. */
    boolean isUnspent(long start) {
        for (int i = 0; i < unknown.size(); i++) {
            if ((made[i >> 6] & 1L << i) != 0 && unknown.get(i).deadline >= start) {
                return false;
            }
        }
        return steps.stream().noneMatch(step -> step.invoked < start && step.deadline >= start);
    }

    /** Tries one change and opens a frame behind it, unless that place is known. */
    private void step(int candidate, int inARow) {
        int start = trail.size();
        boolean certain = candidate >= 0;
        if (!rows.apply(certain ? steps.get(candidate) : unknown.get(~candidate))) {
            throw new IllegalStateException("a candidate that does not fit");
        }
        take(candidate);
        enter(start, certain ? 0 : inARow + 1);
    }

    /** Takes what fits without effect, then opens a frame, or goes back. */
    private void enter(int start, int inARow) {
        int before = trail.size();
        takeEffectless();
        int row = trail.size() > before ? 0 : inARow;
        if (!visited.add(takenHash, rows.hash() * 31 + row + 1, made)) {
            undoTo(start);
            return;
        }
        push(start, row);
        addCertain();
    }

    private void leave(int frame) {
        if (taken > furthest) {
            furthest = taken;
            obstacle = describe();
        }
        undoTo(frames.get(frame));
        candidates.shrink(frames.get(frame + 1));
        frames.shrink(frame);
    }

    private void take(int candidate) {
        if (trail.size() + 1 >= now.length) {
            now = Arrays.copyOf(now, 2 * now.length);
        }
        long invoked = (candidate < 0 ? unknown.get(~candidate) : steps.get(candidate)).invoked;
        now[trail.size() + 1] = Math.max(now[trail.size()], invoked);
        trail.add(candidate);
        if (candidate < 0) {
            made[~candidate >> 6] ^= 1L << ~candidate;
            return;
        }
        for (int row : steps.get(candidate).seen()) {
            contents.count(row, -1);
        }
        next[previous[candidate]] = next[candidate];
        previous[next[candidate]] = previous[candidate];
        takenHash ^= random[candidate];
        taken++;
    }

    private void undoTo(int start) {
        while (trail.size() > start) {
            int last = trail.pop();
            if (last < 0) {
                made[~last >> 6] ^= 1L << ~last;
                rows.undo();
                continue;
            }
            Step step = steps.get(last);
            for (int row : step.seen()) {
                contents.count(row, 1);
            }
            next[previous[last]] = last;
            previous[next[last]] = last;
            takenHash ^= random[last];
            taken--;
            if (!step.effectless) {
                rows.undo();
            }
        }
    }

    private int head() {
        return steps.size();
    }

    private void takeEffectless() {
        boolean again = true;
        while (again) {
            again = false;
            long earliest = Long.MAX_VALUE;
            for (int i = next[head()]; i != head() && steps.get(i).invoked <= earliest; i = next[i]) {
                Step step = steps.get(i);
                if (step.effectless && step.fits(rows)) {
                    take(i);
                    again = true; // it may have been what others waited for
                } else {
                    earliest = Math.min(earliest, step.deadline);
                }
            }
        }
    }

    /** Adds the certain changes that may come next, those that write what is awaited first, then by deadline. */
    private void addCertain() {
        List<Integer> found = new ArrayList<>();
        long earliest = Long.MAX_VALUE;
        for (int i = next[head()]; i != head() && steps.get(i).invoked <= earliest; i = next[i]) {
            Step step = steps.get(i);
            if (!step.effectless && isPossible(i)) {
                found.add(i);
            }
            earliest = Math.min(earliest, step.deadline);
        }
        found.sort(Comparator.comparing((Integer i) -> !isAwaited(i)).thenComparing(i -> steps.get(i).deadline));
        if (disorder > 0 && found.size() > 1 && order.nextInt(4) == 0) {
            Collections.swap(found, 0, order.nextInt(1, found.size()));
        }
        found.forEach(candidates::add);
    }

    /** Adds the unknown changes that may come next, once; tells whether there are any. */
    private boolean addUnknown(int frame, int inARow) {
        if (frames.get(frame + 4) == 1 || frames.get(frame + 3) >= inARow) {
            return false;
        }
        frames.set(frame + 4, 1);
        long earliest = earliestDeadline();
        for (int i = 0; i < unknown.size() && unknown.get(i).invoked <= earliest; i++) {
            if ((made[i >> 6] & 1L << i) == 0
                    && unknown.get(i).deadline >= now[trail.size()]
                    && helps(unknown.get(i))
                    && isPossible(~i)) {
                candidates.add(~i);
            }
        }
        return frames.get(frame + 2) < candidates.size();
    }

    /** Tells whether a change can be next: as it was told, and with what others are yet to see. */
    private boolean isPossible(int candidate) {
        if (!rows.apply(candidate >= 0 ? steps.get(candidate) : unknown.get(~candidate))) {
            return false;
        }
        boolean possible = rows.isInPlace();
        long earliest = Long.MAX_VALUE;
        int first = -1;
        int second = -1;
        for (int i = next[head()]; possible && i != head() && steps.get(i).invoked <= earliest; i = next[i]) {
            Step step = steps.get(i);
            possible = !step.isWholeRead() || rows.mayPrecede(step);
            if (step.deadline < earliest) {
                earliest = step.deadline;
            }
            if (i != candidate && step.sizeBefore() >= 0) {
                if (first < 0 || step.deadline < steps.get(first).deadline) {
                    second = first;
                    first = i;
                } else if (second < 0 || step.deadline < steps.get(second).deadline) {
                    second = i;
                }
            }
        }
        possible = possible && isReachable(first, candidate) && isReachable(second, candidate);
        rows.undo();
        return possible;
    }

    /** Tells whether enough changes can come before a step to give it the number of rows it was told. */
    private boolean isReachable(int target, int candidate) {
        if (target < 0 || steps.get(target).sizeBefore() == rows.size()) {
            return true;
        }
        long wanted = steps.get(target).sizeBefore();
        long deadline = steps.get(target).deadline;
        boolean up = wanted > rows.size();
        int low = (int) Math.min(wanted, rows.size());
        BitSet missing = new BitSet(); // of the single steps between the two sizes
        missing.set(0, (int) Math.abs(wanted - rows.size()));
        long free = 0; // changes that fit anywhere
        for (int i = next[head()]; i != head() && steps.get(i).invoked <= deadline; i = next[i]) {
            Step step = steps.get(i);
            int growth = step.growth();
            if (i == candidate || growth == 0 && step.kind != Call.Kind.CLEAR || step.effectless) {
                continue;
            }
            if (step.kind == Call.Kind.CLEAR) {
                free += up ? 0 : Integer.MAX_VALUE;
            } else if (growth > 0 == up) {
                if (step.isTold()) {
                    int from = (int) Math.min(step.toldSize(), step.sizeBefore()) - low;
                    missing.clear(Math.max(0, from), Math.max(0, from + Math.abs(growth)));
                } else {
                    free += Math.abs(growth);
                }
            }
        }
        for (int i = 0; i < unknown.size() && unknown.get(i).invoked <= deadline && free < missing.cardinality(); i++) {
            Step step = unknown.get(i);
            if ((made[i >> 6] & 1L << i) == 0 && ~i != candidate && step.deadline >= now[trail.size()]) {
                if (step.kind == Call.Kind.CLEAR) {
                    free += up ? 0 : Integer.MAX_VALUE;
                } else if (step.growth() > 0 == up) {
                    free += Math.abs(step.growth());
                }
            }
        }
        return missing.cardinality() <= free;
    }

    /** A change of unknown outcome that would now write just what was seen: nothing is more likely. */
    private boolean isAwaited(int candidate) {
        Step step = steps.get(candidate);
        if (step.isTold()) {
            return false;
        }
        rows.apply(step);
        boolean awaited = rows.isAwaited();
        rows.undo();
        return awaited;
    }

    private long earliestDeadline() {
        long earliest = Long.MAX_VALUE;
        for (int i = next[head()]; i != head() && steps.get(i).invoked <= earliest; i = next[i]) {
            earliest = Math.min(earliest, steps.get(i).deadline);
        }
        return earliest;
    }

    /** What nobody saw and moves no row makes a difference only to a conflict about the row it replaces. */
    private boolean helps(Step change) {
        if (change.kind == Call.Kind.APPEND || change.kind == Call.Kind.INSERT) {
            return unseen;
        }
        if (change.kind != Call.Kind.SET && change.kind != Call.Kind.SET_IF && change.kind != Call.Kind.UPDATE) {
            return true;
        }
        int position = rows.position(change.index);
        for (int i = next[head()]; i != head() && position >= 0; i = next[i]) {
            Step step = steps.get(i);
            if (step.event.reply().kind() == Reply.Kind.CONFLICT && step.expected == rows.at(position)) {
                return true;
            }
        }
        return false;
    }

    private String describe() {
        List<Step> waiting = new ArrayList<>();
        long earliest = Long.MAX_VALUE;
        for (int i = next[head()]; i != head() && steps.get(i).invoked <= earliest; i = next[i]) {
            waiting.add(steps.get(i));
            earliest = Math.min(earliest, steps.get(i).deadline);
        }
        waiting.sort(Comparator.comparingLong(step -> step.deadline));
        StringBuilder text =
                new StringBuilder("the best order explains %d of %d calls and ends with %s; none of these fits next:"
                        .formatted(taken, steps.size(), rows));
        waiting.stream().limit(12).forEach(step -> text.append("\n  ").append(step.event));
        if (waiting.size() > 12) {
            text.append("\n  and ").append(waiting.size() - 12).append(" more");
        }
        return text.toString();
    }

    /** A growing list of numbers. */
    private static final class Numbers {
        private int[] values = new int[1024];
        private int size;

        int size() {
            return size;
        }

        int get(int index) {
            return values[index];
        }

        void set(int index, int value) {
            values[index] = value;
        }

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int pop() {
            return values[--size];
        }

        void shrink(int to) {
            size = to;
        }
    }
}
