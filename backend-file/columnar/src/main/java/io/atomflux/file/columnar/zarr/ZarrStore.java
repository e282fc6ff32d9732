package io.atomflux.file.columnar.zarr;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.journal.StoreAccess;
import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.TreeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A folder of Zarr groups and arrays: versions 2 and 3 are read, version 3 is written, groups of version 2 are changed as
 * such.
 *
 * <p>Python may write beside it, one at a time: what it appends is seen by {@link #stamp}, as it changes a group's
 * attributes; what it sets in place only by the stamps of chunks. Sharded arrays, and those with codecs that are only
 * decoded, are read only.
 */
public final class ZarrStore implements TreeStore {

    private final StoreAccess access;
    private final ZarrPlace place;
    private final boolean readOnly;

    ZarrStore(StoreAccess access, boolean readOnly, long mostChunkBytes) {
        this.access = access;
        this.readOnly = readOnly;
        this.place = new ZarrPlace(access.path(), mostChunkBytes);
    }

    /**
     * Returns a store; nothing is looked at yet.
     *
     * @param folder where it is, or will be with the first commit
     * @param readOnly whether changes are refused, and nothing beside it is made
     * @param patience how long to wait for other writers
     * @param mostChunkBytes how large a decoded chunk may be
     */
    public static ZarrStore of(Path folder, boolean readOnly, Duration patience, long mostChunkBytes) {
        return of(folder, readOnly, patience, mostChunkBytes, true);
    }

    /**
     * Describes a store; no I/O happens.
     *
     * @param synced whether changes survive loss of power, not only of the process
     */
    public static ZarrStore of(Path folder, boolean readOnly, Duration patience, long mostChunkBytes, boolean synced) {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(patience, "patience");
        if (mostChunkBytes < 1) {
            throw new IllegalArgumentException("mostChunkBytes: %d (expected: at least 1)".formatted(mostChunkBytes));
        }
        return new ZarrStore(
                StoreAccess.of(folder, readOnly, patience, StoreAccess.Fence.NONE, folder.toString(), synced),
                readOnly,
                mostChunkBytes);
    }

    @Override
    public String name() {
        return place.name();
    }

    @Override
    public long generation() throws IOException {
        return access.generation();
    }

    @Override
    public Object stamp() throws IOException {
        List<Object> watched = place.watchedStamps();
        if (watched.stream().noneMatch(ZarrPlace::isOfFile) && !Files.isDirectory(place.folder())) {
            throw missing();
        }
        return List.of(access.generation(), watched);
    }

    /** Looks at every file: what Python sets in place changes chunks only. */
    @Override
    public String etag() throws IOException {
        return access.reading(files -> {
            checkThere(files);
            return access.generation() + "-" + place.digest();
        });
    }

    private RuntimeException missing() {
        if (isOther()) {
            return new ForeignDataException(name(), "a file", "a folder of Zarr groups");
        }
        return new StoreNotFoundException(name(), "a folder of Zarr groups");
    }

    /** Tells whether there is something that is no folder; found in one look, since a folder may come and go between two. */
    private boolean isOther() {
        try {
            return !Files.readAttributes(place.folder(), BasicFileAttributes.class)
                    .isDirectory();
        } catch (IOException notThere) { // or a link that leads nowhere
            return Files.isSymbolicLink(place.folder());
        }
    }

    @Override
    public <T> T read(Reading<T> reading) throws IOException {
        return access.reading(files -> {
            checkThere(files);
            return reading.of(new ZarrTree(files, place));
        });
    }

    private void checkThere(StoreFiles files) throws IOException {
        if (!files.isFolder("")) {
            throw missing();
        }
    }

    @Override
    public <T> T edit(Editing<T> editing) throws IOException {
        checkWritable("edit");
        return access.writing(files -> {
            checkNoFile(files);
            try (ZarrEdit edit = new ZarrEdit(files, place)) {
                return editing.of(edit);
            }
        });
    }

    private void checkNoFile(StoreEdit files) throws IOException {
        if (!files.isFolder("") && isOther()) {
            throw missing();
        }
    }

    private void checkWritable(String operation) {
        if (readOnly) {
            throw new ReadOnlyStoreException(name(), operation);
        }
    }

    @Override
    public <T> T rewrite(List<String> groups, Rewriting<T> editing) throws IOException {
        checkWritable("rewrite");
        if (groups.size() != 1) {
            throw new IllegalArgumentException("groups %s (expected: exactly one)".formatted(groups));
        }
        String group = ZarrPaths.checked(groups.get(0));
        return access.writing(files -> {
            checkThere(files);
            RewriteFiles beside = new RewriteFiles(files, group, access.beside());
            beside.begin();
            try (ZarrEdit edit = new ZarrEdit(beside, place)) {
                return editing.of(new ZarrTree(files, place), edit);
            }
        });
    }

    @Override
    public void remove() throws IOException {
        checkWritable("remove");
        access.remove();
    }

    @Override
    public boolean removeIf(long generation) throws IOException {
        checkWritable("remove");
        return access.removeIf(generation);
    }

    @Override
    public List<String> verify() throws IOException {
        return access.reading(files -> {
            checkThere(files);
            return new ZarrVerification(files, place).findings();
        });
    }

    @Override
    public void close() throws IOException {
        access.close();
    }
}
