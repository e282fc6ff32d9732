package io.atomflux.file.columnar;

import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How to open a Zarr folder. What concerns how arrays are made has no effect on arrays that are there.
 *
 * <p>By name: {@code compressor} ({@code lz4}, {@code lz4hc}, {@code zstd}, {@code zlib}, {@code gzip} or {@code none}), {@code
 * clevel}, {@code shuffle}, {@code chunk_frames}, {@code cache}, {@code max_chunk_bytes}, {@code lock_timeout_ms} and {@code sync}.
 *
 * @param compressor how new arrays are compressed: all but gzip inside blosc, as asebytes does; LZ4 unless set
 * @param level how hard that tries, 0 to 9; 5 unless set
 * @param shuffle whether bytes are put in an order first that compresses better; true unless set
 * @param chunkFrames entries of the first axis in a chunk of a new array, rows, or atoms where these lie behind each
 *     other; empty, the default, for as many as make some 100 KiB
 * @param cache bytes of decoded chunks kept in memory; 64 MiB unless set
 * @param maxChunkBytes the largest chunk read, decoded; 256 MiB unless set
 * @param lockTimeout how long to wait for another writer; 10 s unless set
 * @param sync whether a change survives loss of power when it is answered; true unless set. Without, it survives the end of
 *     the process only
 */
public record ZarrOptions(
        Compressor compressor,
        int level,
        boolean shuffle,
        OptionalLong chunkFrames,
        long cache,
        long maxChunkBytes,
        Duration lockTimeout,
        boolean sync)
        implements BackendOptions {

    private static final int DEFAULT_LEVEL = 5;

    /** How the chunks of new arrays are compressed. */
    public enum Compressor {
        /** LZ4 in blosc. */
        LZ4,
        /** LZ4, taking longer to compress, in blosc. */
        LZ4HC,
        /** Zstandard in blosc. */
        ZSTD,
        /** Zlib in blosc. */
        ZLIB,
        /** Gzip. */
        GZIP,
        /** Not at all. */
        NONE;

        String codec() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ZarrOptions {
        Objects.requireNonNull(compressor, "compressor");
        Objects.requireNonNull(chunkFrames, "chunkFrames");
        if (level < 0 || level > CommonOptions.MOST_LEVEL) {
            throw new IllegalArgumentException(
                    "level: %d (expected: 0 to %d)".formatted(level, CommonOptions.MOST_LEVEL));
        }
        CommonOptions.check(chunkFrames, cache, maxChunkBytes, lockTimeout);
    }

    /** Returns the defaults, those of asebytes 0.3 where it has any. */
    public static ZarrOptions defaults() {
        return new ZarrOptions(
                Compressor.LZ4,
                DEFAULT_LEVEL,
                true,
                OptionalLong.empty(),
                CommonOptions.DEFAULT_CACHE,
                CommonOptions.DEFAULT_CHUNK_BYTES,
                CommonOptions.DEFAULT_TIMEOUT,
                true);
    }

    /** Returns these options with another compression of new arrays. */
    public ZarrOptions withCompressor(Compressor choice) {
        return new ZarrOptions(choice, level, shuffle, chunkFrames, cache, maxChunkBytes, lockTimeout, sync);
    }

    /** Returns these options with another level of compression, 0 to 9. */
    public ZarrOptions withLevel(int number) {
        return new ZarrOptions(compressor, number, shuffle, chunkFrames, cache, maxChunkBytes, lockTimeout, sync);
    }

    /** Returns these options, new arrays being shuffled or not. */
    public ZarrOptions withShuffle(boolean wanted) {
        return new ZarrOptions(compressor, level, wanted, chunkFrames, cache, maxChunkBytes, lockTimeout, sync);
    }

    /** Returns these options with so many entries in a chunk of a new array. */
    public ZarrOptions withChunkFrames(long entries) {
        return new ZarrOptions(
                compressor, level, shuffle, OptionalLong.of(entries), cache, maxChunkBytes, lockTimeout, sync);
    }

    /** Returns these options with another bound on the decoded chunks in memory. */
    public ZarrOptions withCache(long bytes) {
        return new ZarrOptions(compressor, level, shuffle, chunkFrames, bytes, maxChunkBytes, lockTimeout, sync);
    }

    /** Returns these options with another bound on a chunk. */
    public ZarrOptions withMaxChunkBytes(long bytes) {
        return new ZarrOptions(compressor, level, shuffle, chunkFrames, cache, bytes, lockTimeout, sync);
    }

    /** Returns these options with another patience with other writers. */
    public ZarrOptions withLockTimeout(Duration longest) {
        return new ZarrOptions(compressor, level, shuffle, chunkFrames, cache, maxChunkBytes, longest, sync);
    }

    /** Returns these options, changes surviving loss of power or not. */
    public ZarrOptions withSync(boolean wanted) {
        return new ZarrOptions(compressor, level, shuffle, chunkFrames, cache, maxChunkBytes, lockTimeout, wanted);
    }

    static ZarrOptions from(Map<String, String> byName) {
        Settings settings = new Settings(byName);
        ZarrOptions otherwise = defaults();
        List<Compressor> all = List.of(Compressor.values());
        String compressor = CommonOptions.oneOf(
                settings,
                "compressor",
                otherwise.compressor.codec(),
                all.stream().map(Compressor::codec).toList());
        int level = (int) settings.integer("clevel", otherwise.level, 0, CommonOptions.MOST_LEVEL);
        boolean shuffle = settings.flag("shuffle", otherwise.shuffle);
        OptionalLong chunkFrames = CommonOptions.chunkFrames(settings);
        long cache = settings.bytes("cache", otherwise.cache);
        long maxChunkBytes = CommonOptions.maxChunkBytes(settings);
        Duration lockTimeout = CommonOptions.lockTimeout(settings);
        boolean sync = settings.flag("sync", otherwise.sync);
        settings.finish();
        return new ZarrOptions(
                Compressor.valueOf(compressor.toUpperCase(Locale.ROOT)),
                level,
                shuffle,
                chunkFrames,
                cache,
                maxChunkBytes,
                lockTimeout,
                sync);
    }
}
