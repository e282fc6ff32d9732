package io.atomflux.error;

/** Data of another program, or of another layout, stands where a store's own should be; it is left as it is. */
public final class ForeignDataException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String found;

    public ForeignDataException(String store, String found, String expected) {
        super(
                "%s: found %s (expected: %s); nothing was changed"
                        .formatted(shown(store), shown(found), told(expected)),
                null);
        this.store = store;
        this.found = found;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what stands there. */
    public String found() {
        return found;
    }
}
