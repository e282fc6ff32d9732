package io.atomflux.file.columnar;

import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to open an HDF5 or H5MD file. What concerns how arrays are made has no effect on arrays that are there.
 *
 * <p>By name: {@code compression} ({@code gzip} or {@code none}), {@code clevel}, {@code author_name}, {@code author_email},
 * {@code creator}, {@code creator_version}, {@code chunk_frames}, {@code cache}, {@code max_chunk_bytes}, {@code
 * lock_timeout_ms} and {@code sync}. Author and creator are written into new H5MD files only.
 *
 * @param gzip whether new arrays of numbers are compressed; true unless set
 * @param level how hard that tries, 0 to 9; 4 unless set
 * @param authorName who made the file
 * @param authorEmail how to reach the author
 * @param creator the program that made the file; this library unless set
 * @param creatorVersion its version
 * @param chunkFrames entries of the first axis in a chunk of a new array, rows, or atoms where these lie behind each
 *     other; empty, the default, for as many as make some 100 KiB
 * @param cache bytes of decoded chunks kept in memory; 64 MiB unless set
 * @param maxChunkBytes the largest chunk read, decoded; 256 MiB unless set
 * @param lockTimeout how long to wait for another writer; 10 s unless set
 * @param sync whether a change survives loss of power when it is answered; true unless set. Without, it survives the end of
 *     the process only
 */
public record Hdf5Options(
        boolean gzip,
        int level,
        Optional<String> authorName,
        Optional<String> authorEmail,
        Optional<String> creator,
        Optional<String> creatorVersion,
        OptionalLong chunkFrames,
        long cache,
        long maxChunkBytes,
        Duration lockTimeout,
        boolean sync)
        implements BackendOptions {

    private static final int DEFAULT_LEVEL = 4;

    public Hdf5Options {
        Objects.requireNonNull(authorName, "authorName");
        Objects.requireNonNull(authorEmail, "authorEmail");
        Objects.requireNonNull(creator, "creator");
        Objects.requireNonNull(creatorVersion, "creatorVersion");
        Objects.requireNonNull(chunkFrames, "chunkFrames");
        if (level < 0 || level > CommonOptions.MOST_LEVEL) {
            throw new IllegalArgumentException(
                    "level: %d (expected: 0 to %d)".formatted(level, CommonOptions.MOST_LEVEL));
        }
        CommonOptions.check(chunkFrames, cache, maxChunkBytes, lockTimeout);
    }

    /** Returns the defaults, those of asebytes 0.3 where it has any. */
    public static Hdf5Options defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    static Hdf5Options from(Map<String, String> byName) {
        Settings settings = new Settings(byName);
        Builder builder = builder();
        builder.gzip = CommonOptions.oneOf(settings, "compression", "gzip", List.of("gzip", "none"))
                .equals("gzip");
        builder.level = (int) settings.integer("clevel", DEFAULT_LEVEL, 0, CommonOptions.MOST_LEVEL);
        builder.authorName = text(settings, "author_name");
        builder.authorEmail = text(settings, "author_email");
        builder.creator = text(settings, "creator");
        builder.creatorVersion = text(settings, "creator_version");
        builder.chunkFrames = CommonOptions.chunkFrames(settings);
        builder.cache = settings.bytes("cache", CommonOptions.DEFAULT_CACHE);
        builder.maxChunkBytes = CommonOptions.maxChunkBytes(settings);
        builder.lockTimeout = CommonOptions.lockTimeout(settings);
        builder.sync = settings.flag("sync", true);
        settings.finish();
        return builder.build();
    }

    private static Optional<String> text(Settings settings, String name) {
        String given = settings.text(name, "");
        return given.isEmpty() ? Optional.empty() : Optional.of(given);
    }

    /** Collects options; for one thread. */
    public static final class Builder {
        private boolean gzip = true;
        private int level = DEFAULT_LEVEL;
        private Optional<String> authorName = Optional.empty();
        private Optional<String> authorEmail = Optional.empty();
        private Optional<String> creator = Optional.empty();
        private Optional<String> creatorVersion = Optional.empty();
        private OptionalLong chunkFrames = OptionalLong.empty();
        private long cache = CommonOptions.DEFAULT_CACHE;
        private long maxChunkBytes = CommonOptions.DEFAULT_CHUNK_BYTES;
        private Duration lockTimeout = CommonOptions.DEFAULT_TIMEOUT;
        private boolean sync = true;

        private Builder() {}

        /** Sets whether new arrays of numbers are compressed. */
        public Builder gzip(boolean wanted) {
            this.gzip = wanted;
            return this;
        }

        /** Sets how hard compression tries, 0 to 9. */
        public Builder level(int number) {
            this.level = number;
            return this;
        }

        /** Sets who makes new H5MD files. */
        public Builder author(String name) {
            this.authorName = Optional.of(name);
            return this;
        }

        /** Sets who makes new H5MD files, and how to reach them. */
        public Builder author(String name, String email) {
            this.authorEmail = Optional.of(email);
            return author(name);
        }

        /** Sets the program that makes new H5MD files. */
        public Builder creator(String name, String version) {
            this.creator = Optional.of(name);
            this.creatorVersion = Optional.of(version);
            return this;
        }

        /** Sets how many entries a chunk of a new array has. */
        public Builder chunkFrames(long entries) {
            this.chunkFrames = OptionalLong.of(entries);
            return this;
        }

        /** Sets how many bytes of decoded chunks are kept in memory. */
        public Builder cache(long bytes) {
            this.cache = bytes;
            return this;
        }

        /** Sets how large a decoded chunk may be. */
        public Builder maxChunkBytes(long bytes) {
            this.maxChunkBytes = bytes;
            return this;
        }

        /** Sets how long to wait for another writer. */
        public Builder lockTimeout(Duration longest) {
            this.lockTimeout = longest;
            return this;
        }

        /** Sets whether changes survive loss of power. */
        public Builder sync(boolean wanted) {
            this.sync = wanted;
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws IllegalArgumentException if one of them is out of bounds
         */
        public Hdf5Options build() {
            return new Hdf5Options(
                    gzip,
                    level,
                    authorName,
                    authorEmail,
                    creator,
                    creatorVersion,
                    chunkFrames,
                    cache,
                    maxChunkBytes,
                    lockTimeout,
                    sync);
        }
    }
}
