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
 */
public record LmdbOptions(long mapSize, int maxReaders, boolean sync) implements BackendOptions {

    private static final long LEAST_MAP = 64 << 10;
    private static final LmdbOptions DEFAULT = new LmdbOptions(10L << 30, 126, true);

    public LmdbOptions {
        List<String> faults = new ArrayList<>();
        if (mapSize < LEAST_MAP) {
            faults.add("map_size=%d (expected: at least 64K)".formatted(mapSize));
        }
        if (maxReaders < 2) {
            faults.add("max_readers=%d (expected: at least 2)".formatted(maxReaders));
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
        settings.finish();
        return new LmdbOptions(mapSize, maxReaders, sync);
    }

    /** Builds options step by step; for one thread. */
    public static final class Builder {

        private long mapSize = DEFAULT.mapSize;
        private int maxReaders = DEFAULT.maxReaders;
        private boolean sync = DEFAULT.sync;

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

        /**
         * Returns the options.
         *
         * @throws InvalidOptionException if some are out of range; names all of them
         */
        public LmdbOptions build() {
            return new LmdbOptions(mapSize, maxReaders, sync);
        }
    }
}
