package io.atomflux.error;

/** A second opening of one place with other options than the first. */
public final class StoreInUseException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String problem;

    public StoreInUseException(String store, String problem) {
        super(
                "%s is open already: %s; close it first, or open it with the same options"
                        .formatted(shown(store), told(problem)),
                null);
        this.store = store;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns which options differ. */
    public String problem() {
        return problem;
    }
}
