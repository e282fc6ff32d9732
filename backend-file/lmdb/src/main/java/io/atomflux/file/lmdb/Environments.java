package io.atomflux.file.lmdb;

import static io.atomflux.file.lmdb.LmdbErrors.check;

import io.atomflux.error.StoreInUseException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.util.lmdb.LMDB;

/**
 * The environments open in this process, by real path, each counted.
 *
 * <p>LMDB forbids opening one twice: closing either would drop the file locks of both.
 */
final class Environments {

    private static final Map<Path, Counted> OPEN = new HashMap<>();
    private static final int MODE = 0664;

    private static final class Counted {
        final Environment environment;
        int users;

        Counted(Environment environment) {
            this.environment = environment;
        }
    }

    private Environments() {}

    /** Counts the environments open in this process. */
    static synchronized int count() {
        return OPEN.size();
    }

    /** Opens a directory that holds an environment, or joins those who did; null if there is none. */
    static synchronized @Nullable Environment open(Path directory, String store, LmdbOptions options)
            throws IOException {
        Path data = directory.resolve(Layout.DATA_FILE);
        if (!Files.isRegularFile(data) || Files.size(data) == 0) {
            return null;
        }
        return join(directory.toRealPath(), store, options);
    }

    /** Opens a directory, making it and an empty environment where they are missing. */
    static synchronized Environment create(Path directory, String store, LmdbOptions options) throws IOException {
        Path existing = directory;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(directory);
        Environment environment = join(directory.toRealPath(), store, options);
        for (Path made = directory; made != null && !made.equals(existing); made = made.getParent()) {
            sync(made);
        }
        if (existing != null && !existing.equals(directory)) {
            sync(existing);
        }
        return environment;
    }

    private static Environment join(Path directory, String store, LmdbOptions options) throws IOException {
        Counted known = OPEN.get(directory);
        if (known != null && !known.environment.isRetired()) {
            if (!known.environment.options().equals(options)) {
                throw new StoreInUseException(
                        store,
                        "with %s in this process (asked for: %s)".formatted(known.environment.options(), options));
            }
            known.users++;
            return known.environment;
        }
        Counted opened = new Counted(openNative(directory, store, options));
        opened.users = 1;
        OPEN.put(directory, opened);
        return opened.environment;
    }

    /** Gives one opening back; the last one closes the environment. */
    static void release(Environment environment) {
        synchronized (Environments.class) {
            Counted known = OPEN.get(environment.directory());
            if (known == null || known.environment != environment || --known.users > 0) {
                return;
            }
            OPEN.remove(environment.directory());
            environment.retire(); // within the lock, so that nobody opens it again before it is closed
        }
    }

    /** Closes an environment under all its users, because its files went away or it is broken. */
    static synchronized void retire(Environment environment) {
        Counted known = OPEN.get(environment.directory());
        if (known != null && known.environment == environment) {
            OPEN.remove(environment.directory());
        }
        environment.retire();
    }

    /** Returns what identifies the data file at a path, or null if there is none. */
    static @Nullable Object fileKey(Path directory) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(directory.resolve(Layout.DATA_FILE), BasicFileAttributes.class);
            // Windows has no file keys; there an open file cannot be renamed or deleted either
            return Objects.requireNonNullElse(attributes.fileKey(), Layout.DATA_FILE);
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Opens for writing, or else, where that is denied, for reading: with the lock file if that can be written, and without
     * one if not, as on a read-only medium.
     */
    private static Environment openNative(Path directory, String store, LmdbOptions options) throws IOException {
        Path data = directory.resolve(Layout.DATA_FILE);
        PageCheck.beforeOpening(data, store);
        Natives.load();
        try {
            return openNative(directory, store, options, 0);
        } catch (NativeFailure denied) {
            if (!LmdbErrors.isDenied(denied.code()) || !Files.isReadable(data) || Files.size(data) == 0) {
                throw denied;
            }
        }
        try {
            return openNative(directory, store, options, LMDB.MDB_RDONLY);
        } catch (NativeFailure denied) {
            if (!LmdbErrors.isDenied(denied.code())) {
                throw denied;
            }
            return openNative(directory, store, options, LMDB.MDB_RDONLY | LMDB.MDB_NOLOCK);
        }
    }

    private static Environment openNative(Path directory, String store, LmdbOptions options, int access) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer place = stack.mallocPointer(1);
            check(LMDB.mdb_env_create(place), "create an environment");
            long env = place.get(0);
            Environment opened = null;
            try {
                check(LMDB.mdb_env_set_mapsize(env, options.mapSize()), "set the map size");
                check(LMDB.mdb_env_set_maxreaders(env, options.maxReaders()), "set the number of readers");
                // NOTLS: read transactions move between the threads of a pool
                int flags = LMDB.MDB_NOTLS | (options.sync() ? 0 : LMDB.MDB_NOSYNC) | access;
                int code = LMDB.mdb_env_open(env, directory.toString(), flags, MODE);
                check(code, "open " + directory.getFileName());
                Object key = Objects.requireNonNullElse(fileKey(directory), Layout.DATA_FILE);
                boolean locked = (access & LMDB.MDB_NOLOCK) == 0;
                opened = new Environment(directory, store, options, env, key, locked);
                opened.clearStaleReaders();
                return opened;
            } finally {
                if (opened == null) {
                    LMDB.nmdb_env_close(env);
                }
            }
        }
    }

    /** Makes the entries of a directory survive a loss of power, where the system can. */
    static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows cannot open directories; what a killed process wrote is safe without this
        }
    }
}
