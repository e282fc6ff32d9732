package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything this library signals about stores and data.
 *
 * <p>Errors of the caller's program (a null argument, a negative count) are {@link NullPointerException} and {@link
 * IllegalArgumentException} instead, thrown at the call.
 */
public abstract sealed class AtomfluxException extends RuntimeException
        permits CorruptDataException,
                InvalidNameException,
                InvalidOptionException,
                LimitExceededException,
                MissingValueException,
                NoBackendException,
                PartialWriteException,
                ReadOnlyStoreException,
                RowOutOfBoundsException,
                StoreBusyException,
                StoreChangedException,
                StoreClosedException,
                StoreFullException,
                StoreInUseException,
                StoreIoException,
                StoreNotFoundException,
                UnsupportedDataException,
                UnsupportedStoreOperationException,
                ValueTypeException,
                VersionConflictException,
                WriteFailedException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_DATA = 200;

    AtomfluxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Tells whether the same call, made again unchanged, may succeed. */
    public boolean retryable() {
        return false;
    }

    /** Tells what became of the write that failed; {@link Outcome#NOT_APPLIED} for reads and refusals. */
    public Outcome outcome() {
        return Outcome.NOT_APPLIED;
    }

    /** Makes text from outside fit for a message: one line, at most 200 characters. */
    static String shown(@Nullable Object data) {
        String text = String.valueOf(data);
        StringBuilder line = new StringBuilder(Math.min(text.length(), LONGEST_DATA + 1));
        for (int i = 0; i < text.length() && i < LONGEST_DATA; i++) {
            char c = text.charAt(i);
            line.append(c < 0x20 || c == 0x7f ? '\ufffd' : c);
        }
        return text.length() > LONGEST_DATA ? line.append('\u2026').toString() : line.toString();
    }
}
