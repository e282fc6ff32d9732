package io.atomflux.file.lmdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.Platform;
import org.lwjgl.util.lmdb.LMDB;

/**
 * Loads the native library of LMDB, once, before anything else of it is touched.
 *
 * <p>Left to itself LWJGL unpacks into folders that all processes of a user share, and into {@code .lwjgl} of the working
 * directory where it cannot. Here each process unpacks into a folder of its own that nobody else may enter, which is
 * deleted at once, as a loaded library needs its file no more (but on Windows, where LWJGL's way stays). Whoever set one of
 * LWJGL's own options keeps it.
 */
final class Natives {

    private static final boolean LOADED = loaded();

    private Natives() {}

    /** Does nothing after the first time. */
    static boolean load() {
        return LOADED;
    }

    private static boolean loaded() {
        Path folder = isChosen() || Platform.get() == Platform.WINDOWS ? null : privateFolder();
        if (folder != null) {
            Configuration.SHARED_LIBRARY_EXTRACT_PATH.set(folder.toString());
        }
        try {
            return MemoryUtil.memUTF8Safe(LMDB.nmdb_strerror(LMDB.MDB_SUCCESS)) != null;
        } finally {
            if (folder != null) {
                discard(folder);
                Configuration.SHARED_LIBRARY_EXTRACT_PATH.set(null); // not for what others load later
            }
        }
    }

    private static boolean isChosen() {
        return Configuration.SHARED_LIBRARY_EXTRACT_PATH.get() != null
                || Configuration.SHARED_LIBRARY_EXTRACT_DIRECTORY.get() != null
                || Configuration.LIBRARY_PATH.get() != null;
    }

    /** Makes a folder from which libraries can be loaded; null to leave the choice to LWJGL. */
    private static @Nullable Path privateFolder() {
        for (String parent : List.of(System.getProperty("java.io.tmpdir"), System.getProperty("user.home"))) {
            try {
                Path folder = Files.createTempDirectory(Path.of(parent), ".atomflux-lmdb-"); // only its owner may enter
                if (mayExecute(folder)) {
                    return folder;
                }
                Removal.delete(folder);
            } catch (IOException e) {
                // not writable; the next one may be
            }
        }
        return null;
    }

    /** Tells whether files there may be run, which a mount can forbid. */
    private static boolean mayExecute(Path folder) throws IOException {
        Path probe = Files.createFile(folder.resolve("probe"));
        boolean set = probe.toFile().setExecutable(true);
        boolean may = set && Files.isExecutable(probe);
        Files.delete(probe);
        return may;
    }

    private static void discard(Path folder) {
        try {
            Removal.delete(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit(); // what is left is of this process alone and harms nobody
        }
    }
}
