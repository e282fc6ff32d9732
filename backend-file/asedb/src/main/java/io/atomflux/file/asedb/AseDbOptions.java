package io.atomflux.file.asedb;

import io.atomflux.codec.AseKeyValuePairs;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * How to open a database of ASE in SQLite.
 *
 * <p>As options of a location: {@code train.db?max_row_bytes=64M&sync=false}.
 *
 * @param maxRowBytes the largest row read or written, in bytes of all its columns (option {@code max_row_bytes}; default 256
 *     MiB, at most 1 GiB)
 * @param busyTimeout how long a call waits while another process, or another user of this one, holds the file's lock; it then
 *     fails as busy (option {@code busy_timeout_ms}; default 10 s)
 * @param sync whether a change is on the disk when it completes; without, a crash of the machine may damage the file (option
 *     {@code sync}; default true)
 * @param keyValuePairs the names of {@code info.*} that are written to {@code key_value_pairs}, by which ASE can select,
 *     instead of {@code data}; a value ASE cannot keep there is refused (option {@code key_value_pairs}, separated by
 *     commas; default none)
 */
public record AseDbOptions(long maxRowBytes, Duration busyTimeout, boolean sync, List<String> keyValuePairs)
        implements BackendOptions {

    private static final long MOST_ROW_BYTES = 1_000_000_000; // what SQLite is built to take
    private static final long LEAST_ROW_BYTES = 1 << 10;
    private static final long MOST_MILLISECONDS = 3_600_000;
    private static final AseDbOptions DEFAULT = new AseDbOptions(256L << 20, Duration.ofSeconds(10), true, List.of());

    public AseDbOptions {
        keyValuePairs = List.copyOf(new LinkedHashSet<>(keyValuePairs));
        List<String> faults = new ArrayList<>();
        if (maxRowBytes < LEAST_ROW_BYTES || maxRowBytes > MOST_ROW_BYTES) {
            faults.add("max_row_bytes=%d (expected: %d to %d)".formatted(maxRowBytes, LEAST_ROW_BYTES, MOST_ROW_BYTES));
        }
        if (busyTimeout.isNegative() || busyTimeout.compareTo(Duration.ofMillis(MOST_MILLISECONDS)) > 0) {
            faults.add("busy_timeout_ms=%d (expected: 0 to %d)".formatted(busyTimeout.toMillis(), MOST_MILLISECONDS));
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
    public static AseDbOptions defaults() {
        return DEFAULT;
    }

    /** Returns these options with another bound on the bytes of one row. */
    public AseDbOptions withMaxRowBytes(long bytes) {
        return new AseDbOptions(bytes, busyTimeout, sync, keyValuePairs);
    }

    /** Returns these options with another time to wait for the file's lock. */
    public AseDbOptions withBusyTimeout(Duration longest) {
        return new AseDbOptions(maxRowBytes, longest, sync, keyValuePairs);
    }

    /** Returns these options with or without waiting for the disk. */
    public AseDbOptions withSync(boolean wanted) {
        return new AseDbOptions(maxRowBytes, busyTimeout, wanted, keyValuePairs);
    }

    /** Returns these options with other names to be written to {@code key_value_pairs}. */
    public AseDbOptions withKeyValuePairs(List<String> names) {
        return new AseDbOptions(maxRowBytes, busyTimeout, sync, names);
    }

    /** Reads options given by name; reports all faults at once. */
    static AseDbOptions from(Settings settings) {
        long maxRowBytes = settings.bytes("max_row_bytes", DEFAULT.maxRowBytes);
        long timeout = settings.integer("busy_timeout_ms", DEFAULT.busyTimeout.toMillis(), 0, MOST_MILLISECONDS);
        boolean sync = settings.flag("sync", DEFAULT.sync);
        List<String> names = Arrays.stream(settings.text("key_value_pairs", "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        settings.finish();
        return new AseDbOptions(maxRowBytes, Duration.ofMillis(timeout), sync, names);
    }
}
