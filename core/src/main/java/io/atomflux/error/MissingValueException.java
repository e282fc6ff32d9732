package io.atomflux.error;

/** A value that was asked for and is not there, or is null. */
public final class MissingValueException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long position;
    private final String key;

    public MissingValueException(String store, long position, String key) {
        super(
                "no value: row %d, %s in %s (where gaps are expected: skipMissing(), orElse(value) or optional() of a view, orElse(key, value) or badRows(SKIP) of a loader)"
                        .formatted(
                                position,
                                key.equals("row")
                                        ? "which is reserved but never written,"
                                        : "key \"" + shown(key) + "\"",
                                shown(store)),
                null);
        this.store = store;
        this.position = position;
        this.key = key;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the position of the row in its store. */
    public long position() {
        return position;
    }

    /** Returns the key that is missing, or {@code row} if the whole row is reserved. */
    public String key() {
        return key;
    }
}
