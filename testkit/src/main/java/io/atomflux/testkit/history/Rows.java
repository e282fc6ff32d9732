package io.atomflux.testkit.history;

import java.util.ArrayDeque;
import java.util.Arrays;

/** The list of rows during a search; every change can be taken back. */
final class Rows {

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    /** A span that was replaced: what stood there, and how much stands there now. */
    private record Undo(int from, int[] old, int count) {}

    private final Contents contents;
    private int[] rows = new int[64];
    private int size;
    private long hash;
    private final ArrayDeque<Undo> undo = new ArrayDeque<>();

    Rows(Contents contents) {
        this.contents = contents;
    }

    int size() {
        return size;
    }

    int at(int position) {
        return rows[position];
    }

    long hash() {
        return hash;
    }

    boolean sameAs(int[] others) {
        return Arrays.equals(rows, 0, size, others, 0, others.length);
    }

    /** Returns where an index points to, or a negative number if there is no such row. */
    int position(long index) {
        long position = index < 0 ? index + size : index;
        return position < 0 || position >= size ? -1 : (int) position;
    }

    static long hash(int[] rows, int size) {
        long hash = size;
        for (int i = 0; i < size; i++) {
            hash = (hash ^ rows[i]) * FACTOR;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /**
     * Makes a change that takes effect, if it can be as it was told.
     *
     * @return whether it was made
     */
    boolean apply(Step step) {
        int position = position(step.index);
        return switch (step.kind) {
            case APPEND -> change(step, size, 0, step.tags);
            case INSERT ->
                change(
                        step,
                        (int) Math.max(0, Math.min(size, step.index < 0 ? step.index + size : step.index)),
                        0,
                        step.tags);
            case SET -> position >= 0 && change(step, position, 1, step.tags);
            case SET_IF -> position >= 0 && rows[position] == step.expected && change(step, position, 1, step.tags);
            case UPDATE ->
                position >= 0
                        && contents.mayMark(
                                rows[position], step.event.call().values().get(0))
                        && change(step, position, 1, new int[] {updated(step, rows[position])});
            case DELETE -> position >= 0 && change(step, position, 1, new int[0]);
            case RESERVE -> change(step, size, 0, new int[(int) step.index]);
            case CLEAR -> change(step, 0, size, new int[0]);
            case GET, READ, SIZE -> false;
        };
    }

    private int updated(Step step, int old) {
        return contents.numberOf(new Content(
                contents.content(old).tag(), step.event.call().values().get(0)));
    }

    private boolean change(Step step, int from, int gone, int[] come) {
        int after = size - gone + come.length;
        if (step.isTold() && step.toldSize() != after) {
            return false;
        }
        // a conditional set has itself seen what it replaces
        int except = step.kind == Call.Kind.SET_IF && step.event.reply().kind() == Reply.Kind.DONE ? 1 : 0;
        for (int i = from; i < from + gone; i++) {
            if (!contents.mayGo(rows[i], except)) {
                return false;
            }
        }
        undo.push(new Undo(from, Arrays.copyOfRange(rows, from, from + gone), come.length));
        replace(from, gone, come);
        return true;
    }

    private void replace(int from, int gone, int[] come) {
        int after = size - gone + come.length;
        if (after > rows.length) {
            rows = Arrays.copyOf(rows, Math.max(after, 2 * rows.length));
        }
        System.arraycopy(rows, from + gone, rows, from + come.length, size - from - gone);
        System.arraycopy(come, 0, rows, from, come.length);
        size = after;
        hash = hash(rows, size);
    }

    /** Tells whether the last change may come before a read of all rows that has yet to come. */
    boolean mayPrecede(Step read) {
        Undo last = undo.getFirst();
        for (int i = last.from; i < last.from + last.count; i++) {
            if (!contents.mayPrecede(rows[i], read)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether somebody is yet to see what the last change wrote. */
    boolean isAwaited() {
        Undo last = undo.getFirst();
        for (int i = last.from; i < last.from + last.count; i++) {
            if (!contents.isAwaited(rows[i])) {
                return false;
            }
        }
        return last.count > 0;
    }

    /** Tells whether what the last change wrote stands as a read will see it: rows never change their order. */
    boolean isInPlace() {
        Undo last = undo.getFirst();
        for (int i = last.from; i < last.from + last.count; i++) {
            Step read = contents.firstRead(rows[i]);
            if (read != null && !(isOrdered(read, i, -1) && isOrdered(read, i, 1))) {
                return false;
            }
        }
        return true;
    }

    private boolean isOrdered(Step read, int position, int direction) {
        int own = read.place(rows[position]);
        for (int i = position + direction; i >= 0 && i < size; i += direction) {
            int place = rows[i] == 0 ? -1 : read.place(rows[i]);
            if (place >= 0) {
                return direction * (place - own) > 0;
            }
        }
        return true;
    }

    /** Takes the last change back. */
    void undo() {
        Undo last = undo.pop();
        replace(last.from, last.count, last.old);
    }

    /** Shows the rows, the middle of many left out. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(size + " rows:");
        for (int i = 0; i < size; i++) {
            if (i == 20 && size > 50) {
                text.append(" \u2026");
                i = size - 20;
            }
            text.append(' ').append(contents.content(rows[i]));
        }
        return text.toString();
    }
}
