package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** Too many calls waiting, or a lock held by another for longer than the deadline. */
public final class StoreBusyException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String problem;

    public StoreBusyException(String store, String problem, @Nullable Throwable cause) {
        super("%s is busy: %s; try again".formatted(shown(store), told(problem)), cause);
        this.store = store;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what was waited for. */
    public String problem() {
        return problem;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
