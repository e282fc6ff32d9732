package io.atomflux.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything this library signals about stores and data.
 *
 * <p>Errors of the caller's program (a null argument, a negative count) are {@link NullPointerException} and {@link
 * IllegalArgumentException} instead, thrown at the call.
 */
public abstract sealed class AtomfluxException extends RuntimeException
        permits ArtifactConflictException,
                ArtifactExistsException,
                ArtifactNotFoundException,
                CorruptDataException,
                ForeignDataException,
                InvalidNameException,
                InvalidOptionException,
                LimitExceededException,
                MissingValueException,
                NoBackendException,
                PartialWriteException,
                ReadOnlyStoreException,
                RecordingExistsException,
                RowOutOfBoundsException,
                RunFailedException,
                SampleRejectedException,
                StoreAccessException,
                StoreBusyException,
                StoreChangedException,
                StoreClosedException,
                StoreFullException,
                StoreInUseException,
                StoreIoException,
                StoreNotFoundException,
                StoreUnavailableException,
                UnsupportedDataException,
                UnsupportedStoreOperationException,
                ValueTypeException,
                VersionConflictException,
                WriteFailedException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_DATA = 200;
    private static final int LONGEST_SENTENCE = 2000;

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

    /** Makes data from outside fit for a message: one line, at most 200 characters. */
    static String shown(@Nullable Object data) {
        return line(String.valueOf(data), LONGEST_DATA);
    }

    /** Makes a sentence of this library or of an engine fit for a message: one line, at most 2000 characters. */
    static String told(@Nullable String sentence) {
        return line(String.valueOf(sentence), LONGEST_SENTENCE);
    }

    private static String line(String text, int longest) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), longest + 1));
        for (int i = 0; i < text.length() && i < longest; i++) {
            char c = text.charAt(i);
            line.append(c < 0x20 || c == 0x7f ? '\ufffd' : c);
        }
        return text.length() > longest ? line.append('\u2026').toString() : line.toString();
    }
}
