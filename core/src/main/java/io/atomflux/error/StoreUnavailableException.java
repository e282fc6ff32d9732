package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** A server cannot be reached, or does not answer in time; nothing was changed. */
public final class StoreUnavailableException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String problem;

    public StoreUnavailableException(String store, String problem, @Nullable Throwable cause) {
        super("%s cannot be reached: %s".formatted(shown(store), told(problem)), cause);
        this.store = store;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what went wrong, and what to look at. */
    public String problem() {
        return problem;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
