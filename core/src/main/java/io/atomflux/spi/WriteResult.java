package io.atomflux.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What became of one of several writes: the number of rows after it, or why it failed. */
public final class WriteResult {

    private final long size;
    private final @Nullable Throwable failure;

    private WriteResult(long size, @Nullable Throwable failure) {
        this.size = size;
        this.failure = failure;
    }

    /** Returns the result of a write that was made. */
    public static WriteResult done(long size) {
        return new WriteResult(size, null);
    }

    /** Returns the result of a write that failed. */
    public static WriteResult failed(Throwable failure) {
        return new WriteResult(-1, Objects.requireNonNull(failure, "failure"));
    }

    /** Returns the number of rows after the write; meaningless if it failed. */
    public long size() {
        return size;
    }

    /** Returns why the write failed, or null if it was made. */
    public @Nullable Throwable failure() {
        return failure;
    }
}
