package io.atomflux.file.lmdb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.Platform;
import org.lwjgl.util.lmdb.LMDB;

/**
 * Keys and values in a database of LMDB that is one file without a folder ({@code MDB_NOSUBDIR}); for the other formats of
 * this artefact, not for users.
 *
 * <p>What it says of environments holds here, too: one for each file in a process however many opened it, permits for
 * readers, one writer at a time, a map that grows by itself, pages looked at before they are mapped. Calls block; any number
 * may run at once. Values are copied out, so nothing refers to the map when a call returned.
 */
public final class SingleFile implements AutoCloseable {

    /**
     * How to open; the same for all who have the file open in this process.
     *
     * @param mapSize how large the map is at first; LMDB takes no less than the file, and it grows by itself
     * @param maxReaders how many read transactions all processes together may have
     * @param sync whether commits reach the disk before they return
     * @param locking whether readers use the lock file; without, nothing can be written
     */
    public record Access(long mapSize, int maxReaders, boolean sync, boolean locking) {}

    /**
     * Work on one snapshot, which is good until it returns.
     *
     * @param <T> what comes out
     */
    public interface Work<T extends @Nullable Object> {
        /** Does the work; may be called again if the file was replaced meanwhile. */
        T run(Snapshot snapshot) throws IOException;
    }

    /** One state of the database. */
    public interface Snapshot {
        /** Returns the number of the transaction that left this state; it tells states of one origin apart. */
        long id();

        /** Returns what tells this opening of the file from others, which may be of another file at the same place. */
        Object origin();

        /** Returns a text that tells this state from all others, also from those of other files at the same place. */
        String etag() throws IOException;

        /**
         * Copies a value, or returns null if the key is not there.
         *
         * @throws LimitExceededException if it has more bytes than that
         */
        byte @Nullable [] value(byte[] key, long mostBytes);

        /** Returns the first key not below this one in the order of bytes, or null if there is none. */
        byte @Nullable [] keyFrom(byte[] least);
    }

    /** A state that is being changed. */
    public interface Changes extends Snapshot {
        /** Stores a value. */
        void put(byte[] key, byte[] value);

        /** Deletes a key, if it is there. */
        void delete(byte[] key);
    }

    /**
     * Makes changes inside one write transaction, each whole or not at all.
     *
     * @param <W> the kind of changes
     */
    public interface Editor<W> {
        /** Makes one change; answers the number of rows after it. */
        long apply(W write);

        /** Tells whether the change that just failed had begun to write; if not, it left no trace. */
        boolean isMutating();

        /** Tells whether there is something to commit. */
        boolean isChanged();

        /** Writes what is left to write. */
        void flush();
    }

    private final Place place;
    private final String name;
    private final Opening options;
    private final String expected;
    private final Object opening = new Object();
    private volatile @Nullable Environment environment;
    private volatile boolean closed;

    /**
     * Does no I/O.
     *
     * @param file the file
     * @param name how messages name it
     * @param access how to open it
     * @param expected what is told to be missing if there is no such file
     */
    public SingleFile(Path file, String name, Access access, String expected) {
        this.place = Place.file(file.toAbsolutePath().normalize());
        this.name = name;
        this.options = new Opening(access.mapSize(), access.maxReaders(), access.sync(), access.locking(), false);
        this.expected = expected;
    }

    private void requireUsable() {
        if (closed) {
            throw new StoreClosedException(name);
        }
    }

    private @Nullable Environment opened(boolean create) throws IOException {
        Environment known = environment;
        if (known != null && !known.isRetired()) {
            return known;
        }
        synchronized (opening) {
            requireUsable();
            known = environment;
            if (known != null && !known.isRetired()) {
                return known;
            }
            environment = null;
            try {
                known = Environments.open(place, name, options);
                if (known == null && create) {
                    known = Environments.create(place, name, options);
                }
            } catch (NativeFailure failure) {
                throw LmdbErrors.translate(failure, name);
            }
            environment = known;
            return known;
        }
    }

    private Environment existing() throws IOException {
        while (true) {
            requireUsable();
            Environment used = opened(false);
            if (used == null) {
                boolean folder = Files.isDirectory(place.path());
                throw new StoreNotFoundException(
                        name, folder ? expected + "; there is a folder of this name" : expected);
            }
            if (!used.isGoneFrom(place)) {
                return used;
            }
            Environments.retire(used); // deleted or replaced from outside
        }
    }

    /** Says what a failure means, or nothing if the file is to be opened anew. */
    private void judge(NativeFailure failure, Environment used) {
        if (failure.code() != LMDB.MDB_PANIC) {
            throw LmdbErrors.translate(failure, name);
        }
        Environments.retire(used);
    }

    /**
     * Runs work on the last commit.
     *
     * @throws StoreNotFoundException if there is no such file, or it is empty
     */
    public <T extends @Nullable Object> T read(Work<T> work) throws IOException {
        while (true) {
            Environment used = existing();
            try {
                ReadTxn txn = used.begin();
                try {
                    return undisturbed(used, txn, work);
                } finally {
                    used.end(txn);
                }
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } catch (NativeFailure failure) {
                judge(failure, used);
            }
        }
    }

    private <T extends @Nullable Object> T undisturbed(Environment used, ReadTxn txn, Work<T> work) throws IOException {
        T result;
        try {
            result = work.run(new View(txn.cursor, txn.id(), used, name));
        } catch (AtomfluxException | NativeFailure failure) {
            used.requireUndisturbed(txn); // else it is no wonder that what was read makes no sense
            throw failure;
        }
        used.requireUndisturbed(txn);
        return result;
    }

    /** Takes the last commit as a snapshot to be read in several calls; the caller closes it. */
    public Held hold() throws IOException {
        while (true) {
            Environment used = existing();
            try {
                ReadTxn txn = used.beginSnapshot();
                used.pause();
                return new Held(used, txn);
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } catch (NativeFailure failure) {
                judge(failure, used);
            }
        }
    }

    /** One snapshot, read in several calls; for one thread at a time. */
    public final class Held implements AutoCloseable {
        private final Environment used;
        private @Nullable ReadTxn txn;

        private Held(Environment used, ReadTxn txn) {
            this.used = used;
            this.txn = txn;
        }

        /**
         * Runs work on the snapshot.
         *
         * @param emitted rows a stream gave so far, for the error
         * @throws StoreChangedException if the file went away
         */
        public <T extends @Nullable Object> T read(long emitted, Work<T> work) throws IOException {
            ReadTxn kept = Objects.requireNonNull(txn, "the snapshot was closed");
            try {
                used.resume(kept);
                try {
                    return undisturbed(used, kept, work);
                } finally {
                    used.pause();
                }
            } catch (Environment.RetiredException gone) {
                requireUsable();
                throw new StoreChangedException(name, emitted);
            } catch (NativeFailure failure) {
                throw LmdbErrors.translate(failure, name);
            }
        }

        @Override
        public void close() {
            ReadTxn kept = txn;
            if (kept != null) {
                txn = null;
                used.endPaused(kept);
            }
        }
    }

    /**
     * Makes changes in order, several in one transaction, each whole or not at all; makes the file if it is missing.
     *
     * @param editors makes the editor of a transaction; may be called again after a failure
     * @return what became of each
     */
    public <W> List<WriteResult> write(List<W> writes, Function<Changes, Editor<W>> editors) throws IOException {
        if (!options.locking()) {
            throw new ReadOnlyStoreException(name, "a change without the lock file");
        }
        requireUsable();
        while (true) {
            Environment used = Objects.requireNonNull(opened(true));
            try {
                return used.writing(() -> new Committing<W>(
                                used,
                                name,
                                place,
                                txn -> new Edit<>(editors.apply(new Change(txn.cursor, txn.id() - 1, used, name))))
                        .applyAll(writes));
            } catch (Environment.RetiredException gone) {
                requireUsable();
            }
        }
    }

    private record Edit<W>(Editor<W> editor) implements Committing.Edit<W> {
        @Override
        public long apply(W write) {
            return editor.apply(write);
        }

        @Override
        public boolean isMutating() {
            return editor.isMutating();
        }

        @Override
        public boolean isChanged() {
            return editor.isChanged();
        }

        @Override
        public @Nullable State flush() {
            editor.flush();
            return null;
        }
    }

    /**
     * Deletes the file and its lock file while no other process writes; nothing if there is none.
     *
     * <p>A process that has them open goes on with the deleted ones, Atomflux until it looks, ten times a second.
     */
    public void remove() throws IOException {
        while (true) {
            requireUsable();
            Environment used = opened(false);
            if (used == null) {
                Files.deleteIfExists(place.path()); // empty, so there was no database in it
                return;
            }
            try {
                IOException failure = used.writing(() -> remove(used));
                if (failure != null) {
                    throw failure;
                }
                Environments.sync(place.folder());
                return;
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } catch (NativeFailure failure) {
                throw LmdbErrors.translate(failure, name);
            }
        }
    }

    private @Nullable IOException remove(Environment used) {
        WriteTxn lock = Committing.begin(used, place);
        boolean openFilesStay = Platform.get() == Platform.WINDOWS;
        IOException failure;
        try {
            failure = openFilesStay ? null : delete();
        } finally {
            used.abort(lock);
        }
        if (failure == null) {
            Environments.retire(used);
        }
        return openFilesStay ? delete() : failure;
    }

    private @Nullable IOException delete() {
        try {
            Path real = place.path().toRealPath(); // a link stays, and what it leads to goes
            Files.deleteIfExists(real);
            Files.deleteIfExists(real.resolveSibling(real.getFileName() + "-lock"));
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /**
     * Looks at all pages in use.
     *
     * @throws io.atomflux.error.CorruptDataException if one is missing or malformed
     */
    public void checkPages() throws IOException {
        PageCheck.completely(place.data(), name);
    }

    @Override
    public void close() {
        synchronized (opening) {
            if (closed) {
                return;
            }
            closed = true;
            Environment known = environment;
            environment = null;
            if (known != null) {
                Environments.release(known);
            }
        }
    }

    private static class View implements Snapshot {
        final NativeCursor cursor;
        private final long id;
        private final Environment origin;
        private final String name;

        View(NativeCursor cursor, long id, Environment origin, String name) {
            this.cursor = cursor;
            this.id = id;
            this.origin = origin;
            this.name = name;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public Object origin() {
            return origin;
        }

        @Override
        public String etag() throws IOException {
            long written = Files.getLastModifiedTime(origin.place().data()).to(TimeUnit.NANOSECONDS);
            return "%d-%s-%d".formatted(id, origin.fileKey(), written);
        }

        @Override
        public byte @Nullable [] value(byte[] key, long mostBytes) {
            if (!cursor.set(cursor.key(key))) {
                return null;
            }
            long most = Math.min(mostBytes, Integer.MAX_VALUE - 64);
            if (cursor.dataSize() > most) {
                throw new LimitExceededException(
                        "stored bytes of %s in %s".formatted(new String(key, StandardCharsets.UTF_8), name),
                        cursor.dataSize(),
                        most,
                        "raise the limit if this is no damage");
            }
            return cursor.dataBytes();
        }

        @Override
        public byte @Nullable [] keyFrom(byte[] least) {
            boolean found = least.length == 0 ? cursor.first() : cursor.seek(cursor.key(least));
            return found ? cursor.keyBytes() : null;
        }
    }

    private static final class Change extends View implements Changes {
        Change(NativeCursor cursor, long id, Environment origin, String name) {
            super(cursor, id, origin, name);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            cursor.put(cursor.key(key), value);
        }

        @Override
        public void delete(byte[] key) {
            cursor.delete(cursor.key(key));
        }
    }
}
