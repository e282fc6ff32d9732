package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** Data that is valid in its format and is refused here, such as a pickled array. */
public final class UnsupportedDataException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String place;
    private final String problem;

    public UnsupportedDataException(String store, String place, String problem, @Nullable Throwable cause) {
        super("refused data in %s, %s: %s".formatted(shown(store), shown(place), told(problem)), cause);
        this.store = store;
        this.place = place;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns where in the store. */
    public String place() {
        return place;
    }

    /** Returns what is refused and why. */
    public String problem() {
        return problem;
    }
}
