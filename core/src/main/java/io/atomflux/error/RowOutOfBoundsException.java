package io.atomflux.error;

/** A position at which there is no row. */
public final class RowOutOfBoundsException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final long index;
    private final long size;
    private final String store;

    public RowOutOfBoundsException(long index, long size, String store) {
        super(
                "row index: %d (expected: -size <= index < size, size %d) in %s".formatted(index, size, shown(store)),
                null);
        this.index = index;
        this.size = size;
        this.store = store;
    }

    /** Returns the index as given. */
    public long index() {
        return index;
    }

    /** Returns the size of the store or view at that moment. */
    public long size() {
        return size;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }
}
