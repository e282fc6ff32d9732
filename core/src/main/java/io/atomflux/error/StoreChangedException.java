package io.atomflux.error;

/** A stream whose row order was changed by someone else while it ran. */
public final class StoreChangedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long emitted;

    public StoreChangedException(String store, long emitted) {
        super(
                "%s changed under a running stream after %d rows; subscribe again to read the new state"
                        .formatted(shown(store), emitted),
                null);
        this.store = store;
        this.emitted = emitted;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns how many rows of the stream were emitted. */
    public long emitted() {
        return emitted;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
