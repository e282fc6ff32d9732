package io.atomflux.testkit.history;

import java.util.Arrays;

/** A call made ready for the search; immutable. */
final class Step {

    final Event event;
    final Call.Kind kind;
    final long index;
    final int[] tags; // contents that an append, insert or set writes
    final int expected;
    final int[] rows; // contents seen
    private final long[] sorted; // of a read of all rows: content and place, by content
    final long rowsHash;
    final long invoked;
    final long deadline; // before which it took effect; MAX_VALUE if it need not
    final boolean effectless; // reads, and changes that were refused

    Step(Event event, Contents contents, long deadline) {
        this.event = event;
        this.kind = event.call().kind();
        this.index = event.call().index();
        this.tags = kind == Call.Kind.UPDATE
                ? new int[0]
                : event.call().values().stream()
                        .mapToInt(tag -> contents.numberOf(new Content(tag, 0)))
                        .toArray();
        this.expected = contents.numberOf(event.call().expected());
        this.rows = event.reply().rows().stream().mapToInt(contents::numberOf).toArray();
        this.sorted = new long[isWholeRead() ? rows.length : 0];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = (long) rows[i] << 32 | i;
        }
        Arrays.sort(sorted);
        this.rowsHash = Rows.hash(rows, rows.length);
        this.invoked = event.invoked();
        this.deadline = deadline;
        Reply.Kind reply = event.reply().kind();
        this.effectless = kind.isRead() || reply == Reply.Kind.OUT_OF_RANGE || reply == Reply.Kind.CONFLICT;
    }

    boolean isTold() {
        return event.reply().size().isPresent();
    }

    long toldSize() {
        return event.reply().size().orElseThrow();
    }

    /** Returns the contents that this saw. */
    int[] seen() {
        if (event.reply().kind() != Reply.Kind.DONE) {
            return new int[0];
        }
        return kind == Call.Kind.SET_IF ? new int[] {expected} : rows;
    }

    boolean isWholeRead() {
        return kind == Call.Kind.READ && event.reply().kind() == Reply.Kind.DONE;
    }

    /** Returns where a read of all rows saw a content, or a negative number. */
    int place(int content) {
        int found = ~Arrays.binarySearch(sorted, (long) content << 32 | Integer.MAX_VALUE);
        return found > 0 && (int) (sorted[found - 1] >> 32) == content ? (int) sorted[found - 1] : -1;
    }

    /** Returns by how much this changes the number of rows; meaningless for a clear. */
    int growth() {
        return effectless
                ? 0
                : switch (kind) {
                    case APPEND, INSERT -> tags.length;
                    case RESERVE -> (int) index;
                    case DELETE -> -1;
                    case SET, SET_IF, UPDATE, CLEAR, GET, READ, SIZE -> 0;
                };
    }

    /** Returns how many rows there were before this, or -1 if that is not known. */
    long sizeBefore() {
        if (isWholeRead()) {
            return rows.length;
        }
        return isTold() && kind != Call.Kind.CLEAR ? toldSize() - growth() : -1;
    }

    /** Tells whether a call without effect answers as it did, if it takes place now. */
    boolean fits(Rows now) {
        return switch (event.reply().kind()) {
            case OUT_OF_RANGE -> toldSize() == now.size() && now.position(index) < 0;
            case CONFLICT -> now.position(index) < 0 || now.at(now.position(index)) != expected;
            case DONE ->
                switch (kind) {
                    case SIZE -> toldSize() == now.size();
                    case GET -> now.position(index) >= 0 && now.at(now.position(index)) == rows[0];
                    default -> rows.length == now.size() && rowsHash == now.hash() && now.sameAs(rows);
                };
            case NOT_APPLIED, UNKNOWN -> false;
        };
    }

    @Override
    public String toString() {
        return event + " " + Arrays.toString(tags);
    }
}
