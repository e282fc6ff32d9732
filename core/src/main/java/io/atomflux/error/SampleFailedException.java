package io.atomflux.error;

/** A function of the caller that failed for one row: a filter, a map or an augmentation of a loader. */
public final class SampleFailedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long position;

    /**
     * Tells where.
     *
     * @param function which function, e.g. {@code the filter}
     * @param cause what it threw
     */
    public SampleFailedException(String store, long position, String function, Throwable cause) {
        super(
                "%s of the loader failed for row %d in %s: %s"
                        .formatted(function, position, shown(store), told(String.valueOf(cause))),
                cause);
        this.store = store;
        this.position = position;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the position of the row in its store. */
    public long position() {
        return position;
    }
}
