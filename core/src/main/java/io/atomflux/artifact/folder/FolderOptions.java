package io.atomflux.artifact.folder;

import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;

/**
 * How a folder of artifacts is kept; by name {@code synced} and {@code log}.
 *
 * @param synced whether changes survive loss of power when they complete, true unless set; else only the end of the process
 * @param logBytes how long the log of the index may become before it is sorted, about a fifth of what it takes in memory; 4 MiB
 *     unless set
 */
public record FolderOptions(boolean synced, long logBytes) implements BackendOptions {

    private static final FolderOptions DEFAULTS = new FolderOptions(true, 4L << 20);
    private static final long LEAST = 4L << 10;
    private static final long MOST = 256L << 20;

    public FolderOptions {
        if (logBytes < LEAST || logBytes > MOST) {
            throw new IllegalArgumentException("log: %d bytes (expected: %d to %d)".formatted(logBytes, LEAST, MOST));
        }
    }

    /** Returns the defaults. */
    public static FolderOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options without syncing, for tests and what can be made again. */
    public FolderOptions withoutSync() {
        return new FolderOptions(false, logBytes);
    }

    /** Returns these options with another length of the log. */
    public FolderOptions withLogBytes(long bytes) {
        return new FolderOptions(synced, bytes);
    }

    static FolderOptions from(OpenOptions options) {
        if (options.typed().isPresent() && options.typed().get() instanceof FolderOptions typed) {
            new Settings(options.settings()).finish();
            return typed;
        }
        Settings settings = new Settings(options.settings());
        boolean synced = settings.flag("synced", DEFAULTS.synced());
        long log = settings.bytes("log", DEFAULTS.logBytes());
        if (log < LEAST || log > MOST) {
            settings.fault("log", "%d bytes (expected: 4K to 256M)".formatted(log));
        }
        settings.finish();
        return new FolderOptions(synced, log);
    }
}
