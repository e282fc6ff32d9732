package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Commit;
import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of a store: what is in it, and how it is made.
 *
 * <p>{@code atomflux-artifacts.json}, written last, says that the folder is a store; {@code index} holds the catalog, {@code
 * files} the sets of files with the records that name them beside, {@code staging} files that are being written, {@code trash}
 * what is being removed, {@code locks} the locks of names.
 */
final class FolderPlace {

    static final String MARKER = "atomflux-artifacts.json";
    static final int VERSION = 1;

    private static final String LAYOUT = "atomflux-artifacts";
    private static final int MOST_BYTES = 1 << 16;
    private static final List<String> FOLDERS = List.of("index", "files", "staging", "trash", "locks");
    private static final String TEMPORARY = MARKER + ".tmp";
    private static final Pattern INDEX = Pattern.compile("CURRENT(\\.tmp|\\.copy)?|lock|.+\\.(log|run)");
    private static final Set<String> OWN = Set.of("index", "files", "staging", "trash", "locks", TEMPORARY);

    /** Where a catalog keeps the id of its store, see {@link io.atomflux.artifact.catalog.CatalogStorage}. */
    static final Bytes ID = Bytes.of((byte) 'i');

    final Disk disk;
    final Path root;
    private final boolean withId;

    /**
     * Describes a folder; does no I/O.
     *
     * @param withId whether the catalog begins with the id of the store, as storages look for it there
     */
    FolderPlace(Disk disk, Path root, boolean withId) {
        this.disk = disk;
        this.root = root;
        this.withId = withId;
    }

    Path folder(String name) {
        return root.resolve(name);
    }

    String name() {
        return root.toString();
    }

    /**
     * Checks the store.
     *
     * @return whether there is one
     * @throws UnsupportedDataException if a newer version wrote it
     * @throws CorruptDataException if what says so is damaged, or parts are no folders
     */
    boolean exists() throws IOException {
        if (disk.kind(root.resolve(MARKER)) == Disk.Kind.NONE) {
            return false;
        }
        check(disk.content(root.resolve(MARKER), MOST_BYTES));
        for (String folder : FOLDERS) {
            if (disk.kind(root.resolve(folder)) != Disk.Kind.FOLDER) {
                throw new CorruptDataException(
                        name(),
                        folder,
                        "it is missing or no folder (expected: a folder; links are not followed)",
                        null);
            }
        }
        return true;
    }

    /** Returns the id of the store; fails if there is none. */
    String id() throws IOException {
        require();
        Object fields = Json.read(new String(disk.content(root.resolve(MARKER), MOST_BYTES), StandardCharsets.UTF_8));
        if (fields instanceof Map<?, ?> map && map.get("id") instanceof String id) {
            return id;
        }
        throw new CorruptDataException(name(), MARKER, "it does not say the id of the store", null);
    }

    private void check(byte[] marker) {
        Object read;
        try {
            read = Json.read(new String(marker, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(name(), MARKER, "it is not JSON", e);
        }
        if (!(read instanceof Map<?, ?> fields)
                || !LAYOUT.equals(fields.get("layout"))
                || !(fields.get("version") instanceof Number version)) {
            throw new CorruptDataException(
                    name(), MARKER, "it does not say \"layout\": \"%s\" and a version".formatted(LAYOUT), null);
        }
        if (version.longValue() != VERSION) {
            throw new UnsupportedDataException(
                    name(),
                    MARKER,
                    "version %s (expected: %d); a newer Atomflux wrote it".formatted(version, VERSION),
                    null);
        }
    }

    /** Checks the store, or fails if there is none. */
    void require() throws IOException {
        if (!exists()) {
            throw new StoreNotFoundException(name(), "a folder with " + MARKER + "; the first change makes one");
        }
    }

    /**
     * Tells whether a folder is being made a store, by another process perhaps, or one that was killed: its folders are there, some
     * or all, and nothing is in them but an index that begins.
     */
    static boolean isBegun(Path root) {
        try {
            List<String> names = names(root);
            if (!names.contains("index") || !OWN.containsAll(names)) {
                return false;
            }
            for (String folder : FOLDERS) {
                boolean ours = folder.equals("index")
                        ? names(root.resolve(folder)).stream()
                                .allMatch(name -> INDEX.matcher(name).matches())
                        : !names.contains(folder) || names(root.resolve(folder)).isEmpty();
                if (!ours) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false; // no folder, or one of another user: opening it tells
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    /**
     * Makes a store, unless there is one; goes on where a killed process stopped.
     *
     * @throws ForeignDataException if other things are there
     */
    void create(IndexFiles index) throws IOException {
        if (exists()) {
            return;
        }
        refuseOthers();
        makeFolders(root);
        for (String folder : FOLDERS) {
            disk.makeFolder(root.resolve(folder));
        }
        String id = Current.random(16);
        Commit.Change first = new Commit.Change(ID, Optional.of(Bytes.ofText(id)));
        String store = IndexWriter.create(index, id, withId ? List.of(first) : List.of());
        Map<String, Object> fields = new TreeMap<>();
        fields.put("layout", LAYOUT);
        fields.put("version", (long) VERSION);
        fields.put("id", store);
        byte[] marker = (Json.write(fields) + "\n").getBytes(StandardCharsets.UTF_8);
        disk.sync(root);
        // By the lock of the index, as others may be making the same store.
        try (var lock = index.lock()) {
            if (!exists()) {
                disk.replace(root.resolve(MARKER), root.resolve(TEMPORARY), marker);
            }
        }
    }

    private void refuseOthers() throws IOException {
        Disk.Kind kind = disk.kind(root);
        if (kind == Disk.Kind.FILE) {
            throw new ForeignDataException(name(), "a file", "a folder, or nothing yet");
        }
        if (kind == Disk.Kind.NONE) {
            return;
        }
        List<String> others = disk.names(root).stream()
                .filter(name -> !OWN.contains(name) && !name.equals(MARKER))
                .sorted()
                .limit(3)
                .toList();
        if (!others.isEmpty()) {
            throw new ForeignDataException(
                    name(),
                    "a folder with other things: " + String.join(", ", others),
                    "a store of artifacts, or an empty folder to make one in");
        }
    }

    private void makeFolders(Path folder) throws IOException {
        if (disk.kind(folder) == Disk.Kind.NONE) {
            Path parent = folder.getParent();
            if (parent != null) {
                makeFolders(parent);
            }
            disk.makeFolder(folder);
            if (parent != null) {
                disk.sync(parent);
            }
        }
    }
}
