package io.atomflux.error;

/** A change asked of a store that was opened for reading, or can only be read. */
public final class ReadOnlyStoreException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String operation;

    public ReadOnlyStoreException(String store, String operation) {
        super("%s: %s is read-only".formatted(operation, shown(store)), null);
        this.store = store;
        this.operation = operation;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the refused operation. */
    public String operation() {
        return operation;
    }
}
