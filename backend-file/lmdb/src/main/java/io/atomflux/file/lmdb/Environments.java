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
 * The environments open in this process, by the real path of their data file, each counted.
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

    /** Opens an environment that is there, or joins those who did; null if there is none. */
    static synchronized @Nullable Environment open(Place place, String store, Opening options) throws IOException {
        Path data = place.data();
        try {
            BasicFileAttributes there = Files.readAttributes(data, BasicFileAttributes.class);
            if (!there.isRegularFile() || there.size() == 0) {
                return null;
            }
        } catch (IOException notThere) { // never made, or removed just now
            return null;
        }
        return join(place.real(), store, options);
    }

    /** Opens a folder; see {@link #create(Place, String, Opening)}. */
    static Environment create(Path directory, String store, LmdbOptions options) throws IOException {
        return create(Place.folder(directory), store, Opening.of(options));
    }

    /** Opens an environment, making it and the folders it is in where they are missing. */
    static synchronized Environment create(Place place, String store, Opening options) throws IOException {
        Path directory = place.folder().normalize();
        Path existing = directory;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(directory);
        if (!place.isFolder()) {
            // made before LMDB does, so that a link is followed and the real path is known; LMDB takes it for a new one
            FileChannel.open(place.path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
        }
        Environment environment = join(place.real(), store, options);
        for (Path made = directory; made != null && !made.equals(existing); made = made.getParent()) {
            sync(made);
        }
        if (existing != null && !existing.equals(directory)) {
            sync(existing);
        }
        return environment;
    }

    private static Environment join(Place place, String store, Opening options) throws IOException {
        Path data = place.data();
        Counted known = OPEN.get(data);
        if (known != null && !known.environment.isRetired()) {
            if (!known.environment.options().equals(options)) {
                throw new StoreInUseException(
                        store,
                        "with %s in this process (asked for: %s)".formatted(known.environment.options(), options));
            }
            known.users++;
            return known.environment;
        }
        Counted opened = new Counted(openNative(place, store, options));
        opened.users = 1;
        OPEN.put(data, opened);
        return opened.environment;
    }

    /** Gives one opening back; the last one closes the environment. */
    static void release(Environment environment) {
        synchronized (Environments.class) {
            Counted known = OPEN.get(environment.place().data());
            if (known == null || known.environment != environment || --known.users > 0) {
                return;
            }
            OPEN.remove(environment.place().data());
            environment.retire(); // within the lock, so that nobody opens it again before it is closed
        }
    }

    /** Closes an environment under all its users, because its files went away or it is broken. */
    static synchronized void retire(Environment environment) {
        Counted known = OPEN.get(environment.place().data());
        if (known != null && known.environment == environment) {
            OPEN.remove(environment.place().data());
        }
        environment.retire();
    }

    /** Returns what identifies the data file at a place, or null if there is none. */
    static @Nullable Object fileKey(Place place) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(place.data(), BasicFileAttributes.class);
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
    private static Environment openNative(Place place, String store, Opening options) throws IOException {
        Path data = place.data();
        PageCheck.beforeOpening(data, store);
        Natives.load();
        if (!options.locking() && !options.guarded()) {
            return openNative(place, store, options, LMDB.MDB_RDONLY | LMDB.MDB_NOLOCK);
        }
        try {
            return openNative(place, store, options, options.guarded() ? LMDB.MDB_NOLOCK : 0);
        } catch (NativeFailure denied) {
            if (!LmdbErrors.isDenied(denied.code()) || !Files.isReadable(data) || Files.size(data) == 0) {
                throw denied;
            }
        }
        if (options.guarded()) {
            return openNative(place, store, options, LMDB.MDB_RDONLY | LMDB.MDB_NOLOCK);
        }
        try {
            return openNative(place, store, options, LMDB.MDB_RDONLY);
        } catch (NativeFailure denied) {
            if (!LmdbErrors.isDenied(denied.code())) {
                throw denied;
            }
            return openNative(place, store, options, LMDB.MDB_RDONLY | LMDB.MDB_NOLOCK);
        }
    }

    private static Environment openNative(Place place, String store, Opening options, int access) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer created = stack.mallocPointer(1);
            check(LMDB.mdb_env_create(created), "create an environment");
            long env = created.get(0);
            Environment opened = null;
            try {
                check(LMDB.mdb_env_set_mapsize(env, options.mapSize()), "set the map size");
                check(LMDB.mdb_env_set_maxreaders(env, options.maxReaders()), "set the number of readers");
                // NOTLS: read transactions move between the threads of a pool
                int flags = LMDB.MDB_NOTLS
                        | (options.sync() ? 0 : LMDB.MDB_NOSYNC)
                        | (place.isFolder() ? 0 : LMDB.MDB_NOSUBDIR)
                        | access;
                int code = LMDB.mdb_env_open(env, place.path().toString(), flags, MODE);
                check(code, "open " + place.path().getFileName());
                Object key = Objects.requireNonNullElse(fileKey(place), Layout.DATA_FILE);
                boolean locked = (access & LMDB.MDB_NOLOCK) == 0;
                opened = new Environment(place, store, options, env, key, locked);
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
