package io.atomflux.error;

/** An operation that the store does not offer; see its capabilities. */
public final class UnsupportedStoreOperationException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String operation;
    private final String reason;

    public UnsupportedStoreOperationException(String store, String operation, String reason) {
        super("%s: %s cannot do this: %s".formatted(operation, shown(store), told(reason)), null);
        this.store = store;
        this.operation = operation;
        this.reason = reason;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the refused operation. */
    public String operation() {
        return operation;
    }

    /** Returns why the store cannot. */
    public String reason() {
        return reason;
    }
}
