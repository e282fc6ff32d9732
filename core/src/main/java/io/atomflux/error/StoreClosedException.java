package io.atomflux.error;

/** A call on a store that was closed. */
public final class StoreClosedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;

    public StoreClosedException(String store) {
        super("%s is closed".formatted(shown(store)), null);
        this.store = store;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }
}
