package io.atomflux.artifact.isf;

import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A database that is open: finds what stands under its keys, and makes databases inside it. All methods block.
 *
 * @param base its folder
 * @param area the hidden folder of the outermost database that holds it: one for all, as keys move between them
 */
record OpenedDatabase(Path base, HiddenArea area, KeyFolder folders, Steps steps) {

    /**
     * Opens a database, or makes one, as section "opening" of {@link IsfDatabase} says.
     *
     * @param making whether to make it where there is none
     */
    static OpenedDatabase open(Path base, boolean readOnly, boolean making, Steps steps) throws Exception {
        String store = base.toString();
        if (Disk.exists(base.resolve(DatabaseState.OLD_FILE))) {
            throw new UnsupportedDataException(
                    store,
                    DatabaseState.OLD_FILE,
                    "a database of the framework's deprecated system of SQLite and pickles (expected: one with "
                            + DatabaseState.FILE + "; convert it with the framework)",
                    null);
        }
        boolean exists = DatabaseState.isIn(base);
        if (!exists) {
            if (!making) {
                throw new StoreNotFoundException(store, "a database, which is a folder with a " + DatabaseState.FILE);
            }
            make(base, store);
        }
        OpenedDatabase opened = new OpenedDatabase(base, new HiddenArea(outermost(base)), new KeyFolder(store), steps);
        if (!readOnly) {
            try {
                opened.area.create();
            } catch (AccessDeniedException | FileAlreadyExistsException e) {
                throw new StoreAccessException(
                        store, "it cannot be written to (expected: permission, or opening it for reading)", e);
            }
            opened.area.exclusively(() -> {
                opened.area.recover();
                if (!DatabaseState.isIn(base)) {
                    DatabaseState.create(base, Map.of());
                } else {
                    DatabaseState state = DatabaseState.read(base);
                    if (state.id().isEmpty()) {
                        DatabaseState.create(base, state.members());
                    }
                }
                return true;
            });
        }
        return opened;
    }

    /** Makes the folder; the state is written under the lock. */
    private static void make(Path base, String store) throws IOException {
        try {
            try {
                Files.createDirectories(base);
            } catch (FileAlreadyExistsException e) {
                throw new ForeignDataException(store, "a file", "a database, or an empty or missing folder");
            }
            for (String name : Disk.names(base)) {
                if (!name.contains(IsfKeys.DELETING)
                        && !name.equals(DatabaseState.FILE)
                        && !DatabaseState.isIn(base)) { // which another process may just have made
                    throw new ForeignDataException(
                            store, "a folder that is no database and holds " + name, "a database, or an empty folder");
                }
            }
        } catch (AccessDeniedException e) {
            throw new StoreAccessException(store, "no permission to make a database there", e);
        }
    }

    /** Returns the outermost of the databases that hold a folder; it has the locks and the hidden files of all of them. */
    private static Path outermost(Path base) throws IOException {
        Path home = base;
        while (home.getFileName() != null && home.getFileName().toString().equals("db")) {
            Path key = home.getParent();
            Path above = key == null ? null : key.getParent();
            if (key == null || above == null || !DatabaseState.isIn(above)) {
                break;
            }
            if (!(new KeyFolder(above.toString()).read(key, key.getFileName().toString()) instanceof State.Database)) {
                break;
            }
            home = above;
        }
        return home;
    }

    String store() {
        return base.toString();
    }

    Path folder(String key) {
        return IsfKeys.folder(base, IsfKeys.parts(key));
    }

    /** Finds what stands under a key now; what is just being replaced still stands. */
    State find(String key) throws Exception {
        if (!IsfKeys.isKey(key)) {
            return new State.Absent(false);
        }
        List<String> parts = IsfKeys.parts(key);
        Path folder = IsfKeys.folder(base, parts);
        State state = reached(parts) ? folders.read(folder, key) : new State.Absent(false);
        if (!(state instanceof State.Absent)) {
            return state;
        }
        return area.undisturbed(() -> {
            State again = reached(parts) ? folders.read(folder, key) : new State.Absent(false);
            return again instanceof State.Absent ? left(folder, key, again) : again;
        });
    }

    /** Finds what a replacement that died has moved away: it was not replaced yet. */
    private State left(Path folder, String key, State missing) throws IOException {
        for (HiddenArea.Intent intent : area.begun()) {
            if (intent.target().equals(folder) && !Disk.exists(folder) && Disk.exists(intent.old())) {
                return folders.read(intent.old(), key);
            }
        }
        return missing;
    }

    /** Tells whether all but the last part are databases; links are none. */
    private boolean reached(List<String> parts) throws IOException {
        for (int i = 1; i < parts.size(); i++) {
            List<String> above = parts.subList(0, i);
            Path folder = IsfKeys.folder(base, above);
            if (!(folders.read(folder, above.get(i - 1)) instanceof State.Database)
                    || !Disk.isFolder(folder.resolve("db"))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the names of keys directly in a database of this one, in no order. */
    List<String> names(String database) throws Exception {
        Path folder = database.isEmpty() ? base : folder(database).resolve("db");
        return area.undisturbed(() -> {
            List<String> names = new ArrayList<>();
            for (String name : Disk.names(folder)) {
                if (IsfKeys.isPart(name)) {
                    names.add(name);
                }
            }
            for (HiddenArea.Intent intent : area.begun()) {
                String name = intent.target().getFileName().toString();
                if (folder.equals(intent.target().getParent()) && !names.contains(name)) {
                    names.add(name);
                }
            }
            return names;
        });
    }

    /** Makes the databases a key lies in, where they are missing; called by who holds the lock. */
    void makeParents(List<String> parts) throws IOException {
        for (int i = 1; i < parts.size(); i++) {
            makeDatabase(parts.subList(0, i));
        }
    }

    /** Makes a database under a key, where there is none; called by who holds the lock. */
    void makeDatabase(List<String> parts) throws IOException {
        Path folder = IsfKeys.folder(base, parts);
        String key = String.join("/", parts);
        State state = folders.read(folder, key);
        if (state instanceof State.Value) {
            throw new ArtifactConflictException(
                    store(), key, "a value, which cannot become a database; delete it first, or choose another key");
        }
        Path inner = folder.resolve("db");
        if (state instanceof State.Database) {
            Files.createDirectories(inner); // the framework makes it at the first access
            if (!DatabaseState.isIn(inner)) {
                DatabaseState.create(inner, Map.of());
            }
            return;
        }
        clear(folder, key, state);
        Path staged = area.staged(newId());
        Files.createDirectories(staged.resolve("db"));
        DatabaseState.create(staged.resolve("db"), Map.of());
        place(staged, folder, IsfDumper.JUST_CREATE_ISF_DB);
        steps.made("database");
    }

    /** Makes a folder under a key, where there is none, that users fill themselves; called by who holds the lock. */
    void makeFolder(String key, IsfDumper dumper) throws Exception {
        List<String> parts = IsfKeys.parts(key);
        Path folder = IsfKeys.folder(base, parts);
        makeParents(parts);
        clear(folder, key, folders.read(folder, key));
        Path staged = area.staged(newId());
        Files.createDirectory(staged);
        place(staged, folder, dumper);
        steps.made("folder");
    }

    private static void place(Path staged, Path folder, IsfDumper dumper) throws IOException {
        describe(staged, dumper);
        Disk.sync(staged);
        Disk.move(staged, folder);
        Disk.sync(HiddenArea.parent(folder));
    }

    /** Moves a database to a key that has nothing; called by who holds the lock. */
    void moveDatabase(String from, String to) throws Exception {
        if ((to + "/").startsWith(from + "/")) {
            throw new ArtifactConflictException(store(), to, "it lies in the database that is to be moved there");
        }
        if (!(find(to) instanceof State.Absent)) {
            throw new ArtifactExistsException(store(), to);
        }
        List<String> parts = IsfKeys.parts(to);
        makeParents(parts);
        Path target = IsfKeys.folder(base, parts);
        clear(target, to, folders.read(target, to));
        Disk.move(folder(from), target);
        Disk.sync(HiddenArea.parent(folder(from)));
        Disk.sync(HiddenArea.parent(target));
    }

    /** Writes what tells the framework what a folder is, into one that nobody sees yet. */
    static void describe(Path staged, IsfDumper dumper) throws IOException {
        Disk.replace(staged.resolve(KeyFolder.LOADER), KeyFolder.loader(Optional.empty(), Optional.of(dumper)));
        Disk.replace(
                staged.resolve(MetadataFile.FILE),
                MetadataFile.text(MetadataFile.complete(Map.of(), dumper.shortName())));
    }

    /** Moves a folder away that is no key, as the framework leaves it if it dies; a database in it is kept. */
    void clear(Path folder, String key, State state) throws IOException {
        if (state instanceof State.Absent absent && absent.folder()) {
            if (DatabaseState.isIn(folder) || DatabaseState.isIn(folder.resolve("db"))) {
                throw new ArtifactConflictException(
                        store(), key, "a folder without " + KeyFolder.LOADER + " that holds a database, which stays");
            }
            moveAway(folder, newId());
        } else if (state instanceof State.Absent && Disk.exists(folder)) {
            throw new ArtifactConflictException(
                    store(), key, "a file or a link where the folder of the key should be; move it away");
        }
    }

    /** Moves a folder to the old ones; that is the instant it is gone. */
    Path moveAway(Path folder, String set) throws IOException {
        Path old = oldPlace(set);
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now())); // when it became old, see sweep
        Disk.move(folder, old);
        steps.made("moved away");
        Disk.sync(HiddenArea.parent(folder));
        Disk.sync(area.old());
        return old;
    }

    /** Returns where a set goes that is replaced; of copied folders several have one id. */
    Path oldPlace(String set) {
        Path old = area.old(set);
        return Disk.exists(old) ? area.old(newId()) : old;
    }

    /** Reads the record that has an identity; null if none does. */
    @Nullable
    StoredRecord byIdentity(String identity) throws Exception {
        Map<String, @Nullable Object> entry = Disk.readObject(area.identity(KeyFolder.hash(identity)), store());
        if (entry == null || !(entry.get("folders") instanceof List<?> paths)) {
            return null;
        }
        for (Object path : paths) {
            Path folder = area.home().resolve(String.valueOf(path)).normalize();
            String key = key(folder);
            if (key != null
                    && find(key) instanceof State.Value value
                    && value.record().identity().equals(Optional.of(identity))) {
                return value.record();
            }
        }
        return null;
    }

    /** Notes where the record of an identity is, or may be; durable before it is there. */
    void noteIdentity(String identity, Path... folders) throws IOException {
        List<String> paths = new ArrayList<>();
        for (Path folder : folders) {
            paths.add(area.home().relativize(folder).toString());
        }
        Disk.replace(area.identity(KeyFolder.hash(identity)), Json.plain(Map.of("folders", paths)));
        steps.made("identity");
    }

    /** Returns the key of a folder; null if it has none in this database. */
    private @Nullable String key(Path folder) {
        if (!folder.startsWith(base) || folder.equals(base)) {
            return null;
        }
        Path relative = base.relativize(folder);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < relative.getNameCount(); i++) {
            String name = relative.getName(i).toString();
            if (i % 2 == 0) {
                parts.add(name);
            } else if (!name.equals("db")) {
                return null;
            }
        }
        String key = String.join("/", parts);
        return relative.getNameCount() % 2 == 1 && IsfKeys.isKey(key) ? key : null;
    }

    /** Reads the id of the database. */
    String id() throws IOException {
        return DatabaseState.read(base)
                .id()
                .orElseThrow(() -> new CorruptDataException(
                        store(), DatabaseState.FILE, "it has no id; opened for writing, it gets one", null));
    }

    static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
