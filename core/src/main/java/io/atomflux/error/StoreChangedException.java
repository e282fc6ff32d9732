package io.atomflux.error;

/** A stream whose row order was changed by someone else while it ran. */
public final class StoreChangedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long emitted;

    public StoreChangedException(String store, long emitted) {
        this(
                store,
                emitted,
                "%s changed under a running stream after %d rows; subscribe again to read the new state"
                        .formatted(shown(store), emitted));
    }

    private StoreChangedException(String store, long emitted, String message) {
        super(message, null);
        this.store = store;
        this.emitted = emitted;
    }

    /**
     * Returns the one of a loader, which goes by the rows there were when its epoch began.
     *
     * @param sample number in the epoch of a sample that cannot be read any more
     */
    public static StoreChangedException underEpoch(String store, long sample) {
        return new StoreChangedException(
                store,
                sample,
                "%s changed under a running epoch, which cannot go on at sample %d; begin a new epoch to have the rows there are now"
                        .formatted(shown(store), sample));
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns how many rows of the stream were emitted; of an epoch, which sample is to come. */
    public long emitted() {
        return emitted;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
