package io.atomflux.error;

/** A row that was changed since the version the caller holds was read. */
public final class VersionConflictException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long position;

    public VersionConflictException(String store, long position) {
        super(
                "row %d of %s was changed since it was read; read it again and decide anew"
                        .formatted(position, shown(store)),
                null);
        this.store = store;
        this.position = position;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns the position of the row. */
    public long position() {
        return position;
    }
}
