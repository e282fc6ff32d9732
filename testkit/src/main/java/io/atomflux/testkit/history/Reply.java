package io.atomflux.testkit.history;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What became of a call; immutable.
 *
 * @param kind how it ended
 * @param size the number of rows told, if it was
 * @param rows what was read; one for a get
 */
public record Reply(Kind kind, OptionalLong size, List<Content> rows) {

    /** How a call ended. */
    public enum Kind {
        /** As asked. */
        DONE,
        /** Refused, because there was no such row; the size is that of this moment. */
        OUT_OF_RANGE,
        /** Refused, because the row had another version. */
        CONFLICT,
        /** Failed, and surely changed nothing. */
        NOT_APPLIED,
        /** Failed, or never answered; the change may have been made, or be made later, or never. */
        UNKNOWN
    }

    public Reply {
        rows = List.copyOf(rows);
    }

    private static Reply of(Kind kind, OptionalLong size) {
        return new Reply(kind, size, List.of());
    }

    /** A change was made, after which there were so many rows; or so many were counted. */
    public static Reply done(long size) {
        return of(Kind.DONE, OptionalLong.of(size));
    }

    /** A change was made, but how many rows there were afterwards was not told. */
    public static Reply done() {
        return of(Kind.DONE, OptionalLong.empty());
    }

    /** These rows were read. */
    public static Reply seen(List<Content> rows) {
        return new Reply(Kind.DONE, OptionalLong.empty(), rows);
    }

    /** There was no such row among so many. */
    public static Reply outOfRange(long size) {
        return of(Kind.OUT_OF_RANGE, OptionalLong.of(size));
    }

    /** The row had another version. */
    public static Reply conflict() {
        return of(Kind.CONFLICT, OptionalLong.empty());
    }

    /** Nothing was changed, nor will be. */
    public static Reply notApplied() {
        return of(Kind.NOT_APPLIED, OptionalLong.empty());
    }

    /** Nobody knows. */
    public static Reply unknown() {
        return of(Kind.UNKNOWN, OptionalLong.empty());
    }

    static Reply parse(String text) {
        String[] words = text.split(" ");
        List<Content> rows = words[2].equals("-")
                ? List.of()
                : Arrays.stream(words[2].split(",")).map(Content::parse).toList();
        OptionalLong size = words[1].equals("-") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(words[1]));
        return new Reply(Kind.valueOf(words[0]), size, rows);
    }

    /** Shows kind, size and rows, in one line. */
    @Override
    public String toString() {
        String list = rows.stream().map(Content::toString).collect(Collectors.joining(","));
        return kind + " " + (size.isPresent() ? "" + size.getAsLong() : "-") + " " + (list.isEmpty() ? "-" : list);
    }
}
