package io.atomflux.file.aselmdb;

import io.atomflux.codec.AseKeyValuePairs;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * How to open a database of ASE in LMDB.
 *
 * <p>As options of a location: {@code train.aselmdb?lock=false&max_row_bytes=64M}.
 *
 * @param maxRowBytes the largest row read, in bytes of JSON after decompression, as zlib can blow up a thousandfold (option
 *     {@code max_row_bytes}; default 256 MiB, at most 1 GiB)
 * @param mapSize how large the map is at first, in bytes; it is never smaller than the file and grows by itself, so that many
 *     shards can be open at once (option {@code map_size}; default 64 MiB)
 * @param sync whether a change is on the disk when it completes; without, a crash of the machine may damage the file (option
 *     {@code sync}; default true)
 * @param lock whether the lock file is used; without, the file is only read, as fairchem does, and nobody may write it
 *     meanwhile. Where neither the file nor its folder can be written, the lock file is left out anyway (option {@code lock};
 *     default true)
 * @param keyValuePairs the names of {@code info.*} that are written to {@code key_value_pairs}, by which ASE can select,
 *     instead of {@code data}; a value ASE cannot keep there is refused (option {@code key_value_pairs}, separated by
 *     commas; default none)
 */
public record AseLmdbOptions(long maxRowBytes, long mapSize, boolean sync, boolean lock, List<String> keyValuePairs)
        implements BackendOptions {

    private static final long MOST_ROW_BYTES = 1L << 30;
    private static final long LEAST_MAP = 64 << 10;
    private static final AseLmdbOptions DEFAULT = new AseLmdbOptions(256L << 20, 64L << 20, true, true, List.of());

    public AseLmdbOptions {
        keyValuePairs = List.copyOf(new LinkedHashSet<>(keyValuePairs));
        List<String> faults = new ArrayList<>();
        if (maxRowBytes < 1 || maxRowBytes > MOST_ROW_BYTES) {
            faults.add("max_row_bytes=%d (expected: 1 to %d)".formatted(maxRowBytes, MOST_ROW_BYTES));
        }
        if (mapSize < LEAST_MAP) {
            faults.add("map_size=%d (expected: at least 64K)".formatted(mapSize));
        }
        for (String name : keyValuePairs) {
            if (!AseKeyValuePairs.isName(name)) {
                faults.add("key_value_pairs=%s (expected: letters, digits and _, no digit first, no name ASE reserves)"
                        .formatted(name));
            }
        }
        if (!faults.isEmpty()) {
            throw new InvalidOptionException("of an ASE database", String.join("; ", faults));
        }
    }

    /** Returns the defaults. */
    public static AseLmdbOptions defaults() {
        return DEFAULT;
    }

    /** Returns these options with another bound on the bytes of one row. */
    public AseLmdbOptions withMaxRowBytes(long bytes) {
        return new AseLmdbOptions(bytes, mapSize, sync, lock, keyValuePairs);
    }

    /** Returns these options with another size of the map to begin with. */
    public AseLmdbOptions withMapSize(long bytes) {
        return new AseLmdbOptions(maxRowBytes, bytes, sync, lock, keyValuePairs);
    }

    /** Returns these options with or without waiting for the disk. */
    public AseLmdbOptions withSync(boolean wanted) {
        return new AseLmdbOptions(maxRowBytes, mapSize, wanted, lock, keyValuePairs);
    }

    /** Returns these options with or without the lock file. */
    public AseLmdbOptions withLock(boolean wanted) {
        return new AseLmdbOptions(maxRowBytes, mapSize, sync, wanted, keyValuePairs);
    }

    /** Returns these options with other names to be written to {@code key_value_pairs}. */
    public AseLmdbOptions withKeyValuePairs(List<String> names) {
        return new AseLmdbOptions(maxRowBytes, mapSize, sync, lock, names);
    }

    /** Reads options given by name; reports all faults at once. */
    static AseLmdbOptions from(Settings settings) {
        long maxRowBytes = settings.bytes("max_row_bytes", DEFAULT.maxRowBytes);
        long mapSize = settings.bytes("map_size", DEFAULT.mapSize);
        boolean sync = settings.flag("sync", DEFAULT.sync);
        boolean lock = settings.flag("lock", DEFAULT.lock);
        List<String> names = Arrays.stream(settings.text("key_value_pairs", "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        settings.finish();
        return new AseLmdbOptions(maxRowBytes, mapSize, sync, lock, names);
    }
}
