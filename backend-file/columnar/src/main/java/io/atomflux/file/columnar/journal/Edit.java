package io.atomflux.file.columnar.journal;

import io.atomflux.error.Outcome;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the files of one store. The bytes go to a draft of the journal as they come, or to their place at once; only
 * where they are is kept in memory. For one thread, which holds the lock of the store exclusively.
 *
 * <p>Longer than other files as each kind of change has to be told from each kind that was made before it.
 */
final class Edit extends View implements StoreEdit {

    private static final int PAGE = PagedContent.PAGE;

    private final String store;
    private final Marks marks;
    private final Recovery recovery;
    private final ByteBuffer slot = ByteBuffer.allocate(2 * PAGE);
    private final Map<String, Disk.Handle> writers = new HashMap<>();

    /** Files that were written at once and are not synced. */
    private final Set<Path> fresh = new HashSet<>();

    private final Deque<Path> madeFolders = new ArrayDeque<>();
    private final TreeSet<Path> touchedFolders = new TreeSet<>();
    private Disk.@Nullable Handle draft;
    private long end = JournalFile.HEAD;

    /** Whether a journal was left to be applied: another commit would take its place. */
    private boolean pending;

    Edit(Disk disk, Places places, String store, Marks marks, Recovery recovery) {
        super(disk, places, new Changes(), null);
        this.store = store;
        this.marks = marks;
        this.recovery = recovery;
    }

    /** A change of a file system. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /** Runs what comes before a commit; no room is told as such, all else is left to the caller. */
    private void before(Step step) throws IOException {
        requireUsable();
        try {
            step.run();
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e; // of the caller's paths
        } catch (IOException e) {
            throw Failures.before(store, e);
        }
    }

    private void requireUsable() {
        if (pending) {
            throw new IllegalStateException(
                    "%s has a commit that is not in place yet (expected: another call, which puts it there first)"
                            .formatted(store));
        }
    }

    @Override
    Disk.Handle journal() {
        if (draft == null) {
            throw new IllegalStateException("no change was written");
        }
        return draft;
    }

    private Disk.Handle draft() throws IOException {
        Disk.Handle handle = draft;
        if (handle == null) {
            handle = disk.open(places.draft(), Disk.Mode.EMPTY);
            draft = handle;
        }
        return handle;
    }

    @Override
    public void fresh(String path, ByteBuffer content) throws IOException {
        check(path);
        if (path.isEmpty() || changes.contents.containsKey(path) || changes.vanishes(path)) {
            replace(path, content);
            return;
        }
        before(() -> {
            requireFolders(path);
            direct(path, content);
        });
    }

    /** Writes a file in its place at once. */
    private void direct(String path, ByteBuffer content) throws IOException {
        Path file = place(path);
        Path folder = parent(file);
        makeFolders(folder);
        if (!changes.isAdopted(path)) {
            fresh.add(file);
            touchedFolders.add(folder);
        }
        try (Disk.Handle handle = disk.open(file, Disk.Mode.EMPTY)) {
            handle.write(content, 0);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException("%s has no folder".formatted(file));
        }
        return parent;
    }

    private void makeFolders(Path folder) throws IOException {
        if (disk.kind(folder) == Disk.Kind.NONE) {
            makeFolders(parent(folder));
            disk.makeFolder(folder);
            madeFolders.push(folder);
            touchedFolders.add(parent(folder));
        }
    }

    /** Refuses a path below a file or behind a symbolic link: after the commit it would be too late. */
    private void requireFolders(String path) throws IOException {
        for (String at = path; !at.isEmpty(); ) {
            at = Places.parent(at);
            if (changes.contents.containsKey(at)) {
                throw new FileAlreadyExistsException(places.of(at).toString(), null, "a file, not a folder");
            }
            if (!changes.vanishes(at)) {
                switch (disk.kind(place(at))) {
                    case FILE ->
                        throw new FileAlreadyExistsException(place(at).toString(), null, "a file, not a folder");
                    case OTHER ->
                        throw new StoreAccessException(
                                store,
                                "%s is a symbolic link, which is not followed in a store".formatted(place(at)),
                                null);
                    case FOLDER, NONE -> {}
                }
            }
        }
    }

    @Override
    public void replace(String path, ByteBuffer content) throws IOException {
        check(path);
        before(() -> {
            requireFolders(path);
            if (changes.isAdopted(path)) {
                direct(path, content);
            } else {
                replaced(path, content);
            }
        });
    }

    private ReplacedContent replaced(String path, ByteBuffer content) throws IOException {
        long before = -1;
        String digest = Digests.NONE;
        if (changes.contents.get(path) instanceof ReplacedContent again) {
            before = again.before();
            digest = again.digest();
        } else {
            drop(path);
            Path file = places.of(path);
            Disk.Kind kind = disk.kind(file);
            if (kind == Disk.Kind.FILE) {
                try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
                    before = handle.size();
                    digest = Digests.of(handle, 0, before);
                }
            } else if (kind != Disk.Kind.NONE && !changes.vanishes(path)) {
                throw new FileAlreadyExistsException(file.toString(), null, "not a file");
            }
        }
        long offset = end;
        int length = content.remaining();
        draft().write(content, offset);
        end += length;
        ReplacedContent replaced = new ReplacedContent(offset, length, before, digest);
        changes.contents.put(path, replaced);
        return replaced;
    }

    /** Undoes what was changed of a file so far. */
    private void drop(String path) throws IOException {
        Content content = changes.contents.remove(path);
        if (content == null) {
            return;
        }
        Disk.Handle handle = writers.remove(path);
        try {
            if (content instanceof PagedContent paged && handle != null && handle.size() > paged.base()) {
                handle.resize(paged.base());
            }
        } finally {
            if (handle != null) {
                handle.close();
            }
        }
        if (content instanceof CreatedContent) {
            forget();
            disk.delete(places.created());
        }
    }

    @Override
    public void write(String path, long position, ByteBuffer content) throws IOException {
        check(path);
        if (position < 0) {
            throw new IllegalArgumentException("position: %d (expected: at least 0)".formatted(position));
        }
        if (!content.hasRemaining()) {
            return;
        }
        before(() -> {
            requireFolders(path);
            if (changes.isAdopted(path)) {
                makeFolders(parent(place(path)));
                boolean there = disk.kind(place(path)) == Disk.Kind.FILE;
                try (Disk.Handle handle = disk.open(place(path), there ? Disk.Mode.WRITE : Disk.Mode.EMPTY)) {
                    handle.write(content, position);
                }
                return;
            }
            Content changed = begun(path);
            if (changed instanceof PagedContent paged) {
                grow(path, paged, position);
                pages(path, paged, position, content);
            } else if (changed instanceof CreatedContent created) {
                long length = Math.max(created.length(), position + content.remaining());
                writer(path).write(content, position);
                changes.contents.put(path, new CreatedContent(length));
            } else if (changed instanceof ReplacedContent replaced) {
                patch(path, replaced, position, content);
            }
        });
    }

    /** Returns what a file becomes, as it is if nothing was changed yet. */
    private Content begun(String path) throws IOException {
        Content content = changes.contents.get(path);
        if (content != null) {
            return content;
        }
        Path file = places.of(path);
        Disk.Kind kind = disk.kind(file);
        if (kind == Disk.Kind.FILE && !changes.vanishes(path)) {
            Disk.Handle handle = disk.open(file, Disk.Mode.WRITE);
            writers.put(path, handle);
            draft();
            long size = handle.size();
            content = new PagedContent(size, size);
        } else if (kind == Disk.Kind.NONE && path.isEmpty()) {
            writers.put(path, disk.open(places.created(), Disk.Mode.EMPTY));
            touchedFolders.add(places.folder());
            draft();
            content = new CreatedContent(0);
        } else {
            return replaced(path, ByteBuffer.allocate(0));
        }
        changes.contents.put(path, content);
        return content;
    }

    private Disk.Handle writer(String path) {
        Disk.Handle handle = writers.get(path);
        if (handle == null) {
            throw new IllegalStateException("\"%s\" is not being written".formatted(path));
        }
        return handle;
    }

    /** Writes zeros between the end and a position: the old end may be beyond it, with other bytes. */
    private void grow(String path, PagedContent paged, long position) throws IOException {
        long until = Math.min(position, paged.base());
        for (long at = paged.length(); at < until; ) {
            int count = (int) Math.min(PAGE, until - at);
            pages(path, paged, at, ByteBuffer.allocate(count));
            at += count;
        }
    }

    private void pages(String path, PagedContent paged, long position, ByteBuffer content) throws IOException {
        long at = position;
        int limit = content.limit();
        while (content.hasRemaining() && at < paged.base()) {
            long page = at / PAGE;
            int from = (int) (at % PAGE);
            int count = (int) Math.min(Math.min(PAGE - from, content.remaining()), paged.base() - at);
            content.limit(content.position() + count);
            Long there = paged.slot(page);
            if (there == null) {
                java.util.Arrays.fill(slot.clear().array(), (byte) 0);
                int old = (int) Math.min(PAGE, paged.base() - page * PAGE);
                writer(path).read(slot.limit(old), page * PAGE);
                System.arraycopy(slot.array(), 0, slot.array(), PAGE, PAGE);
                slot.clear().position(from);
                slot.put(content);
                draft().write(slot.clear(), end);
                paged.slot(page, end);
                end += 2 * PAGE;
            } else {
                draft().write(content, there + from);
            }
            content.limit(limit);
            at += count;
        }
        if (content.hasRemaining()) {
            int count = content.remaining();
            writer(path).write(content, at);
            at += count;
        }
        paged.length(Math.max(paged.length(), at));
    }

    private void patch(String path, ReplacedContent replaced, long position, ByteBuffer content) throws IOException {
        long length = Math.max(replaced.length(), position + content.remaining());
        long offset = replaced.offset();
        if (length > replaced.length()) {
            if (offset + replaced.length() != end) {
                ReplacedContent.copy(draft(), offset, draft(), end, replaced.length());
                offset = end;
                end += replaced.length();
            }
            for (long at = replaced.length(); at < position; at += PAGE) {
                draft().write(ByteBuffer.allocate((int) Math.min(PAGE, position - at)), offset + at);
            }
            end = offset + length;
        }
        draft().write(content, offset + position);
        changes.contents.put(path, new ReplacedContent(offset, length, replaced.before(), replaced.digest()));
    }

    @Override
    public void truncate(String path, long length) throws IOException {
        check(path);
        if (length < 0) {
            throw new IllegalArgumentException("length: %d (expected: at least 0)".formatted(length));
        }
        before(() -> {
            requireFolders(path);
            if (changes.isAdopted(path)) {
                try (Disk.Handle handle = disk.open(place(path), Disk.Mode.WRITE)) {
                    handle.resize(length);
                }
                return;
            }
            Content changed = begun(path);
            if (changed instanceof PagedContent paged) {
                grow(path, paged, length);
                // First to the old end, so that what is cut off comes back as zeros.
                long cut = Math.max(paged.base(), Math.min(paged.length(), length));
                if (writer(path).size() > cut) {
                    writer(path).resize(cut);
                }
                if (length > paged.base()) {
                    writer(path).resize(length);
                }
                paged.length(length);
            } else if (changed instanceof CreatedContent) {
                writer(path).resize(length);
                changes.contents.put(path, new CreatedContent(length));
            } else if (changed instanceof ReplacedContent replaced) {
                if (length > replaced.length()) {
                    patch(path, replaced, length - 1, ByteBuffer.allocate(1));
                } else {
                    changes.contents.put(
                            path, new ReplacedContent(replaced.offset(), length, replaced.before(), replaced.digest()));
                }
            }
        });
    }

    @Override
    public void delete(String path) throws IOException {
        check(path);
        before(() -> {
            requireFolders(path);
            Changes.Adoption adoption = changes.adoption();
            if (adoption != null && !adoption.path().equals(path) && changes.isAdopted(path)) {
                forget();
                disk.deleteTree(place(path));
                return;
            }
            if (adoption != null && Places.within(adoption.path(), path)) {
                forget();
                changes.adopt(null);
                disk.deleteTree(places.rewrite());
            }
            dropWithin(path);
            if (!changes.vanishes(path) && disk.kind(places.of(path)) != Disk.Kind.NONE) {
                changes.deleted.removeIf(other -> Places.within(other, path));
                changes.deleted.add(path);
            }
        });
    }

    private void dropWithin(String path) throws IOException {
        for (String changed : new ArrayList<>(changes.contents.keySet())) {
            if (Places.within(changed, path)) {
                drop(changed);
            }
        }
    }

    @Override
    public void adopt(String path) throws IOException {
        check(path);
        if (changes.adoption() != null) {
            throw new IllegalStateException(
                    "adopted \"%s\" already (expected: at most once in an edit)".formatted(path));
        }
        before(() -> {
            requireFolders(path);
            if (disk.kind(places.rewrite()) == Disk.Kind.NONE) {
                throw new NoSuchFileException(places.rewrite().toString());
            }
            dropWithin(path);
            changes.deleted.removeIf(other -> Places.within(other, path));
            if (changes.vanishes(path)) {
                throw new IllegalStateException(
                        "adopting \"%s\" below what was deleted (expected: another order)".formatted(path));
            }
            forget();
            changes.adopt(new Changes.Adoption(path, recovery.witness(places.of(path)), Digests.NONE));
        });
    }

    @Override
    public void commit(String what) throws IOException {
        requireUsable();
        boolean journalled = !changes.isEmpty();
        boolean renamed = false;
        try {
            forget();
            syncWritten();
            if (journalled) {
                JournalFile.finish(draft(), end, marks.applied() + 1, marks.mark(), what, changes);
                disk.move(places.draft(), places.journal());
                renamed = true;
                pending = true;
                disk.sync(places.folder());
            }
        } catch (IOException e) {
            // Whether the rename survives loss of power nobody can tell; whoever comes next applies it if it is there.
            throw renamed ? unknown(e) : Failures.before(store, e);
        }
        try {
            done();
            if (journalled) {
                recovery.apply(changes, journal());
                marks.apply(marks.applied() + 1);
                recovery.drop();
                pending = false;
            } else {
                marks.change();
            }
        } catch (IOException e) {
            tellChanged(e);
            throw Failures.after(store, e);
        } finally {
            reset();
        }
    }

    private RuntimeException unknown(IOException cause) throws IOException {
        done();
        tellChanged(cause);
        reset();
        return new WriteFailedException(store, Outcome.UNKNOWN, cause);
    }

    private void tellChanged(IOException cause) {
        try {
            marks.change();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Syncs all that is in its place already, and lies beside, before the journal tells of it. */
    private void syncWritten() throws IOException {
        for (Map.Entry<String, Content> content : changes.contents.entrySet()) {
            Disk.Handle handle = writers.get(content.getKey());
            if (handle != null) {
                if (content.getValue() instanceof PagedContent paged) {
                    long length = Math.max(paged.base(), paged.length());
                    if (handle.size() != length) {
                        handle.resize(length);
                    }
                }
                handle.force();
            }
        }
        Changes.Adoption adoption = changes.adoption();
        if (adoption != null) {
            disk.syncTree(places.rewrite());
            changes.adopt(new Changes.Adoption(adoption.path(), adoption.before(), recovery.witness(places.rewrite())));
            touchedFolders.add(places.folder());
        }
        for (Path file : fresh) {
            if (disk.kind(file) == Disk.Kind.FILE) {
                disk.syncFile(file);
            }
        }
        for (Path folder : touchedFolders) {
            if (disk.kind(folder) == Disk.Kind.FOLDER) {
                disk.sync(folder);
            }
        }
    }

    /** Nothing of this edit is to be undone any more. */
    private void done() throws IOException {
        fresh.clear();
        madeFolders.clear();
        touchedFolders.clear();
        closeWriters();
    }

    private void closeWriters() throws IOException {
        List<Disk.Handle> handles = new ArrayList<>(writers.values());
        writers.clear();
        closeAll(handles);
    }

    /** Begins anew, with nothing changed. */
    private void reset() throws IOException {
        changes.deleted.clear();
        changes.contents.clear();
        changes.adopt(null);
        end = JournalFile.HEAD;
        Disk.Handle handle = draft;
        draft = null;
        if (handle != null) {
            handle.close();
        }
        forget();
    }

    /** Undoes what was not committed. */
    @Override
    public void close() throws IOException {
        boolean began = !changes.isEmpty() || draft != null;
        try {
            dropWithin("");
            for (Path file : fresh) {
                disk.delete(file);
            }
            for (Path folder : madeFolders) {
                if (disk.kind(folder) == Disk.Kind.FOLDER && disk.names(folder).isEmpty()) {
                    disk.delete(folder);
                }
            }
        } finally {
            done();
            reset();
            if (began) {
                disk.delete(places.draft());
            }
            if (!pending) {
                disk.deleteTree(places.rewrite());
            }
        }
    }
}
