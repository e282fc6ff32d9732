package io.atomflux.error;

/** An artifact that must be there, and is not. */
public final class ArtifactNotFoundException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String key;

    public ArtifactNotFoundException(String store, String key) {
        super("no artifact \"%s\" in %s (expected: one of its keys())".formatted(shown(key), shown(store)), null);
        this.store = store;
        this.key = key;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the key that was asked for. */
    public String key() {
        return key;
    }
}
