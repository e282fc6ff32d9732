package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** A server refuses this user: a wrong or missing password, a missing permission. */
public final class StoreAccessException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String problem;

    public StoreAccessException(String store, String problem, @Nullable Throwable cause) {
        super("%s refuses access: %s".formatted(shown(store), told(problem)), cause);
        this.store = store;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what was refused, and what to do. */
    public String problem() {
        return problem;
    }
}
