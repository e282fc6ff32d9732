package io.atomflux.file.ase;

import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.util.Map;

/**
 * How to open a trajectory of ASE.
 *
 * <p>By name: {@code max_frame_bytes}.
 *
 * @param maxFrameBytes the largest frame read, in bytes of its text and of its arrays, each; 256 MiB unless set
 */
public record TrajOptions(long maxFrameBytes) implements BackendOptions {

    private static final long DEFAULT_FRAME_BYTES = 256L << 20;
    private static final long MOST_FRAME_BYTES = 1L << 30;

    public TrajOptions {
        if (maxFrameBytes < 1 || maxFrameBytes > MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "maxFrameBytes: %d (expected: 1 to %d)".formatted(maxFrameBytes, MOST_FRAME_BYTES));
        }
    }

    /** Returns the defaults. */
    public static TrajOptions defaults() {
        return new TrajOptions(DEFAULT_FRAME_BYTES);
    }

    /** Returns these options with another bound on the bytes of one frame, at most 1 GiB. */
    public TrajOptions withMaxFrameBytes(long bytes) {
        return new TrajOptions(bytes);
    }

    static TrajOptions from(Map<String, String> byName) {
        Settings settings = new Settings(byName);
        long bytes = settings.bytes("max_frame_bytes", DEFAULT_FRAME_BYTES);
        if (bytes > MOST_FRAME_BYTES) {
            settings.fault("max_frame_bytes", "%d (expected: at most 1G)".formatted(bytes));
        }
        settings.finish();
        return new TrajOptions(bytes);
    }
}
