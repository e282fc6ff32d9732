package io.atomflux.error;

/**
 * A change of an artifact that what stands forbids: a sub-store where a value should go, another generation than
 * expected, data that may not replace what is kept.
 */
public final class ArtifactConflictException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final String key;

    /**
     * @param problem what stands in the way, and what to do
     */
    public ArtifactConflictException(String store, String key, String problem) {
        super("artifact \"%s\" of %s: %s".formatted(shown(key), shown(store), told(problem)), null);
        this.store = store;
        this.key = key;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the key. */
    public String key() {
        return key;
    }
}
