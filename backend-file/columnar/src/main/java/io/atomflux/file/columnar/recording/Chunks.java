package io.atomflux.file.columnar.recording;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.zarr.ZarrChunks;
import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.recorder.RecordingStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arrays of a recording in a folder: their documents, and their chunks as files. */
final class Chunks {

    static final String TEMPORARY = ".tmp-";

    private final Path root;
    private final String store;
    private final Layout layout;
    private final Map<String, Map<String, @Nullable Object>> documents = new LinkedHashMap<>();
    private final Map<String, ZarrChunks> arrays = new HashMap<>();

    private Chunks(Path root, String store, Layout layout) {
        this.root = root;
        this.store = store;
        this.layout = layout;
    }

    /** Opens the arrays that are in a folder; a document that is damaged is as recorders write it. */
    static Chunks open(Path root, String store, Layout layout) throws IOException {
        Chunks chunks = new Chunks(root, store, layout);
        for (Series series : layout.all()) {
            byte[] found = Disk.read(root.resolve(series.name()).resolve(Documents.FILE));
            chunks.add(
                    series,
                    Documents.samples(found) < 0
                            ? Documents.array(series, layout.chunk(), 0)
                            : ZarrJson.read(Objects.requireNonNull(found)));
        }
        return chunks;
    }

    /** Begins arrays that are not there yet. */
    static Chunks fresh(Path root, String store, Layout layout) {
        Chunks chunks = new Chunks(root, store, layout);
        for (Series series : layout.all()) {
            chunks.add(series, Documents.array(series, layout.chunk(), 0));
        }
        return chunks;
    }

    private void add(Series series, Map<String, @Nullable Object> document) {
        documents.put(series.name(), document);
        arrays.put(
                series.name(),
                ZarrChunks.of(
                        Map.of(Documents.FILE, ZarrJson.write(document)),
                        store + ", array " + series.name(),
                        Integer.MAX_VALUE));
    }

    /** Returns the same in a folder of another name. */
    Chunks in(Path folder) {
        Chunks moved = new Chunks(folder, store, layout);
        moved.documents.putAll(documents);
        moved.arrays.putAll(arrays);
        return moved;
    }

    Path root() {
        return root;
    }

    Layout layout() {
        return layout;
    }

    /** Returns the arrays' documents by name, for so many samples. */
    Map<String, Map<String, @Nullable Object>> documents(long samples) {
        Map<String, Map<String, @Nullable Object>> resized = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, @Nullable Object>> array : documents.entrySet()) {
            resized.put(array.getKey(), Documents.resized(array.getValue(), samples));
        }
        return resized;
    }

    private ZarrChunks array(Series series) {
        return Objects.requireNonNull(arrays.get(series.name()));
    }

    Path file(Series series, int column, long stretch) {
        return root.resolve(series.name()).resolve(array(series).file(Shape.of(series.index(column, stretch))));
    }

    /**
     * Reads a chunk.
     *
     * @param valid how many of its times are committed; the others are made zeros
     * @param checksum what it must have then
     * @throws CorruptDataException if it does not decode, or has not
     */
    byte[] load(Series series, int column, long stretch, int valid, long checksum) throws IOException {
        // What does not compress takes a little more than it did before.
        long most = series.chunkBytes(layout.chunk()) * 9 / 8 + (64 << 10);
        byte[] stored = Disk.read(file(series, column, stretch), most);
        byte[] chunk;
        try {
            chunk = array(series).chunk(stored).bytes();
        } catch (IllegalArgumentException e) {
            throw corrupt(series, column, stretch, String.valueOf(e.getMessage()), e);
        }
        Checksums.blank(chunk, layout.chunk(), valid, series.dtype().itemSize());
        if (!Checksums.fits(checksum, chunk)) {
            throw corrupt(
                    series,
                    column,
                    stretch,
                    stored == null
                            ? "its file is missing, and it was not empty when it was committed"
                            : "not what was committed: its checksum is not the one that was kept",
                    null);
        }
        return chunk;
    }

    private CorruptDataException corrupt(
            Series series, int column, long stretch, String problem, @Nullable Throwable cause) {
        return new CorruptDataException(
                store,
                "samples %d to %d of %s, file %s"
                        .formatted(
                                stretch * layout.chunk(),
                                (stretch + 1) * layout.chunk() - 1,
                                series.name(),
                                root.relativize(file(series, column, stretch))),
                problem,
                cause);
    }

    /** Replaces a chunk's file at one instant; the folder it is in is not synced. */
    void store(Disk disk, Series series, int column, long stretch, byte[] chunk) throws IOException {
        Path file = file(series, column, stretch);
        byte[] stored = array(series).stored(Chunk.of(chunk));
        if (stored == null) {
            disk.delete(file);
            return;
        }
        Path temporary = root.resolve(series.name()).resolve(TEMPORARY + column + "-" + stretch);
        disk.makeFolders(Objects.requireNonNull(file.getParent()));
        disk.write(temporary, stored, true);
        disk.move(temporary, file);
    }

    /** Makes the renaming of chunks' files durable. */
    void sync(Disk disk) throws IOException {
        for (Path folder : folders()) {
            if (Disk.exists(folder)) {
                disk.sync(folder);
            }
        }
    }

    /** Returns the folders chunks are in. */
    private Set<Path> folders() {
        Set<Path> folders = new LinkedHashSet<>();
        for (Layout.Column column : layout.columns()) {
            folders.add(Objects.requireNonNull(
                    file(column.series(), column.column(), 0).getParent()));
        }
        return folders;
    }

    /** Commits: all that it tells of has been synced before. */
    static void commit(Disk disk, Path root, Commit commit) throws IOException {
        Path file = Snapshot.commitFile(root);
        Path folder = Objects.requireNonNull(file.getParent());
        Path temporary = folder.resolve(TEMPORARY + "commit");
        disk.write(temporary, commit.toJson(), true);
        disk.move(temporary, file);
        disk.sync(folder);
    }

    /**
     * Writes the documents that other programs go by.
     *
     * @param synced whether they must survive a loss of power, after which they are made again when a recorder opens it
     */
    void describe(Disk disk, Commit commit, boolean synced) throws IOException {
        Path folder = root.resolve(Layout.TIME);
        byte[] before = Disk.read(root.resolve(Documents.FILE));
        Map<String, Map<String, @Nullable Object>> arrays = documents(commit.committed());
        // The group's first, then the arrays': whoever opens the group finds the lengths of both in it. At the end it
        // comes last.
        boolean open = commit.progress().status() == RecordingStatus.OPEN;
        Map<String, @Nullable Object> group = Documents.group(
                Documents.samples(before) < 0 && before != null ? parsed(before) : Map.of(), open ? arrays : null);
        if (open) {
            replace(disk, folder, root.resolve(Documents.FILE), ZarrJson.write(group), synced);
        }
        for (Map.Entry<String, Map<String, @Nullable Object>> array : arrays.entrySet()) {
            Path file = root.resolve(array.getKey()).resolve(Documents.FILE);
            replace(disk, folder, file, ZarrJson.write(array.getValue()), synced);
            if (synced) {
                disk.sync(Objects.requireNonNull(file.getParent()));
            }
        }
        if (!open) {
            replace(disk, folder, root.resolve(Documents.FILE), ZarrJson.write(group), synced);
        }
        if (synced) {
            disk.sync(root);
        }
    }

    private static Map<String, @Nullable Object> parsed(byte[] document) {
        try {
            return ZarrJson.read(document);
        } catch (IllegalArgumentException e) {
            return Map.of(); // half of one after a loss of power
        }
    }

    private static void replace(Disk disk, Path folder, Path file, byte[] content, boolean synced) throws IOException {
        Path temporary = folder.resolve(TEMPORARY + "document");
        disk.write(temporary, content, synced);
        disk.move(temporary, file);
    }

    /** Removes what is behind the last sample: files, and what chunks that are not full hold beyond it. */
    void trim(Disk disk, long samples) throws IOException {
        long stretches = layout.stretches(samples);
        for (Layout.Column column : layout.columns()) {
            Path folder = Objects.requireNonNull(
                    file(column.series(), column.column(), 0).getParent());
            for (String name : Disk.names(folder)) {
                if (name.matches("[0-9]{1,18}") && Long.parseLong(name) >= stretches) {
                    disk.delete(folder.resolve(name));
                }
            }
            if (samples % layout.chunk() != 0) {
                trim(disk, column, stretches - 1, layout.filled(stretches - 1, samples));
            }
        }
    }

    private void trim(Disk disk, Layout.Column column, long stretch, int valid) throws IOException {
        Series series = column.series();
        byte[] whole = load(series, column.column(), stretch, layout.chunk(), Checksums.UNKNOWN);
        byte[] wanted = whole.clone();
        Checksums.blank(wanted, layout.chunk(), valid, series.dtype().itemSize());
        if (!Arrays.equals(wanted, whole)) {
            store(disk, series, column.column(), stretch, wanted);
        }
    }
}
