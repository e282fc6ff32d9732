package io.atomflux.file.ase;

import io.atomflux.file.compressed.Spool;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to open a trajectory of ASE.
 *
 * <p>By name: {@code max_frame_bytes}, {@code spool_dir} and {@code max_inflated_bytes}. The last two concern compressed
 * files, which are inflated into a temporary file when they are opened.
 *
 * @param maxFrameBytes the largest frame read, in bytes of its text and of its arrays, each; 256 MiB unless set
 * @param spoolFolder where compressed files are inflated to; the system's folder for temporary files unless set
 * @param maxInflatedBytes how much may be inflated of a compressed file; as much as the disk holds unless set
 */
public record TrajOptions(long maxFrameBytes, Optional<Path> spoolFolder, OptionalLong maxInflatedBytes)
        implements BackendOptions {

    private static final long DEFAULT_FRAME_BYTES = 256L << 20;
    private static final long MOST_FRAME_BYTES = 1L << 30;

    public TrajOptions {
        Objects.requireNonNull(spoolFolder, "spoolFolder");
        if (maxInflatedBytes.isPresent() && maxInflatedBytes.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "maxInflatedBytes: %d (expected: 1 or more)".formatted(maxInflatedBytes.getAsLong()));
        }
        if (maxFrameBytes < 1 || maxFrameBytes > MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "maxFrameBytes: %d (expected: 1 to %d)".formatted(maxFrameBytes, MOST_FRAME_BYTES));
        }
    }

    /** Returns the defaults. */
    public static TrajOptions defaults() {
        return new TrajOptions(DEFAULT_FRAME_BYTES, Optional.empty(), OptionalLong.empty());
    }

    /** Returns these options with another bound on the bytes of one frame, at most 1 GiB. */
    public TrajOptions withMaxFrameBytes(long bytes) {
        return new TrajOptions(bytes, spoolFolder, maxInflatedBytes);
    }

    /** Returns these options with a folder to inflate compressed files to. */
    public TrajOptions withSpoolFolder(Path folder) {
        return new TrajOptions(maxFrameBytes, Optional.of(folder), maxInflatedBytes);
    }

    /** Returns these options with a bound on what is inflated of a compressed file. */
    public TrajOptions withMaxInflatedBytes(long bytes) {
        return new TrajOptions(maxFrameBytes, spoolFolder, OptionalLong.of(bytes));
    }

    Spool.Settings spool() {
        return new Spool.Settings(spoolFolder, maxInflatedBytes);
    }

    static TrajOptions from(Map<String, String> byName) {
        Settings settings = new Settings(byName);
        long bytes = settings.bytes("max_frame_bytes", DEFAULT_FRAME_BYTES);
        if (bytes > MOST_FRAME_BYTES) {
            settings.fault("max_frame_bytes", "%d (expected: at most 1G)".formatted(bytes));
        }
        String folder = settings.text("spool_dir", "");
        long inflated = settings.bytes("max_inflated_bytes", Long.MAX_VALUE);
        settings.finish();
        return new TrajOptions(
                bytes,
                folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder)),
                inflated == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(inflated));
    }
}
