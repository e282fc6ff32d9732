package io.atomflux.error;

/** A place opened for reading that does not exist; nothing was created. */
public final class StoreNotFoundException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String expected;

    public StoreNotFoundException(String store, String expected) {
        super("%s does not exist (expected: %s)".formatted(shown(store), shown(expected)), null);
        this.store = store;
        this.expected = expected;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what was looked for. */
    public String expected() {
        return expected;
    }
}
