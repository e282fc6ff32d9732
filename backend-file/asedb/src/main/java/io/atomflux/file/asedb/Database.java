package io.atomflux.file.asedb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one file and their transactions: some for reading, which are kept for the next reader, and one for
 * writing. For any number of threads.
 *
 * <p>Nothing here ever opens the file but SQLite: where another descriptor of it is closed in this process, POSIX drops the
 * locks that SQLite holds (<a href="https://www.sqlite.org/howtocorrupt.html">How to corrupt</a>, 2.2).
 */
final class Database implements AutoCloseable {

    private static final int MOST_IDLE = 8;

    private final Path path;
    private final String name;
    private final boolean readOnly;
    private final AseDbOptions options;
    private final ArrayDeque<Link> idle = new ArrayDeque<>(); // guarded by itself
    private final Object writing = new Object();
    private @Nullable Link writer; // guarded by writing
    private volatile @Nullable Known known;
    private volatile boolean closed;

    private record Known(Object file, Ids ids) {}

    Database(Path path, String name, boolean readOnly, AseDbOptions options) {
        this.path = path.toAbsolutePath().normalize();
        this.name = name;
        this.readOnly = readOnly;
        this.options = options;
    }

    /**
     * Work inside a transaction.
     *
     * @param <T> what comes out
     */
    interface Work<T> {
        /** Does the work; may be called again. */
        T run(Link link, Ids ids) throws SQLException;
    }

    /** Says that a row the ids promise is not there: the ids are read anew, once. */
    static final class MissingRowException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingRowException(long id, long position) {
            super("row %d (id %d)".formatted(position, id), null, false, false);
        }
    }

    /** Returns what tells the file at the place from others, or null if there is none, or one without content. */
    private @Nullable Object present() throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
        if (found.isDirectory()) {
            throw new StoreNotFoundException(name, "a file, an ASE database; there is a folder of this name");
        }
        Object key = found.fileKey();
        return found.size() == 0 ? null : key == null ? found.creationTime() : key;
    }

    private Object existing() throws IOException {
        requireOpen();
        Object file = present();
        if (file == null) {
            throw new StoreNotFoundException(name, "a file, an ASE database in SQLite");
        }
        return file;
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(name);
        }
    }

    private AtomfluxException translated(SQLException failure) {
        return SqliteErrors.translate(failure, name, "its pages", options.maxRowBytes());
    }

    private Link borrow() throws IOException, SQLException {
        while (true) {
            Object file = existing();
            Link link;
            synchronized (idle) {
                link = idle.poll();
            }
            if (link == null) {
                link = Link.open(path, name, readOnly ? Link.Mode.READ_ONLY : Link.Mode.EXISTING, options, file);
                link.begin("BEGIN");
                link.number("PRAGMA data_version"); // from here on the file is open, and locked for writers
            } else if (link.file.equals(file)) {
                link.begin("BEGIN");
                return link;
            }
            if (link.file.equals(file) && file.equals(present())) {
                return link;
            }
            link.close(); // deleted or replaced from outside
        }
    }

    private void giveBack(Link link) throws SQLException {
        synchronized (idle) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.push(link);
                return;
            }
        }
        link.close();
    }

    private Ids ids(Link link) throws SQLException {
        Known shared = known;
        Ids ids = link.refresh(shared != null && shared.file().equals(link.file) ? shared.ids() : null);
        if (shared == null || shared.ids() != ids) {
            known = new Known(link.file, ids);
        }
        return ids;
    }

    /**
     * Runs work on the last commit.
     *
     * @throws StoreNotFoundException if there is no such file, or it is empty
     */
    <T> T read(Work<T> work) throws IOException {
        try {
            return attempt(work);
        } catch (MissingRowException first) {
            try {
                return attempt(work);
            } catch (MissingRowException again) {
                throw new CorruptDataException(
                        name, String.valueOf(again.getMessage()), "missing, though its id is listed", null);
            }
        }
    }

    private <T> T attempt(Work<T> work) throws IOException {
        Link link = null;
        boolean usable = false;
        try {
            link = borrow();
            T result = work.run(link, ids(link));
            link.commit();
            usable = true;
            return result;
        } catch (MissingRowException stale) {
            known = null;
            throw stale;
        } catch (SQLException failure) {
            throw translated(failure);
        } finally {
            if (link != null) {
                end(link, usable || link.rollback());
            }
        }
    }

    private void end(Link link, boolean usable) throws IOException {
        try {
            if (usable) {
                giveBack(link);
            } else {
                link.close();
            }
        } catch (SQLException failure) {
            throw new IOException(failure);
        }
    }

    /** A change inside the one transaction of its call; sets what it made of the ids. */
    interface Change<T> {
        T run(Link link, Ids ids, IdsKeeper keeper) throws SQLException;
    }

    /** Takes the ids after a change. */
    interface IdsKeeper {
        void keep(Ids ids);
    }

    /**
     * Makes a change in one transaction; makes the file if it is missing.
     *
     * @throws StoreBusyException if the lock cannot be had in time; nothing was changed
     * @throws WriteFailedException if the commit failed
     */
    <T> T write(Change<T> change) throws IOException {
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "a change");
        }
        synchronized (writing) {
            boolean usable = false;
            try {
                Link link = locked("BEGIN IMMEDIATE", true);
                Ids[] after = {begun(link)};
                T result = change.run(link, after[0], ids -> after[0] = ids);
                commit(link);
                link.keep(after[0]);
                usable = true;
                return result;
            } catch (SQLException failure) {
                throw translated(failure);
            } finally {
                endWriting(usable);
            }
        }
    }

    private void endWriting(boolean usable) throws IOException {
        Link link = writer;
        if (link == null || usable || link.rollback()) {
            return;
        }
        writer = null;
        try {
            link.close();
        } catch (SQLException failure) {
            throw new IOException(failure);
        }
    }

    /** Locks the file at the place: also where it is replaced while this waits for the lock. */
    private Link locked(String begin, boolean create) throws IOException, SQLException {
        while (true) {
            requireOpen();
            Object before = present();
            Link link = writer;
            if (link != null && !link.file.equals(before)) {
                writer = null;
                link.close();
                link = null;
            }
            if (link == null) {
                Path folder = path.getParent();
                if (before == null && create && folder != null) {
                    Files.createDirectories(folder);
                }
                link = Link.open(path, name, create ? Link.Mode.CREATING : Link.Mode.EXISTING, options, made(before));
                writer = link;
            }
            link.begin(begin);
            Object now = made(null);
            if (link.file.equals(now)) {
                return link;
            }
            writer = null;
            link.rollback();
            link.close();
        }
    }

    /** Returns what tells the file apart though it may be empty yet; makes an empty one, which is none to readers. */
    private Object made(@Nullable Object there) throws IOException {
        if (there != null) {
            return there;
        }
        try {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            Object key = found.fileKey();
            return key == null ? found.creationTime() : key;
        } catch (NoSuchFileException e) {
            return new Object(); // to be made by SQLite; equal to none, so that it is looked at again
        }
    }

    private Ids begun(Link link) throws SQLException, IOException {
        if (Layout.isEmpty(link)) {
            if (present() != null) {
                throw new ForeignDataException(name, "a database of SQLite without tables", "one that ase.db wrote");
            }
            Layout.create(link);
            link.keep(null);
            link.refresh(null);
        }
        return ids(link);
    }

    private void commit(Link link) throws SQLException {
        try {
            link.commit();
        } catch (SQLException failure) {
            if (SqliteErrors.code(failure) == SqliteErrors.BUSY) {
                throw failure; // it is rolled back, and nothing was changed
            }
            throw new WriteFailedException(name, Outcome.UNKNOWN, failure);
        }
    }

    /** Deletes the file while nobody else reads or writes; nothing if there is none. */
    void remove() throws IOException {
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "remove");
        }
        synchronized (writing) {
            if (present() == null) {
                Files.deleteIfExists(path); // empty, so there was no database in it
                return;
            }
            closeIdle();
            try {
                Link link = locked("BEGIN EXCLUSIVE", false);
                Layout.check(link, name);
                Path real = path.toRealPath(); // a link stays, and what it leads to goes
                Files.delete(real);
                writer = null;
                link.rollback();
                link.close();
                for (String companion : List.of("-journal", "-wal", "-shm")) {
                    Files.deleteIfExists(real.resolveSibling(real.getFileName() + companion));
                }
            } catch (SQLException failure) {
                throw translated(failure);
            } finally {
                endWriting(false);
            }
        }
    }

    private void closeIdle() throws IOException {
        List<Link> all;
        synchronized (idle) {
            all = new ArrayList<>(idle);
            idle.clear();
        }
        for (Link link : all) {
            end(link, false);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        closeIdle();
        synchronized (writing) {
            endWriting(false);
            Link link = writer;
            writer = null;
            if (link != null) {
                end(link, false);
            }
        }
    }

    /** Returns the file's place, for looking at its times and size. */
    Path path() {
        return path;
    }
}
