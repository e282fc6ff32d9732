package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/**
 * A saved state of a loader that cannot be resumed: it belongs to another store, seed, split, shuffling or mixture, or its text is
 * damaged.
 */
public final class StateMismatchException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String what;

    /**
     * Tells what differs.
     *
     * @param what what differs, e.g. {@code seed}
     * @param found what the state says; null if it says nothing
     * @param expected what it would have to say
     */
    public StateMismatchException(String what, @Nullable Object found, Object expected) {
        super(
                "state of a loader: %s: %s (expected: %s); resume with what it was saved with, or begin a new epoch"
                        .formatted(
                                shown(what), found == null ? "missing" : shown(found), told(String.valueOf(expected))),
                null);
        this.what = what;
    }

    /** Returns what differs, e.g. {@code seed}. */
    public String what() {
        return what;
    }
}
