package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** The operating system or the engine failed to read or write. */
public final class StoreIoException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String action;

    public StoreIoException(String store, String action, @Nullable Throwable cause) {
        super(
                "%s: %s failed: %s"
                        .formatted(shown(store), action, cause == null ? "unknown" : told(cause.getMessage())),
                cause);
        this.store = store;
        this.action = action;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns what was tried. */
    public String action() {
        return action;
    }
}
