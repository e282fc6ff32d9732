package io.atomflux.testkit.history;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a client asked of the store; immutable.
 *
 * <p>Each tag and mark is positive and used in one call of a history only: then every state of a row is distinct, and
 * seeing it says who wrote it.
 */
public final class Call {

    /** The kinds of calls; all that can be asked of a list of rows. */
    enum Kind {
        APPEND,
        INSERT,
        SET,
        SET_IF,
        UPDATE,
        DELETE,
        RESERVE,
        CLEAR,
        GET,
        READ,
        SIZE;

        boolean isRead() {
            return this == GET || this == READ || this == SIZE;
        }
    }

    private final Kind kind;
    private final long index;
    private final List<Long> values;
    private final Content expected;

    private Call(Kind kind, long index, List<Long> values, Content expected) {
        this.kind = kind;
        this.index = index;
        this.values = List.copyOf(values);
        this.expected = expected;
    }

    private static Call of(Kind kind, long index, List<Long> values) {
        return new Call(kind, index, values, Content.RESERVED);
    }

    /** Adds rows at the end, at one instant. */
    public static Call append(List<Long> tags) {
        return of(Kind.APPEND, 0, tags);
    }

    /** Adds rows before a position, at one instant; clamped as {@code Write.Insert} says. */
    public static Call insert(long index, List<Long> tags) {
        return of(Kind.INSERT, index, tags);
    }

    /** Replaces a row. */
    public static Call set(long index, long tag) {
        return of(Kind.SET, index, List.of(tag));
    }

    /**
     * Replaces a row on condition of the version it had when it was read.
     *
     * @param seen what was read with that version; not a reserved row, which may look like its neighbour
     */
    public static Call setIf(long index, Content seen, long tag) {
        if (seen.isReserved()) {
            throw new IllegalArgumentException("version of a reserved row (expected: of a written one)");
        }
        return new Call(Kind.SET_IF, index, List.of(tag), seen);
    }

    /** Writes the mark of a row and leaves its tag. */
    public static Call update(long index, long mark) {
        return of(Kind.UPDATE, index, List.of(mark));
    }

    /** Takes a row away. */
    public static Call delete(long index) {
        return of(Kind.DELETE, index, List.of());
    }

    /** Adds reserved rows at the end. */
    public static Call reserve(long count) {
        return of(Kind.RESERVE, count, List.of());
    }

    /** Takes all rows away. */
    public static Call clear() {
        return of(Kind.CLEAR, 0, List.of());
    }

    /** Reads one row. */
    public static Call get(long index) {
        return of(Kind.GET, index, List.of());
    }

    /** Reads all rows in one snapshot. */
    public static Call read() {
        return of(Kind.READ, 0, List.of());
    }

    /** Counts the rows. */
    public static Call size() {
        return of(Kind.SIZE, 0, List.of());
    }

    Kind kind() {
        return kind;
    }

    long index() {
        return index;
    }

    List<Long> values() {
        return values;
    }

    Content expected() {
        return expected;
    }

    /** Tells whether this changes nothing. */
    public boolean isRead() {
        return kind.isRead();
    }

    static Call parse(String text) {
        String[] words = text.split(" ");
        List<Long> values = words[2].equals("-")
                ? List.of()
                : Arrays.stream(words[2].split(",")).map(Long::valueOf).toList();
        return new Call(Kind.valueOf(words[0]), Long.parseLong(words[1]), values, Content.parse(words[3]));
    }

    /** Shows kind, index (or count), tags and the content expected, in one line without line breaks. */
    @Override
    public String toString() {
        String list = values.stream().map(String::valueOf).collect(Collectors.joining(","));
        return kind + " " + index + " " + (list.isEmpty() ? "-" : list) + " " + expected;
    }
}
