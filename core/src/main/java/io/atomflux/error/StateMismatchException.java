package io.atomflux.error;

/** A saved state that does not belong to what it shall be resumed with: another store, seed or split. */
public final class StateMismatchException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String what;

    /**
     * Tells what differs.
     *
     * @param what what differs, e.g. {@code seed}
     * @param found what the state says
     * @param expected what is there
     */
    public StateMismatchException(String what, Object found, Object expected) {
        super(
                "the state was saved with %s %s (expected: %s); resume with what it was saved with, or begin a new epoch"
                        .formatted(what, found, expected),
                null);
        this.what = what;
    }

    /** Returns what differs, e.g. {@code seed}. */
    public String what() {
        return what;
    }
}
