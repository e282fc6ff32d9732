package io.atomflux.file.lmdb;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * How to open a store in LMDB.
 *
 * <p>As options of a location: {@code md.lmdb?map_size=20G&sync=false}.
 *
 * @param mapSize how large the file may become before the map has to grow, in bytes; it grows by itself (option {@code
 *     map_size}; default 10 GiB, as asebytes 0.3 has it)
 * @param maxReaders how many read transactions all processes together may have, fixed by whoever opens the store first
 *     (option {@code max_readers}; default 126)
 * @param sync whether a change is on the disk when it completes; without, a crash of the machine may damage the store
 *     (option {@code sync}; default true)
 * @param groupCommitCalls how many waiting changes share one commit at most (option {@code group_commit_calls}; default
 *     256)
 * @param groupCommitBytes how many bytes waiting changes that share one commit have at most (option {@code
 *     group_commit_bytes}; default 16 MiB)
 */
public record LmdbOptions(long mapSize, int maxReaders, boolean sync, int groupCommitCalls, long groupCommitBytes)
        implements BackendOptions {

    private static final long LEAST_MAP = 64 << 10;
    private static final LmdbOptions DEFAULT = new LmdbOptions(10L << 30, 126, true, 256, 16L << 20);

    public LmdbOptions {
        List<String> faults = new ArrayList<>();
        if (mapSize < LEAST_MAP) {
            faults.add("map_size=%d (expected: at least 64K)".formatted(mapSize));
        }
        if (maxReaders < 2) {
            faults.add("max_readers=%d (expected: at least 2)".formatted(maxReaders));
        }
        if (groupCommitCalls < 1) {
            faults.add("group_commit_calls=%d (expected: at least 1)".formatted(groupCommitCalls));
        }
        if (groupCommitBytes < 1) {
            faults.add("group_commit_bytes=%d (expected: at least 1)".formatted(groupCommitBytes));
        }
        if (!faults.isEmpty()) {
            throw new InvalidOptionException("of LMDB", String.join("; ", faults));
        }
    }

    /** Returns the defaults. */
    public static LmdbOptions defaults() {
        return DEFAULT;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Reads options given by name; reports all faults at once. */
    static LmdbOptions from(Settings settings) {
        long mapSize = settings.bytes("map_size", DEFAULT.mapSize);
        if (mapSize < LEAST_MAP) {
            settings.fault("map_size", mapSize + " (expected: at least 64K)");
            mapSize = DEFAULT.mapSize;
        }
        int maxReaders = (int) settings.integer("max_readers", DEFAULT.maxReaders, 2, 1 << 20);
        boolean sync = settings.flag("sync", DEFAULT.sync);
        int calls = (int) settings.integer("group_commit_calls", DEFAULT.groupCommitCalls, 1, 1 << 20);
        long bytes = settings.bytes("group_commit_bytes", DEFAULT.groupCommitBytes);
        settings.finish();
        return new LmdbOptions(mapSize, maxReaders, sync, calls, bytes);
    }

    /** Tells whether two openings can share one environment. */
    boolean sharesWith(LmdbOptions other) {
        return mapSize == other.mapSize && maxReaders == other.maxReaders && sync == other.sync;
    }

    /** Builds options step by step; for one thread. */
    public static final class Builder {

        private long mapSize = DEFAULT.mapSize;
        private int maxReaders = DEFAULT.maxReaders;
        private boolean sync = DEFAULT.sync;
        private int groupCommitCalls = DEFAULT.groupCommitCalls;
        private long groupCommitBytes = DEFAULT.groupCommitBytes;

        private Builder() {}

        /** Sets how large the file may become before the map has to grow. */
        public Builder mapSize(long bytes) {
            mapSize = bytes;
            return this;
        }

        /** Sets how many read transactions all processes together may have. */
        public Builder maxReaders(int count) {
            maxReaders = count;
            return this;
        }

        /** Sets whether a change is on the disk when it completes. */
        public Builder sync(boolean wanted) {
            sync = wanted;
            return this;
        }

        /** Sets how many waiting changes share one commit at most. */
        public Builder groupCommitCalls(int count) {
            groupCommitCalls = count;
            return this;
        }

        /** Sets how many bytes waiting changes that share one commit have at most. */
        public Builder groupCommitBytes(long bytes) {
            groupCommitBytes = bytes;
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws InvalidOptionException if some are out of range; names all of them
         */
        public LmdbOptions build() {
            return new LmdbOptions(mapSize, maxReaders, sync, groupCommitCalls, groupCommitBytes);
        }
    }
}
