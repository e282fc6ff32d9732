package io.atomflux.artifact.isf;

import io.atomflux.codec.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The hidden folder of the outermost database: what is being written, what was replaced, locks and the intents of changes
 * that take two renames.
 *
 * <p>Its name contains {@code .deleting.}, as names of keys never do and as {@code keys()} of the framework hides.
 */
final class HiddenArea {

    static final String NAME = ".atomflux" + IsfKeys.DELETING + "d";

    /** One lock per database in this process: the file locks of one process do not exclude each other. */
    private static final ConcurrentMap<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

    private final Path home;
    private final Path area;

    /** Takes the folder of the outermost database. */
    HiddenArea(Path home) {
        this.home = home;
        this.area = home.resolve(NAME);
    }

    Path home() {
        return home;
    }

    Path staged(String set) {
        return area.resolve("stage").resolve(set);
    }

    Path old(String set) {
        return area.resolve("old").resolve(set);
    }

    Path held(String set) {
        return area.resolve("held").resolve(set);
    }

    Path holds() {
        return area.resolve("holds");
    }

    Path identity(String identity) {
        return area.resolve("identity").resolve(identity + ".json");
    }

    Path locks() {
        return area.resolve("locks");
    }

    Path stage() {
        return area.resolve("stage");
    }

    Path old() {
        return area.resolve("old");
    }

    private Path intents() {
        return area.resolve("intents");
    }

    /** Makes the folders; the database must exist. */
    void create() throws IOException {
        for (String name : List.of("stage", "old", "held", "holds", "identity", "locks", "intents")) {
            Files.createDirectories(area.resolve(name));
        }
    }

    /** Does work that changes the database while no one else does, in any process. */
    <T extends @Nullable Object> T exclusively(Callable<T> work) throws Exception {
        return locked(false, work);
    }

    /** Does work while no one changes the database; where no one of this library ever could, just does it. */
    <T extends @Nullable Object> T undisturbed(Callable<T> work) throws Exception {
        return locked(true, work);
    }

    private <T extends @Nullable Object> T locked(boolean shared, Callable<T> work) throws Exception {
        ReentrantLock here = HERE.computeIfAbsent(area, path -> new ReentrantLock(true));
        here.lock();
        try {
            if (here.getHoldCount() > 1) {
                return work.call(); // within another; closing a channel of the file would free its lock
            }
            Path file = area.resolve("lock");
            FileChannel channel;
            try {
                channel = shared
                        ? FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
                        : FileChannel.open(
                                file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                if (!shared) {
                    throw e;
                }
                return work.call();
            }
            try (channel;
                    FileLock lock = channel.lock(0, Long.MAX_VALUE, shared)) {
                return work.call();
            }
        } finally {
            here.unlock();
        }
    }

    /**
     * A replacement that has begun: what is staged goes to where a key is, and what is there now goes to the old ones.
     *
     * @param file where the intent is kept
     */
    record Intent(Path file, String key, Path staged, Path target, Path old) {}

    /** Makes it known that a key is about to be replaced; durable. */
    Intent intend(String key, Path staged, Path target, Path old) throws IOException {
        Path file = intents().resolve(UUID.randomUUID() + ".json");
        Map<String, Object> json = Map.of(
                "key", key,
                "staged", home.relativize(staged).toString(),
                "target", home.relativize(target).toString(),
                "old", home.relativize(old).toString());
        Disk.replace(file, Json.plain(json));
        return new Intent(file, key, staged, target, old);
    }

    /** Returns the replacements that have begun and not ended. */
    List<Intent> begun() throws IOException {
        List<Intent> found = new ArrayList<>();
        for (String name : Disk.names(intents())) {
            if (!name.endsWith(".json")) {
                continue; // half written, so nothing has begun
            }
            Path file = intents().resolve(name);
            Map<String, @Nullable Object> json = Disk.readObject(file, home.toString());
            if (json != null) {
                found.add(new Intent(
                        file,
                        String.valueOf(json.get("key")),
                        inside(json.get("staged")),
                        inside(json.get("target")),
                        inside(json.get("old"))));
            }
        }
        return found;
    }

    private Path inside(@Nullable Object relative) throws IOException {
        Path path = home.resolve(String.valueOf(relative)).normalize();
        if (!path.startsWith(home) || path.equals(home)) {
            throw new IOException("an intent of %s names a place outside of it".formatted(area));
        }
        return path;
    }

    /** Ends replacements that died on the way: what is staged takes its place, unless another came there meanwhile. */
    void recover() throws IOException {
        for (Intent intent : begun()) {
            boolean moved = Disk.exists(intent.old());
            if (Disk.exists(intent.staged()) && !(moved && Disk.exists(intent.target()))) {
                if (Disk.exists(intent.target())) {
                    Disk.move(intent.target(), intent.old());
                }
                Disk.move(intent.staged(), intent.target());
                Disk.sync(parent(intent.target()));
            } else if (moved && !Disk.exists(intent.target())) { // what was staged is gone, so what was there stays
                Disk.move(intent.old(), intent.target());
                Disk.sync(parent(intent.target()));
            }
            Files.deleteIfExists(intent.file());
        }
    }

    static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent");
        }
        return parent;
    }
}
