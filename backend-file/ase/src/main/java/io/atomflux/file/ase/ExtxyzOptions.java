package io.atomflux.file.ase;

import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to open an xyz or extended xyz file.
 *
 * <p>By name: {@code max_frame_bytes}, {@code constraints} ({@code refuse} or {@code drop}), {@code torn} ({@code refuse}
 * or {@code hide}), {@code spool_dir} and {@code max_inflated_bytes}. The last two concern compressed files, which are
 * inflated into a temporary file as far as they are read.
 *
 * @param maxFrameBytes the largest frame read, in bytes of text; 256 MiB unless set
 * @param constraints what happens to constraints the format cannot hold
 * @param torn what happens to a last frame that some other program left unfinished
 * @param spoolFolder where compressed files are inflated to; the system's folder for temporary files unless set
 * @param maxInflatedBytes how much may be inflated of a compressed file; as much as the disk holds unless set
 */
public record ExtxyzOptions(
        long maxFrameBytes,
        Constraints constraints,
        Torn torn,
        Optional<Path> spoolFolder,
        OptionalLong maxInflatedBytes)
        implements BackendOptions {

    private static final long DEFAULT_FRAME_BYTES = 256L << 20;
    private static final long MOST_FRAME_BYTES = 1L << 30;

    /** What happens to constraints other than FixAtoms and FixCartesian when a row is written. */
    public enum Constraints {
        /** The row is refused, naming the constraint. */
        REFUSE,
        /** The row is written without them, as ASE does. */
        DROP
    }

    /** What happens to a last frame with fewer lines than it claims that no append of this library has left. */
    public enum Torn {
        /** Whoever reaches it is told, as by ASE; nothing can be appended behind it. */
        REFUSE,
        /** It is not there, and the next append cuts it off: for files another program is writing. */
        HIDE
    }

    public ExtxyzOptions {
        Objects.requireNonNull(constraints, "constraints");
        Objects.requireNonNull(torn, "torn");
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
    public static ExtxyzOptions defaults() {
        return new ExtxyzOptions(
                DEFAULT_FRAME_BYTES, Constraints.REFUSE, Torn.REFUSE, Optional.empty(), OptionalLong.empty());
    }

    /** Returns these options with another bound on the bytes of one frame, at most 1 GiB. */
    public ExtxyzOptions withMaxFrameBytes(long bytes) {
        return new ExtxyzOptions(bytes, constraints, torn, spoolFolder, maxInflatedBytes);
    }

    /** Returns these options with another choice for constraints the format cannot hold. */
    public ExtxyzOptions withConstraints(Constraints choice) {
        return new ExtxyzOptions(maxFrameBytes, choice, torn, spoolFolder, maxInflatedBytes);
    }

    /** Returns these options with another choice for a last frame left unfinished. */
    public ExtxyzOptions withTorn(Torn choice) {
        return new ExtxyzOptions(maxFrameBytes, constraints, choice, spoolFolder, maxInflatedBytes);
    }

    /** Returns these options with a folder to inflate compressed files to. */
    public ExtxyzOptions withSpoolFolder(Path folder) {
        return new ExtxyzOptions(maxFrameBytes, constraints, torn, Optional.of(folder), maxInflatedBytes);
    }

    /** Returns these options with a bound on what is inflated of a compressed file. */
    public ExtxyzOptions withMaxInflatedBytes(long bytes) {
        return new ExtxyzOptions(maxFrameBytes, constraints, torn, spoolFolder, OptionalLong.of(bytes));
    }

    static ExtxyzOptions from(Map<String, String> byName) {
        Settings settings = new Settings(byName);
        long bytes = settings.bytes("max_frame_bytes", DEFAULT_FRAME_BYTES);
        if (bytes > MOST_FRAME_BYTES) {
            settings.fault("max_frame_bytes", "%d (expected: at most 1G)".formatted(bytes));
        }
        String constraints = settings.text("constraints", "refuse");
        if (!constraints.equals("refuse") && !constraints.equals("drop")) {
            settings.fault("constraints", "%s (expected: refuse or drop)".formatted(constraints));
        }
        String torn = settings.text("torn", "refuse");
        if (!torn.equals("refuse") && !torn.equals("hide")) {
            settings.fault("torn", "%s (expected: refuse or hide)".formatted(torn));
        }
        String folder = settings.text("spool_dir", "");
        long inflated = settings.bytes("max_inflated_bytes", Long.MAX_VALUE);
        settings.finish();
        return new ExtxyzOptions(
                bytes,
                constraints.equals("drop") ? Constraints.DROP : Constraints.REFUSE,
                torn.equals("hide") ? Torn.HIDE : Torn.REFUSE,
                folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder)),
                inflated == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(inflated));
    }
}
