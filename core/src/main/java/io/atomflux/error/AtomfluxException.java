package io.atomflux.error;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;
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
                SampleFailedException,
                SampleRejectedException,
                StateMismatchException,
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

    /**
     * Returns a failure of the file system as an error of a store: no permission, a file system for reading only, no space
     * left, or else {@link StoreIoException}.
     *
     * @param store how messages name the store
     * @param action what was being done
     */
    public static AtomfluxException of(String store, String action, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return new StoreAccessException(
                    store, "no permission for " + failure.getMessage() + " (expected: a user who may)", failure);
        }
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("read-only file system")) {
            return new ReadOnlyStoreException(store, action + " (the file system is mounted for reading only)");
        }
        return message.contains("no space left") || message.contains("quota") || message.contains("not enough space")
                ? new StoreFullException(store, "no space left on the disk, or a quota is used up", failure)
                : new StoreIoException(store, action, failure);
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
