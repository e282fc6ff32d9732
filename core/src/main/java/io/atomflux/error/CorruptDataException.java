package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** Stored bytes that do not decode, or contradict each other. */
public final class CorruptDataException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String place;
    private final String problem;

    public CorruptDataException(String store, String place, String problem, @Nullable Throwable cause) {
        super(
                "corrupt data in %s, %s: %s (run 'atomflux verify' to see the extent)"
                        .formatted(shown(store), shown(place), told(problem)),
                cause);
        this.store = store;
        this.place = place;
        this.problem = problem;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns where in the store, e.g. {@code row 7, key calc.energy}. */
    public String place() {
        return place;
    }

    /** Returns what is wrong there. */
    public String problem() {
        return problem;
    }
}
