package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.value.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes the index of a folder: commits under the lock that all processes share, turning a log that has grown into a run, and
 * merging runs.
 *
 * <p>Commits are made by one thread at a time; merging may go on beside, also in other processes, and takes the lock only for
 * making its result current.
 */
final class IndexWriter {

    private static final int OVERDUE = 4;
    private static final Bytes FIRST_KEY = Bytes.of((byte) 0);

    private final IndexFiles files;
    private final long logBytes;
    private boolean swept;
    private @Nullable LogFile log;
    private volatile boolean stopped;

    /**
     * Makes a writer; does no I/O.
     *
     * @param logBytes how long a log may become before it is turned into a run
     */
    IndexWriter(IndexFiles files, long logBytes) {
        this.files = files;
        this.logBytes = logBytes;
    }

    /**
     * Makes an index, unless there is one.
     *
     * @param first what it holds
     * @return the id of the store
     */
    static String create(IndexFiles files, String store, List<Commit.Change> first) throws IOException {
        files.disk.makeFolder(files.folder);
        try (Closeable lock = files.lock()) {
            if (files.disk.kind(files.currentFile()) == Disk.Kind.NONE) {
                for (String name : files.disk.names(files.folder)) {
                    if (name.endsWith(".run")) {
                        throw new CorruptDataException(
                                files.name, Current.FILE, "the file is missing; rebuild the index of the store", null);
                    }
                }
                String log = Current.newName();
                LogFile.create(files.disk, files.folder, log);
                if (!first.isEmpty()) {
                    try (LogFile out = LogFile.open(files.disk, files.folder, files.name, log, true)) {
                        out.append(LogFile.content(first), LogFile.HEADER);
                        out.force();
                    }
                }
                files.publish(new Current(store, log, List.of()));
            }
            return files.current().store();
        }
    }

    /**
     * Makes commits one after the other, all of which are durable together when this returns.
     *
     * @return for each whether its conditions held
     * @throws IOException if nothing was changed
     * @throws WriteFailedException if it is not known whether they will survive loss of power
     */
    List<Boolean> commit(List<Commit> commits) throws IOException {
        try (Closeable lock = files.lock()) {
            if (!swept) {
                sweepLeftovers();
                swept = true;
            }
            View view = files.fresh();
            try {
                if (view.ended || view.position > OVERDUE * logBytes) {
                    view = flushed(view);
                }
                Map<Bytes, Commit.Change> changes = new LinkedHashMap<>();
                List<Boolean> held = new ArrayList<>(commits.size());
                for (Commit commit : commits) {
                    held.add(holds(commit, view, changes));
                }
                if (!changes.isEmpty()) {
                    append(view, changes);
                }
                return held;
            } finally {
                view.release();
            }
        }
    }

    private static boolean holds(Commit commit, View view, Map<Bytes, Commit.Change> changes) throws IOException {
        for (Commit.Condition condition : commit.conditions()) {
            Commit.Change earlier = changes.get(condition.key());
            Optional<Bytes> stands = earlier != null ? earlier.value() : Optional.ofNullable(view.get(condition.key()));
            if (!stands.equals(condition.value())) {
                return false;
            }
        }
        commit.changes().forEach(change -> changes.put(change.key(), change));
        return true;
    }

    private void append(View view, Map<Bytes, Commit.Change> changes) throws IOException {
        LogFile out = log(view);
        out.append(LogFile.content(changes.values()), view.position);
        try {
            out.force();
        } catch (IOException e) {
            // Others may have read it: taking it back would change what they saw.
            throw new WriteFailedException(files.name, Outcome.UNKNOWN, e);
        }
    }

    /** Opens the log of a view for writing. */
    private LogFile log(View view) throws IOException {
        LogFile open = log;
        if (open == null || !open.name().equals(view.current.log())) {
            close();
            open = LogFile.open(files.disk, files.folder, files.name, view.current.log(), true);
            log = open;
        }
        return open;
    }

    /** Turns the log into a run if it has grown; tells whether it did. */
    boolean flushIfLong() throws IOException {
        View seen = files.fresh();
        boolean grown = seen.position > logBytes;
        seen.release();
        if (grown) {
            try (Closeable lock = files.lock()) {
                View view = files.fresh();
                try {
                    grown = view.position > logBytes;
                    if (grown) {
                        view = flushed(view);
                    }
                } finally {
                    view.release();
                }
            }
        }
        return grown;
    }

    /** Writes what the log holds as a run, and begins another log; releases the view and returns the next. */
    private View flushed(View view) throws IOException {
        String run = Current.newName();
        String log = Current.newName();
        boolean published = false;
        boolean ended = false;
        try {
            List<Current.Run> runs = new ArrayList<>(view.current.runs());
            if (!view.table.isEmpty()) {
                Cursor cursor = view.table.cursor(FIRST_KEY, view.position);
                long bytes = write(run, cursor, runs.isEmpty(), false);
                runs.add(0, new Current.Run(run, bytes));
            }
            LogFile.create(files.disk, files.folder, log);
            files.disk.sync(files.folder);
            if (!view.ended) {
                // First this, so that who reads the old log looks where it goes on before anything is committed there.
                log(view).append(LogFile.end(), view.position);
            }
            ended = true;
            files.publish(new Current(view.current.store(), log, runs));
            published = true;
        } finally {
            if (!published && !ended) {
                files.disk.delete(files.folder.resolve(RunFile.fileName(run)));
                files.disk.delete(files.folder.resolve(LogFile.fileName(log)));
            }
        }
        files.disk.delete(files.folder.resolve(LogFile.fileName(view.current.log())));
        View next = files.fresh();
        view.release();
        return next;
    }

    private long write(String run, Cursor cursor, boolean forgetsDeleted, boolean merging) throws IOException {
        try (RunWriter out = new RunWriter(files.disk, files.folder.resolve(RunFile.fileName(run)), run)) {
            for (Bytes key = cursor.key(); key != null; key = cursor.key()) {
                Bytes value = cursor.value();
                if (value != null || !forgetsDeleted) {
                    out.add(key, value);
                }
                cursor.advance();
                if (merging && stopped) {
                    throw new StoreClosedException(files.name);
                }
            }
            return out.finish();
        }
    }

    /** Merges runs of one tier if there are many, and no other process does; tells whether it did. */
    boolean merge(int tier) throws IOException {
        if (Merging.of(files.current().runs(), tier).isEmpty()) {
            return false;
        }
        try (Closeable lock = files.tryMergeLock(tier)) {
            Current current = files.current();
            Optional<Merging> merging = Merging.of(current.runs(), tier);
            return lock != null && merging.isPresent() && merge(current, merging.get());
        }
    }

    private boolean merge(Current current, Merging merging) throws IOException {
        List<RunFile> inputs;
        try {
            inputs = files.opened(merging.runs());
        } catch (NoSuchFileException gone) {
            return false; // merged by a neighbouring tier just now
        }
        int last = current.runs().size() - 1;
        boolean forgetsDeleted = current.runs()
                .get(last)
                .equals(merging.runs().get(merging.runs().size() - 1));
        String run = Current.newName();
        boolean published = false;
        boolean wanted = false;
        try {
            List<Cursor> cursors = new ArrayList<>();
            for (RunFile input : inputs) {
                cursors.add(input.cursor(FIRST_KEY, false));
            }
            long bytes = write(run, new MergedCursor(cursors), forgetsDeleted, true);
            files.disk.sync(files.folder);
            wanted = true;
            published = replace(merging.runs(), new Current.Run(run, bytes));
            wanted = published;
        } finally {
            for (RunFile input : inputs) {
                input.release();
            }
            if (!wanted) {
                files.disk.delete(files.folder.resolve(RunFile.fileName(run)));
            }
        }
        if (!published) {
            return false;
        }
        for (Current.Run old : merging.runs()) {
            files.disk.delete(files.folder.resolve(RunFile.fileName(old.name())));
        }
        return true;
    }

    private boolean replace(List<Current.Run> merged, Current.Run by) throws IOException {
        try (Closeable lock = files.lock()) {
            Current current = files.current();
            int at = Collections.indexOfSubList(current.runs(), merged);
            if (at >= 0) {
                List<Current.Run> runs = new ArrayList<>(current.runs());
                runs.subList(at, at + merged.size()).clear();
                runs.add(at, by);
                files.publish(new Current(current.store(), current.log(), runs));
            }
            return at >= 0;
        }
    }

    /** Deletes what killed processes left, unless another process is merging. */
    private void sweepLeftovers() throws IOException {
        List<Closeable> locks = new ArrayList<>();
        try {
            for (int tier = 0; tier < Merging.TIERS; tier++) {
                @Nullable Closeable lock = files.tryMergeLock(tier);
                if (lock == null) {
                    return;
                }
                locks.add(lock);
            }
            files.sweep(files.current());
        } finally {
            for (Closeable lock : locks) {
                lock.close();
            }
        }
    }

    /** Gives up merging. */
    void stop() {
        stopped = true;
    }

    /** Closes the log; for the thread that commits. */
    void close() throws IOException {
        LogFile open = log;
        log = null;
        if (open != null) {
            open.close();
        }
    }
}
