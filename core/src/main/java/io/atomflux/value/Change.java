package io.atomflux.value;

import java.util.Objects;

/**
 * What happened to a range of rows of a store.
 *
 * @param kind what happened
 * @param from first position concerned, at that moment
 * @param to position after the last one concerned
 * @param revision the state after it; give it to {@code changes} to go on from there
 */
public record Change(Kind kind, long from, long to, Revision revision) {

    /** What happened. */
    public enum Kind {
        /** Rows {@code from} to {@code to - 1} are new, at the end. */
        APPENDED,
        /** Rows {@code from} to {@code to - 1} are new; the rows from {@code from} on moved up. */
        INSERTED,
        /** Rows {@code from} to {@code to - 1} have other content. */
        REPLACED,
        /** Rows {@code from} to {@code to - 1} are gone; later rows moved down. */
        DELETED,
        /** All rows are gone. */
        CLEARED,
        /** Something happened that is not known any more, or was done by a program that keeps no record. */
        GAP
    }

    public Change {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(revision, "revision");
    }
}
