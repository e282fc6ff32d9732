package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Loads the HDF Group's library, once, before anything else of it is touched.
 *
 * <p>JavaCPP unpacks it into a folder in the user's home, which later processes find filled; where that cannot be written, into
 * a folder of this process alone, not into the one in the folder of temporary files that any user could have made before. What
 * JavaCPP limits the memory of a process to is lifted: it counts mapped files as memory.
 */
final class Hdf5Natives {

    /** Turned to {@code false} where the library is not to be used though it is there. */
    static final String SWITCH = "atomflux.hdf5.natives";

    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private static volatile @Nullable Outcome outcome;

    private record Outcome(@Nullable Throwable problem) {}

    private Hdf5Natives() {}

    /** Tells whether the library can be used. */
    static boolean available() {
        return !"false".equals(System.getProperty(SWITCH)) && loaded().problem() == null;
    }

    /**
     * Fails where the library cannot be used.
     *
     * @throws StoreUnavailableException naming the platform and what to do
     */
    static void require(String store) {
        if (!available()) {
            Throwable problem = loaded().problem();
            throw new StoreUnavailableException(
                    store,
                    "HDF5's library %s on %s %s (expected: linux, macosx or windows on x86_64, with the artefact"
                                    .formatted(
                                            problem == null ? "is turned off" : "does not load",
                                            System.getProperty("os.name"),
                                            System.getProperty("os.arch").toLowerCase(Locale.ROOT))
                            + " org.bytedeco:hdf5 of that platform); write Zarr (*.zarr, *.zarrp) instead",
                    problem);
        }
    }

    private static Outcome loaded() {
        Outcome known = outcome;
        if (known == null) {
            synchronized (Hdf5Natives.class) {
                known = outcome;
                if (known == null) {
                    known = new Outcome(load());
                    outcome = known;
                }
            }
        }
        return known;
    }

    private static @Nullable Throwable load() {
        Path folder = null;
        boolean bytes = lift("org.bytedeco.javacpp.maxBytes");
        boolean physical = lift("org.bytedeco.javacpp.maxPhysicalBytes");
        try {
            if (System.getProperty(CACHE) == null && !homeWritable()) {
                folder = Files.createTempDirectory("atomflux-hdf5-");
                System.setProperty(CACHE, folder.toString());
            }
            Loader.load(hdf5.class);
            return null;
        } catch (LinkageError | IOException | RuntimeException e) {
            return e;
        } finally {
            if (folder != null) {
                System.clearProperty(CACHE);
                discard(folder);
            }
            if (bytes) {
                System.clearProperty("org.bytedeco.javacpp.maxBytes");
            }
            if (physical) {
                System.clearProperty("org.bytedeco.javacpp.maxPhysicalBytes");
            }
        }
    }

    private static boolean lift(String limit) {
        if (System.getProperty(limit) != null) {
            return false;
        }
        System.setProperty(limit, "0");
        return true;
    }

    private static boolean homeWritable() {
        Path cache = Path.of(System.getProperty("user.home", ""), ".javacpp", "cache");
        try {
            Files.createDirectories(cache);
            return Files.isWritable(cache);
        } catch (IOException e) {
            return false;
        }
    }

    /** Deletes what was unpacked; a loaded library needs its file no more, but on Windows, where it goes at the end. */
    private static void discard(Path folder) {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                path.toFile().deleteOnExit();
            }
        } catch (IOException e) {
            folder.toFile().deleteOnExit(); // what is left is of this process alone and harms nobody
        }
    }
}
