package io.atomflux.file.lmdb;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lwjgl.util.lmdb.LMDB;

/**
 * Keys and values in one file of LMDB that only Atomflux opens, kept apart by a {@link Guard}; for the other formats of this
 * artefact, not for users.
 *
 * <p>A process may be killed at any instant, inside a transaction too, without leaving a lock that others wait for. Work runs on
 * threads of its own, reads several at once, changes one after the other: those that waited during the last commit share the
 * next. Values are copied out, so nothing refers to the map when a call returned. The map grows by itself.
 */
public final class GuardedFile {

    private static final int READING = 8;
    private static final int SHARING = 128;

    /**
     * How to open; the same for all who have the file open in this process.
     *
     * @param mapSize how large the map is at first; LMDB takes no less than the file
     * @param sync whether commits reach the disk before they return
     */
    public record Access(long mapSize, boolean sync) {}

    /** One state, and a place in it; good until the work it was given to returns. */
    public interface Entries {
        /** Goes to a key; tells whether it is there. */
        boolean find(byte[] key);

        /** Goes to the first key not below this one in the order of bytes; tells whether there is one. */
        boolean seek(byte[] least);

        /** Goes to the next key; tells whether there is one. */
        boolean next();

        /** Copies the key at this place. */
        byte[] key();

        /** Returns the size of the value at this place. */
        long size();

        /** Copies the value at this place. */
        byte[] value();
    }

    /** A state that is being changed. */
    public interface Changes extends Entries {
        /** Stores a value. */
        void put(byte[] key, byte[] value);

        /** Deletes a key, if it is there. */
        void delete(byte[] key);
    }

    private static final class Task<T> {
        final Function<Changes, T> work;
        final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T result;

        Task(Function<Changes, T> work) {
            this.work = work;
        }

        void run(Changes changes) {
            result = work.apply(changes);
        }

        @SuppressWarnings("NullAway") // a work that answers null has such a type
        void complete() {
            done.complete(result);
        }
    }

    private final Place place;
    private final Path locks;
    private final String name;
    private final Opening options;
    private final boolean readOnly;
    private final ThreadPoolExecutor readers = pool("lmdb-read", READING);
    private final ThreadPoolExecutor writer = pool("lmdb-write", 1);
    private final ConcurrentLinkedQueue<Task<?>> waiting = new ConcurrentLinkedQueue<>();
    private final Object opening = new Object();
    private volatile @Nullable Guard guard;
    private volatile @Nullable Environment environment;
    private volatile boolean closed;

    /**
     * Does no I/O.
     *
     * @param file the file; beside it is one of the same name with {@code -guard} behind
     * @param name how messages name it
     */
    public GuardedFile(Path file, String name, Access access, boolean readOnly) {
        this.place = Place.file(file.toAbsolutePath().normalize());
        this.locks = place.path().resolveSibling(place.path().getFileName() + "-guard");
        this.name = name;
        this.options = new Opening(access.mapSize(), 126, access.sync(), false, true);
        this.readOnly = readOnly;
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "atomflux-" + name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Runs work on the last commit; on nothing at all if there is no file. A started call is never interrupted. */
    public <T> CompletableFuture<T> read(Function<Entries, T> work) {
        try {
            return CompletableFuture.supplyAsync(() -> translated(() -> reading(work)), readers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new StoreClosedException(name));
        }
    }

    /**
     * Runs work that may change the file, whole or not at all, durable when it completes; makes the file if it is missing.
     *
     * @param work fails before it changes anything, or not at all; may be run again, and shares its transaction with others
     */
    public <T> CompletableFuture<T> write(Function<Changes, T> work) {
        if (readOnly) {
            return CompletableFuture.failedFuture(new ReadOnlyStoreException(name, "change"));
        }
        Task<T> task = new Task<>(work);
        waiting.add(task);
        writer.execute(this::drain);
        return task.done;
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T translated(Call<T> call) {
        try {
            return call.run();
        } catch (NativeFailure failure) {
            throw LmdbErrors.translate(failure, name);
        } catch (UncheckedIOException e) {
            throw new StoreIoException(name, "access", e.getCause());
        } catch (IOException e) {
            throw new StoreIoException(name, "access", e);
        }
    }

    private <T> T reading(Function<Entries, T> work) throws IOException {
        while (true) {
            Environment used = opened(false);
            if (used == null) {
                return work.apply(Nothing.HERE);
            }
            Guard guarding = Objects.requireNonNull(guard);
            guarding.beginReading();
            try {
                ReadTxn txn = used.begin();
                try {
                    return work.apply(new View(txn.cursor));
                } finally {
                    used.end(txn);
                }
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } finally {
                guarding.endReading();
            }
        }
    }

    private void drain() {
        List<Task<?>> batch = new ArrayList<>();
        for (Task<?> task = waiting.poll(); task != null; task = waiting.poll()) {
            batch.add(task);
            if (batch.size() == SHARING) {
                break;
            }
        }
        if (batch.isEmpty()) {
            return;
        }
        try {
            translated(() -> {
                together(batch);
                return true;
            });
        } catch (RuntimeException failure) {
            if (batch.size() == 1 || failure instanceof WriteFailedException) { // the commit itself, so all of them
                batch.forEach(task -> task.done.completeExceptionally(failure));
            } else {
                batch.forEach(this::alone); // it is of one of them: each gets its own outcome
            }
        } catch (Error failure) {
            batch.forEach(task -> task.done.completeExceptionally(failure));
            throw failure;
        }
    }

    private void alone(Task<?> task) {
        try {
            translated(() -> {
                together(List.of(task));
                return true;
            });
        } catch (RuntimeException failure) {
            task.done.completeExceptionally(failure);
        }
    }

    private void together(List<Task<?>> batch) throws IOException {
        while (true) {
            Environment used = Objects.requireNonNull(opened(true));
            Guard guarding = Objects.requireNonNull(guard);
            guarding.beginWriting();
            try {
                if (transaction(used, batch)) {
                    break;
                }
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } finally {
                guarding.endWriting();
            }
        }
        batch.forEach(Task::complete);
    }

    /** Runs all in one transaction; false to do so again, as the map was too small. */
    private boolean transaction(Environment used, List<Task<?>> batch) {
        WriteTxn txn = Committing.begin(used, place);
        Edit edit = new Edit(txn.cursor);
        boolean over = false;
        try {
            for (Task<?> task : batch) {
                task.run(edit);
            }
            over = true;
            if (edit.changed) {
                commit(used, txn);
            } else {
                used.abort(txn);
            }
            return true;
        } catch (NativeFailure failure) {
            if (!over) {
                used.abort(txn);
                over = true;
            }
            if (failure.code() != LMDB.MDB_MAP_FULL) {
                throw failure;
            }
            used.grow();
            return false;
        } finally {
            if (!over) {
                used.abort(txn);
            }
        }
    }

    private void commit(Environment used, WriteTxn txn) {
        try {
            used.commit(txn, null);
        } catch (NativeFailure failure) {
            if (failure.code() == LMDB.MDB_MAP_FULL) {
                throw failure; // nothing was written
            }
            Environments.retire(used);
            throw LmdbErrors.unknownOutcome(failure, name);
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new StoreClosedException(name);
        }
    }

    private @Nullable Environment opened(boolean create) throws IOException {
        Environment known = environment;
        if (known != null && !known.isRetired()) {
            if (!known.isGoneFrom(place)) {
                return known;
            }
            Environments.retire(known); // deleted or replaced from outside
        }
        synchronized (opening) {
            requireUsable();
            known = environment;
            if (known != null && !known.isRetired()) {
                return known;
            }
            environment = null;
            if (create) {
                Files.createDirectories(place.folder().normalize());
            }
            Guard guarding = guard;
            if (guarding == null) {
                guarding = Guard.open(locks, create);
                guard = guarding;
            }
            if (guarding == null) {
                return null;
            }
            // alone where possible: pages are looked at before they are mapped, and nobody may make the file at the
            // same time
            if (guarding.isWritable()) {
                guarding.beginAlone();
            } else {
                guarding.beginReading();
            }
            try {
                known = Environments.open(place, name, options);
                if (known == null && create) {
                    known = Environments.create(place, name, options);
                }
            } finally {
                if (guarding.isWritable()) {
                    guarding.endWriting();
                } else {
                    guarding.endReading();
                }
            }
            environment = known;
            return known;
        }
    }

    /** Waits for what runs, and gives the file back; idempotent. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.runAsync(
                () -> translated(() -> {
                    readers.shutdown();
                    awaitReaders();
                    synchronized (opening) {
                        closed = true;
                        Environment used = environment;
                        environment = null;
                        if (used != null) {
                            Environments.release(used);
                        }
                        Guard guarding = guard;
                        guard = null;
                        if (guarding != null) {
                            guarding.close();
                        }
                    }
                    return true;
                }),
                writer);
    }

    private void awaitReaders() {
        boolean interrupted = false;
        while (true) {
            try {
                if (readers.awaitTermination(1, TimeUnit.HOURS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true; // the environment must not vanish under a reader
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is seen where there is no file. */
    private enum Nothing implements Entries {
        HERE;

        @Override
        public boolean find(byte[] key) {
            return false;
        }

        @Override
        public boolean seek(byte[] least) {
            return false;
        }

        @Override
        public boolean next() {
            return false;
        }

        @Override
        public byte[] key() {
            throw new IllegalStateException("no entry was found");
        }

        @Override
        public long size() {
            throw new IllegalStateException("no entry was found");
        }

        @Override
        public byte[] value() {
            throw new IllegalStateException("no entry was found");
        }
    }

    private static class View implements Entries {
        final NativeCursor cursor;

        View(NativeCursor cursor) {
            this.cursor = cursor;
        }

        @Override
        public boolean find(byte[] key) {
            return cursor.set(cursor.key(key));
        }

        @Override
        public boolean seek(byte[] least) {
            return cursor.seek(cursor.key(least));
        }

        @Override
        public boolean next() {
            return cursor.next();
        }

        @Override
        public byte[] key() {
            return cursor.keyBytes();
        }

        @Override
        public long size() {
            return cursor.dataSize();
        }

        @Override
        public byte[] value() {
            return cursor.dataBytes();
        }
    }

    private static final class Edit extends View implements Changes {
        boolean changed;

        Edit(NativeCursor cursor) {
            super(cursor);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            changed = true;
            cursor.put(cursor.key(key), value);
        }

        @Override
        public void delete(byte[] key) {
            if (find(key)) {
                changed = true;
                cursor.delete();
            }
        }
    }
}
