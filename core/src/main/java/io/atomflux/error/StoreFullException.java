package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** No room for a change; the store is as it was before. */
public final class StoreFullException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String problem;

    public StoreFullException(String store, String problem, @Nullable Throwable cause) {
        super("%s has no room: %s; nothing was changed".formatted(shown(store), told(problem)), cause);
        this.store = store;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what ran out. */
    public String problem() {
        return problem;
    }
}
