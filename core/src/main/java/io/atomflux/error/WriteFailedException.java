package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/** A write that failed in the engine; says what is known of its outcome. */
public final class WriteFailedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String store;
    private final Outcome outcome;

    public WriteFailedException(String store, Outcome outcome, @Nullable Throwable cause) {
        super(
                "write to %s failed, %s: %s"
                        .formatted(
                                shown(store),
                                outcome == Outcome.NOT_APPLIED
                                        ? "not applied"
                                        : outcome == Outcome.APPLIED ? "but it was applied" : "outcome unknown",
                                cause == null ? "unknown" : told(cause.getMessage())),
                cause);
        this.store = store;
        this.outcome = outcome;
    }

    /** Returns the store, without credentials. */
    public String store() {
        return store;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public boolean retryable() {
        return outcome == Outcome.NOT_APPLIED;
    }
}
