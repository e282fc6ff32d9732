package io.atomflux.error;

/** An artifact that was to be made new, under a key that has one already. */
public final class ArtifactExistsException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String key;

    public ArtifactExistsException(String store, String key) {
        super(
                "artifact \"%s\" exists already in %s (expected: a new key, or a mode that replaces)"
                        .formatted(shown(key), shown(store)),
                null);
        this.store = store;
        this.key = key;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the key that is taken. */
    public String key() {
        return key;
    }
}
