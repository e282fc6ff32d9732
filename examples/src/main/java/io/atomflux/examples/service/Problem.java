package io.atomflux.examples.service;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.Outcome;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.WriteFailedException;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;

/**
 * What a client is told when a request fails: a JSON body as RFC 9457 has it, section 3, with two members more.
 *
 * @param status the status of HTTP
 * @param title the kind of problem; the same for all of a kind
 * @param detail what happened this time
 * @param retryable whether the same request may succeed later
 * @param outcome what became of an upload: {@code NOT_APPLIED}, {@code APPLIED} or {@code UNKNOWN}
 */
record Problem(int status, String title, String detail, boolean retryable, Outcome outcome) {

    /** A request that the service itself refuses. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String title;

        Refused(int status, String title, String detail) {
            super(detail);
            this.status = status;
            this.title = title;
        }
    }

    /** Describes a failure; of what nobody expected only that it happened. */
    static Problem of(Throwable failure) {
        if (failure instanceof Refused refused) {
            return told(refused.status, refused.title, refused);
        }
        if (failure instanceof RowOutOfBoundsException) {
            return told(404, "no such frame", failure);
        }
        if (failure instanceof MissingValueException) {
            return told(404, "no such value", failure);
        }
        if (failure instanceof JacksonException malformed) {
            String where = "line %d: ".formatted(malformed.getLocation().getLineNr());
            return new Problem(
                    400, "malformed JSON", where + malformed.getOriginalMessage(), false, Outcome.NOT_APPLIED);
        }
        if (failure instanceof UnsupportedDataException) {
            return told(400, "no frame a store can hold", failure);
        }
        if (failure instanceof LimitExceededException) {
            return told(413, "too large", failure);
        }
        if (failure instanceof StoreUnavailableException || failure instanceof WriteFailedException) {
            return told(503, "the store cannot be reached", failure);
        }
        if (failure instanceof StoreBusyException) {
            return told(503, "too busy", failure);
        }
        if (failure instanceof TimeoutException) {
            return told(408, "too slow", failure);
        }
        return failure instanceof AtomfluxException
                ? told(500, "the store failed", failure)
                : new Problem(500, "internal error", failure.getClass().getSimpleName(), false, Outcome.UNKNOWN);
    }

    private static Problem told(int status, String title, Throwable failure) {
        return failure instanceof AtomfluxException error
                ? new Problem(status, title, String.valueOf(error.getMessage()), error.retryable(), error.outcome())
                : new Problem(status, title, String.valueOf(failure.getMessage()), status == 503, Outcome.NOT_APPLIED);
    }
}
