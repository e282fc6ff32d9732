package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** A stream of rows that failed in the middle; whole batches before that were kept. */
public final class PartialWriteException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final long committed;

    public PartialWriteException(String store, long committed, @Nullable Throwable cause) {
        super(
                "writing a stream to %s failed after %d committed rows: %s"
                        .formatted(shown(store), committed, cause == null ? "unknown" : told(cause.getMessage())),
                cause);
        this.store = store;
        this.committed = committed;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    /** Returns how many rows of the stream are in the store. */
    public long committed() {
        return committed;
    }

    @Override
    public boolean retryable() {
        return false; // a repetition would write the committed rows again
    }

    /** Tells what became of the batch that failed; the batches counted by {@link #committed()} are applied. */
    @Override
    public Outcome outcome() {
        return getCause() instanceof AtomfluxException failure ? failure.outcome() : Outcome.NOT_APPLIED;
    }
}
