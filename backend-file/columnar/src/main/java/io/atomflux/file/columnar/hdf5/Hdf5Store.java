package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.journal.StoreAccess;
import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.TreeStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One HDF5 file.
 *
 * <p>The library's handle of the file stays open from call to call as long as nobody else changed the file: describing the
 * arrays anew costs more than reading a row, and the library remembers which parts of the file became free only while it is
 * open. The handle holds no lock and no descriptor: the library reads and writes what each call lends it.
 */
public final class Hdf5Store implements TreeStore {

    /** Source: "HDF5 File Format Specification 3.0", II.A: at 0, 512, 1024 and so on. */
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

    private static final long MOST_USER_BLOCK = 1L << 24;

    private final StoreAccess access;
    private final String name;
    private final boolean readOnly;
    private final long mostChunkBytes;

    private final Object lock = new Object();
    private @Nullable Handle kept;
    /** The last state of the file that was written here, or checked. */
    private @Nullable Object trusted;

    private boolean closed;

    /** What the file looks like from outside. */
    private record Stamp(
            long generation,
            long length,
            FileTime changed,
            @Nullable Object key) {}

    /** An open file, in what state it was opened, and by how many it is used. */
    private static final class Handle {
        final Hdf5File file;
        Object stamp;
        int users;
        boolean stale;

        Handle(Hdf5File file, Object stamp) {
            this.file = file;
            this.stamp = stamp;
        }
    }

    private Hdf5Store(StoreAccess access, boolean readOnly, long mostChunkBytes) {
        this.access = access;
        this.name = access.path().toString();
        this.readOnly = readOnly;
        this.mostChunkBytes = mostChunkBytes;
    }

    /**
     * Describes a file; no I/O happens.
     *
     * @param readOnly whether nothing is ever written
     * @param patience how long to wait for others, also for programs with an HDF5 library of their own
     * @param mostChunkBytes how large a decoded chunk may be
     */
    public static Hdf5Store of(Path file, boolean readOnly, Duration patience, long mostChunkBytes) {
        return of(file, readOnly, patience, mostChunkBytes, true);
    }

    /**
     * Describes a file; no I/O happens.
     *
     * @param synced whether changes survive loss of power, not only of the process
     */
    public static Hdf5Store of(Path file, boolean readOnly, Duration patience, long mostChunkBytes, boolean synced) {
        return of(
                StoreAccess.of(file, readOnly, patience, Hdf5Fence.INSTANCE, file.toString(), synced),
                readOnly,
                mostChunkBytes);
    }

    static Hdf5Store of(StoreAccess access, boolean readOnly, long mostChunkBytes) {
        return new Hdf5Store(access, readOnly, mostChunkBytes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long generation() throws IOException {
        return access.generation();
    }

    @Override
    public Object stamp() throws IOException {
        try {
            BasicFileAttributes file = Files.readAttributes(access.path(), BasicFileAttributes.class);
            return new Stamp(access.generation(), file.size(), file.lastModifiedTime(), file.fileKey());
        } catch (NoSuchFileException e) {
            throw notFound();
        }
    }

    @Override
    public String etag() throws IOException {
        return access.reading(files -> String.valueOf(stamp()));
    }

    private AtomfluxException notFound() {
        return Files.isDirectory(access.path())
                ? new ForeignDataException(name, "a folder", "an HDF5 file")
                : new StoreNotFoundException(name, "an HDF5 file");
    }

    private void checkOpen() {
        synchronized (lock) {
            if (closed) {
                throw new StoreClosedException(name);
            }
        }
    }

    @Override
    public <T> T read(Reading<T> reading) throws IOException {
        checkOpen();
        if (!Hdf5Natives.available()) {
            return access.reading(files -> reading.of(new JhdfTree(files, name, mostChunkBytes)));
        }
        return access.reading(files -> {
            length(files);
            Handle handle = acquire(files, false);
            Hdf5Tree tree = new Hdf5Tree(handle.file, files, name, mostChunkBytes);
            try {
                return reading.of(tree);
            } finally {
                tree.end();
                release(handle, false);
            }
        });
    }

    private long length(StoreFiles files) throws IOException {
        OptionalLong length = files.length("");
        if (length.isEmpty()) {
            throw notFound();
        }
        return length.getAsLong();
    }

    @Override
    public <T> T edit(Editing<T> editing) throws IOException {
        checkWritable("edit");
        return access.writing(files -> files.length("").isEmpty() ? create(files, editing) : change(files, editing));
    }

    private void checkWritable(String operation) {
        checkOpen();
        if (readOnly) {
            throw new ReadOnlyStoreException(name, operation);
        }
        Hdf5Natives.require(name);
    }

    private <T> T change(StoreEdit files, Editing<T> editing) throws IOException {
        Handle handle = acquire(files, true);
        boolean committed = false;
        try (Hdf5Edit edit = new Hdf5Edit(handle.file, Backing.of(files), name, mostChunkBytes, files::commit, null)) {
            T result = editing.of(edit);
            committed = edit.isCommitted();
            return result;
        } finally {
            if (committed) {
                handle.stamp = stamp();
                trust(handle.stamp);
            }
            release(handle, !committed || handle.file.isClosed());
        }
    }

    /** Writes a new file beside, so that there never is a half-written one at its place. */
    private <T> T create(StoreEdit files, Editing<T> editing) throws IOException {
        return beside(files, (file, backing, publication) -> {
            try (Hdf5Edit edit = new Hdf5Edit(file, backing, name, mostChunkBytes, publication, null)) {
                return editing.of(edit);
            }
        });
    }

    @Override
    public <T> T rewrite(List<String> groups, Rewriting<T> rewriting) throws IOException {
        checkWritable("rewrite");
        return access.writing(files -> {
            length(files);
            Handle before = acquire(files, false);
            Hdf5Tree tree = new Hdf5Tree(before.file, (StoreFiles) files, name, mostChunkBytes);
            try {
                return this.<T>beside(files, (file, backing, publication) -> {
                    Hdf5Copy.all(tree, file, backing, groups);
                    Hdf5Edit.Publication andRetire = what -> {
                        publication.publish(what);
                        retire(before);
                    };
                    try (Hdf5Edit edit = new Hdf5Edit(file, backing, name, mostChunkBytes, andRetire, tree)) {
                        return rewriting.of(tree, edit);
                    }
                });
            } finally {
                tree.end();
                release(before, false);
            }
        });
    }

    /** Works on a file that is new. */
    @FunctionalInterface
    private interface Beside<T> {
        T with(Hdf5File file, Backing backing, Hdf5Edit.Publication publication) throws IOException;
    }

    private <T> T beside(StoreEdit files, Beside<T> work) throws IOException {
        Path beside = access.beside();
        try (FileChannel channel = FileChannel.open(
                beside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            Backing backing = Backing.of(channel);
            Hdf5File file = Hdf5Thread.call(() -> Hdf5File.create(backing, name));
            boolean[] adopted = new boolean[1];
            try {
                return work.with(file, backing, what -> {
                    Hdf5Thread.run(() -> {
                        file.bind(backing);
                        file.close();
                    });
                    channel.force(true);
                    channel.close();
                    files.adopt("");
                    adopted[0] = true;
                    files.commit(what);
                    trust(stamp());
                });
            } finally {
                Hdf5Thread.run(file::discard);
                if (!adopted[0]) {
                    Files.deleteIfExists(beside);
                }
            }
        }
    }

    /** Takes the open file if it is in the state the file is in, or opens it. */
    private Handle acquire(StoreFiles files, boolean writable) throws IOException {
        Object stamp = stamp();
        Handle stale = null;
        synchronized (lock) {
            Handle handle = kept;
            if (handle != null && handle.stamp.equals(stamp) && (handle.file.isWritable() || !writable)) {
                handle.users++;
                return handle;
            }
            if (handle != null) {
                stale = handle;
                kept = null;
            }
        }
        if (stale != null) {
            retire(stale);
        }
        Backing backing = writable && files instanceof StoreEdit edit ? Backing.of(edit) : Backing.of(files);
        Handle opened = new Handle(open(files, backing, writable, stamp), stamp);
        opened.users = 1;
        Handle beaten = null;
        synchronized (lock) {
            if (closed) {
                opened.stale = true;
            } else {
                beaten = kept;
                kept = opened;
            }
        }
        if (beaten != null) {
            retire(beaten);
        }
        return opened;
    }

    private Hdf5File open(StoreFiles files, Backing backing, boolean writable, Object stamp) throws IOException {
        boolean known;
        synchronized (lock) {
            known = stamp.equals(trusted);
        }
        long at = signature(files);
        if (!known) {
            FileCheck.check(backing, name, at);
            trust(stamp);
        }
        try {
            return Hdf5Thread.call(() -> Hdf5File.open(backing, writable, name));
        } catch (Hdf5Failure e) {
            throw new CorruptDataException(name, "the file", String.valueOf(e.getMessage()), e);
        }
    }

    private void trust(Object stamp) {
        synchronized (lock) {
            trusted = stamp;
        }
    }

    /** Returns where HDF5's signature is. */
    private long signature(StoreFiles files) throws IOException {
        long length = length(files);
        ByteBuffer found = ByteBuffer.allocate(SIGNATURE.length);
        for (long at = 0; at < length && at <= MOST_USER_BLOCK; at = at == 0 ? 512 : 2 * at) {
            found.clear();
            files.read("", at, found);
            if (!found.hasRemaining() && java.util.Arrays.equals(found.array(), SIGNATURE)) {
                return at;
            }
        }
        throw new ForeignDataException(name, "a file of %d bytes that is not HDF5".formatted(length), "an HDF5 file");
    }

    /** Gives the open file back; what was done with it and not committed is thrown away. */
    private void release(Handle handle, boolean spoilt) throws IOException {
        boolean close;
        synchronized (lock) {
            handle.users--;
            handle.stale |= spoilt;
            if (handle.stale && kept == handle) {
                kept = null;
            }
            close = handle.stale && handle.users == 0;
        }
        if (close) {
            discard(handle);
        }
    }

    /** Closes an open file as soon as nobody uses it any more. */
    private void retire(Handle handle) throws IOException {
        boolean close;
        synchronized (lock) {
            if (kept == handle) {
                kept = null;
            }
            close = !handle.stale && handle.users == 0;
            handle.stale = true;
        }
        if (close) {
            discard(handle);
        }
    }

    private static void discard(Handle handle) throws IOException {
        Hdf5Thread.run(handle.file::discard);
    }

    @Override
    public void remove() throws IOException {
        checkOpen();
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "remove");
        }
        access.remove();
        dropKept();
    }

    @Override
    public boolean removeIf(long generation) throws IOException {
        checkOpen();
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "remove");
        }
        boolean removed = access.removeIf(generation);
        dropKept();
        return removed;
    }

    private void dropKept() throws IOException {
        Handle handle;
        synchronized (lock) {
            handle = kept;
        }
        if (handle != null) {
            retire(handle);
        }
    }

    @Override
    public List<String> verify() throws IOException {
        checkOpen();
        try {
            access.reading(files -> FileCheck.check(Backing.of(files), name, signature(files)));
        } catch (CorruptDataException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
        return read(tree -> {
            if (tree instanceof Hdf5Tree open) {
                return Hdf5Verifier.problems(open, path -> open.call(path, () -> open.file.address(path)));
            }
            JhdfTree plain = (JhdfTree) tree;
            return Hdf5Verifier.problems(plain, plain::identity);
        });
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
        }
        dropKept();
        access.close();
    }
}
