package io.atomflux.file.columnar.journal;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The files of a store with changes laid over them; files of which parts are read stay open until it is closed. */
class View implements StoreFiles, AutoCloseable {

    /** More are opened for each reading: no store needs them, and a process has no more than about a thousand. */
    private static final int MOST_OPEN = 64;

    private static final int MOST_KNOWN = 4096;

    final Disk disk;
    final Places places;
    final Changes changes;
    private final Disk.@Nullable Handle journal;
    private final Map<Path, Disk.Handle> opened = new HashMap<>();
    private final Set<Path> known = ConcurrentHashMap.newKeySet();

    /**
     * Begins.
     *
     * @param journal holds the bytes of the changes; not closed here
     */
    View(Disk disk, Places places, Changes changes, Disk.@Nullable Handle journal) {
        this.disk = disk;
        this.places = places;
        this.changes = changes;
        this.journal = journal;
    }

    /** Returns where the bytes of changes are. */
    Disk.Handle journal() {
        if (journal == null) {
            throw new IllegalStateException("changes without a journal");
        }
        return journal;
    }

    @Override
    public OptionalLong length(String path) throws IOException {
        check(path);
        Content content = changes.contents.get(path);
        if (content != null) {
            return OptionalLong.of(content.length());
        }
        if (kind(path) != Disk.Kind.FILE) {
            return OptionalLong.empty();
        }
        Path file = place(path);
        Disk.Handle there = open(file);
        if (there != null) {
            return OptionalLong.of(there.size());
        }
        try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
            return OptionalLong.of(handle.size());
        }
    }

    @Override
    public int read(String path, long position, ByteBuffer target) throws IOException {
        check(path);
        if (position < 0) {
            throw new IllegalArgumentException("position: %d (expected: at least 0)".formatted(position));
        }
        Content content = changes.contents.get(path);
        if (content != null) {
            return position >= content.length()
                    ? 0
                    : content.read(journal(), () -> handle(source(content, path)), position, target);
        }
        Path file = place(path);
        Disk.Handle there = changes.vanishes(path) ? null : open(file);
        if (there != null) {
            return there.read(target, position);
        }
        requireFile(path);
        if (cached(file)) {
            return handle(file).read(target, position);
        }
        try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
            return handle.read(target, position);
        }
    }

    @Override
    public byte[] read(String path, long most) throws IOException {
        check(path);
        Content content = changes.contents.get(path);
        if (content != null) {
            byte[] bytes = new byte[bounded(path, content.length(), most)];
            ByteBuffer target = ByteBuffer.wrap(bytes);
            return read(path, 0, target) == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, target.position());
        }
        Path file = place(path);
        requireFile(path);
        try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
            byte[] bytes = new byte[bounded(path, handle.size(), most)];
            int count = handle.read(ByteBuffer.wrap(bytes), 0);
            return count == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, Math.max(0, count));
        }
    }

    /** Refuses to read what is no file; what a link hides is not what a missing file stands for. */
    private void requireFile(String path) throws IOException {
        Disk.Kind kind = kind(path);
        if (kind == Disk.Kind.NONE) {
            throw new NoSuchFileException(place(path).toString());
        } else if (kind != Disk.Kind.FILE) {
            throw new ForeignDataException(
                    place(path).toString(),
                    kind == Disk.Kind.FOLDER ? "a folder" : "a symbolic link or what is neither file nor folder",
                    "a file; links within a store are not followed, copy into it what they lead to");
        }
    }

    private int bounded(String path, long length, long most) {
        long limit = Math.min(most, Integer.MAX_VALUE - 16);
        if (length > limit) {
            throw new LimitExceededException(
                    "file %s, bytes".formatted(places.of(path)),
                    length,
                    limit,
                    "a file of this kind is never that large: it is damaged or foreign");
        }
        return (int) length;
    }

    @Override
    public List<String> names(String folder) throws IOException {
        check(folder);
        TreeSet<String> names = new TreeSet<>();
        if (kind(folder) == Disk.Kind.FOLDER) {
            for (String name : disk.names(place(folder))) {
                if (!Places.isTemporary(name) && !changes.vanishes(below(folder, name))) {
                    names.add(name);
                }
            }
        }
        for (String path : changes.contents.keySet()) {
            add(names, folder, path);
        }
        Changes.Adoption adoption = changes.adoption();
        if (adoption != null) {
            add(names, folder, adoption.path());
        }
        return new ArrayList<>(names);
    }

    private static void add(Set<String> names, String folder, String path) {
        if (!path.equals(folder) && Places.within(path, folder)) {
            String rest = folder.isEmpty() ? path : path.substring(folder.length() + 1);
            int slash = rest.indexOf('/');
            names.add(slash < 0 ? rest : rest.substring(0, slash));
        }
    }

    static String below(String folder, String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    @Override
    public boolean isFolder(String path) throws IOException {
        check(path);
        if (kind(path) == Disk.Kind.FOLDER) {
            return true;
        }
        Changes.Adoption adoption = changes.adoption();
        if (adoption != null && !adoption.path().equals(path) && Places.within(adoption.path(), path)) {
            return true;
        }
        for (String changed : changes.contents.keySet()) {
            if (!changed.equals(path) && Places.within(changed, path)) {
                return true;
            }
        }
        return false;
    }

    static void check(String path) {
        String flaw = Places.flaw(path);
        if (!flaw.isEmpty()) {
            throw new IllegalArgumentException(
                    "path in a store: \"%s\" has %s (expected: names joined by /)".formatted(path, flaw));
        }
    }

    /** Returns where a file is, if it has no content of its own among the changes. */
    Path place(String path) {
        Changes.Adoption adoption = changes.adoption();
        if (adoption == null || !changes.isAdopted(path)) {
            return places.of(path);
        }
        String above = adoption.path();
        String rest = path.equals(above) ? "" : path.substring(above.isEmpty() ? 0 : above.length() + 1);
        return rest.isEmpty() ? places.rewrite() : places.rewrite().resolve(rest);
    }

    private Path source(Content content, String path) {
        return content instanceof CreatedContent ? Places.temporary(places.of(path)) : places.of(path);
    }

    /** Tells what is in the place of a path, unless it goes; nothing behind a symbolic link. */
    Disk.Kind kind(String path) throws IOException {
        if (changes.vanishes(path)) {
            return Disk.Kind.NONE;
        }
        Path place = place(path);
        Path top = changes.isAdopted(path) ? places.rewrite() : places.root();
        for (Path above = place.getParent(); !place.equals(top) && above != null; above = above.getParent()) {
            if (!known.contains(above)) {
                Disk.Kind kind = disk.kind(above);
                if (kind != Disk.Kind.FOLDER) {
                    return kind == Disk.Kind.OTHER ? kind : Disk.Kind.NONE;
                }
                if (known.size() < MOST_KNOWN) {
                    known.add(above);
                }
            }
            if (above.equals(top)) {
                break;
            }
        }
        return disk.kind(place);
    }

    private Disk.@Nullable Handle open(Path file) {
        synchronized (opened) {
            return opened.get(file);
        }
    }

    private boolean cached(Path file) {
        synchronized (opened) {
            return opened.containsKey(file) || opened.size() < MOST_OPEN;
        }
    }

    private Disk.Handle handle(Path file) throws IOException {
        synchronized (opened) {
            Disk.Handle handle = opened.get(file);
            if (handle == null) {
                handle = disk.open(file, Disk.Mode.READ);
                opened.put(file, handle);
            }
            return handle;
        }
    }

    /** Closes the files, as they may have become others. */
    void forget() throws IOException {
        synchronized (opened) {
            known.clear();
            List<Disk.Handle> handles = new ArrayList<>(opened.values());
            opened.clear();
            closeAll(handles);
        }
    }

    static void closeAll(List<Disk.Handle> handles) throws IOException {
        IOException failure = null;
        for (Disk.Handle handle : handles) {
            try {
                handle.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        forget();
    }
}
