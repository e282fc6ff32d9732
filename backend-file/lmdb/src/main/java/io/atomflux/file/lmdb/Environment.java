package io.atomflux.file.lmdb;

import static io.atomflux.file.lmdb.LmdbErrors.check;

import io.atomflux.error.StoreBusyException;
import java.nio.IntBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.util.lmdb.LMDB;
import org.lwjgl.util.lmdb.MDBEnvInfo;

/**
 * One LMDB environment, the only one of its data file in this process, shared by all who opened it.
 *
 * <p>Three locks, taken in this order. {@code writing}: one write transaction at a time, and growing the map. A permit per
 * reader, fewer than LMDB has slots. {@code gate}: shared by whoever runs inside LMDB, exclusive for what must not
 * happen meanwhile, which is moving the map and closing. A snapshot that waits between two batches holds a permit but not
 * the gate; it lets go of all cached places, so the map may move under it.
 * Longer than most files, because whoever changes one use of these locks has to see the others.
 */
final class Environment {

    private static final int MOST_READERS = 64;
    private static final long PATIENCE_SECONDS = 30;
    private static final long LOOKING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Says that the environment was closed, e.g. because the store was removed; open it anew. */
    static final class RetiredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RetiredException() {
            super("the environment was closed", null, false, false);
        }
    }

    private final Place place;
    private final String store;
    private final Opening options;
    private final long env;
    private final int database;
    private final Object fileKey;
    private final boolean locked;
    private final Semaphore permits;
    private final Semaphore snapshots;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final ConcurrentLinkedDeque<ReadTxn> idle = new ConcurrentLinkedDeque<>();
    private final Set<ReadTxn> all = ConcurrentHashMap.newKeySet();
    private volatile @Nullable State state;
    private volatile boolean retired;
    private volatile long lookedAt = System.nanoTime();

    /** Takes an opened native environment over. */
    Environment(Place place, String store, Opening options, long env, Object fileKey, boolean locked) {
        this.place = place;
        this.store = store;
        this.options = options;
        this.env = env;
        this.fileKey = fileKey;
        this.locked = locked;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer txn = stack.mallocPointer(1);
            int begun = LMDB.mdb_txn_begin(env, 0, LMDB.MDB_RDONLY, txn);
            while (begun == LMDB.MDB_MAP_RESIZED) { // another process is growing the store at this moment
                check(LMDB.nmdb_env_set_mapsize(env, 0), "adopt the map size");
                begun = LMDB.mdb_txn_begin(env, 0, LMDB.MDB_RDONLY, txn);
            }
            check(begun, "begin a read transaction");
            IntBuffer dbi = stack.mallocInt(1);
            int code = LMDB.nmdb_dbi_open(txn.get(0), 0, 0, MemoryUtil.memAddress(dbi));
            // committed, not aborted: an aborted transaction takes the handle with it
            if (code != LMDB.MDB_SUCCESS) {
                LMDB.nmdb_txn_abort(txn.get(0));
            }
            check(code, "open the database");
            check(LMDB.nmdb_txn_commit(txn.get(0)), "open the database");
            database = dbi.get(0);
            IntBuffer readers = stack.mallocInt(1);
            check(LMDB.mdb_env_get_maxreaders(env, readers), "count the reader slots");
            int most = Math.max(2, Math.min(MOST_READERS, readers.get(0) / 2));
            permits = new Semaphore(most);
            snapshots = new Semaphore(most - Math.max(1, most / 4));
        }
    }

    Place place() {
        return place;
    }

    Opening options() {
        return options;
    }

    /** Returns what tells the opened file from another one at the same path. */
    Object fileKey() {
        return fileKey;
    }

    /** Tells, looking ten times a second at most, whether another file stands at a place now, or none. */
    boolean isGoneFrom(Place where) {
        long now = System.nanoTime();
        if (now - lookedAt < LOOKING_NANOS) {
            return false;
        }
        lookedAt = now;
        return !fileKey.equals(Environments.fileKey(where));
    }

    /**
     * Fails if what was just read may have been overwritten meanwhile.
     *
     * <p>Where no lock file can be written, writers of other processes do not know of this reader, and may use pages again
     * from the second commit after its snapshot on.
     */
    void requireUndisturbed(ReadTxn txn) {
        if (!locked && lastTxn() != txn.id()) {
            throw new StoreBusyException(store, "another process changes it, and it cannot be locked from here", null);
        }
    }

    boolean isRetired() {
        return retired;
    }

    /**
     * Begins a read whose snapshot may be kept; give it to {@link #endSnapshot} or, once paused, to {@link #endPaused}.
     *
     * <p>Never waits for other snapshots, which last as long as their readers want, and leaves permits for short reads.
     *
     * @throws StoreBusyException if as many snapshots are open as may be
     */
    ReadTxn beginSnapshot() {
        if (!snapshots.tryAcquire()) {
            throw new StoreBusyException(store, "all readers are taken, by snapshots left open perhaps", null);
        }
        try {
            return begin();
        } catch (RuntimeException | Error failure) {
            snapshots.release();
            throw failure;
        }
    }

    /** Ends a read begun as a snapshot that was not kept. */
    void endSnapshot(ReadTxn txn) {
        end(txn);
        snapshots.release();
    }

    /** Begins a short read on the last commit; give it to {@link #end} in a finally block. */
    ReadTxn begin() {
        acquirePermit();
        gate.readLock().lock();
        try {
            ReadTxn txn = null;
            while (txn == null) {
                requireOpen();
                txn = tryBegin();
            }
            return txn;
        } catch (RuntimeException | Error failure) {
            gate.readLock().unlock();
            permits.release();
            throw failure;
        }
    }

    private void acquirePermit() {
        if (permits.tryAcquire()) {
            return;
        }
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (true) {
                try {
                    if (permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new StoreBusyException(store, "all readers are taken by reads that do not end", null);
                } catch (InterruptedException e) {
                    interrupted = true; // not ours to act on: a started call runs to its end
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable ReadTxn tryBegin() {
        ReadTxn pooled = idle.pollFirst();
        try {
            if (pooled != null) {
                pooled.renew();
                return pooled;
            }
            ReadTxn made = new ReadTxn(env, database, store);
            all.add(made);
            return made;
        } catch (NativeFailure failure) {
            if (pooled != null) {
                all.remove(pooled);
                pooled.free();
            }
            if (failure.code() == LMDB.MDB_READERS_FULL) {
                if (clearStaleReaders() == 0) {
                    throw failure;
                }
            } else if (failure.code() == LMDB.MDB_MAP_RESIZED) {
                gate.readLock().unlock();
                try {
                    adoptMapSize();
                } finally {
                    gate.readLock().lock();
                }
            } else {
                throw failure;
            }
            return null;
        }
    }

    /** Ends a read. */
    void end(ReadTxn txn) {
        txn.reset();
        idle.offerFirst(txn);
        gate.readLock().unlock();
        permits.release();
    }

    /** Leaves a read that shall go on with the same snapshot later. */
    void pause() {
        gate.readLock().unlock();
    }

    /** Goes on with a read that was left; on failure it is over. */
    void resume(ReadTxn txn) {
        gate.readLock().lock();
        try {
            requireOpen();
            txn.restart();
        } catch (RuntimeException failure) {
            gate.readLock().unlock();
            throw failure;
        }
    }

    /** Ends a read that was left. */
    void endPaused(ReadTxn txn) {
        gate.readLock().lock();
        try {
            if (!retired) { // else it was freed already
                txn.reset();
                idle.offerFirst(txn);
            }
        } finally {
            gate.readLock().unlock();
            permits.release();
            snapshots.release();
        }
    }

    /** Returns the state a read transaction sees, from memory if it is the one known. */
    State state(ReadTxn txn) {
        long id = txn.id();
        State known = state;
        if (known != null && known.txn() == id) {
            return known;
        }
        State loaded = State.load(id, txn.cursor, store);
        txn.scanner.lost();
        publish(loaded);
        return loaded;
    }

    /** Returns what loads index blocks in a read transaction. */
    Index.Loader loader(ReadTxn txn, State of) {
        Index.Loader loader = of.loader(txn.cursor, store);
        return (number, size) -> {
            txn.scanner.lost();
            return loader.load(number, size);
        };
    }

    private synchronized void publish(State newer) {
        State known = state;
        if (known == null || known.txn() < newer.txn()) {
            state = newer;
        }
    }

    /** Runs work that may write, alone among the writers of this process. */
    <T> T writing(Supplier<T> work) {
        writing.lock();
        try {
            return work.get();
        } finally {
            writing.unlock();
        }
    }

    /** Begins a write transaction; waits for writers of other processes. Only inside {@link #writing}. */
    WriteTxn beginWrite() {
        while (true) {
            gate.readLock().lock();
            try {
                requireOpen();
                return new WriteTxn(env, database, store, state);
            } catch (NativeFailure failure) {
                gate.readLock().unlock();
                if (failure.code() != LMDB.MDB_MAP_RESIZED) {
                    throw failure;
                }
                adoptMapSize();
            } catch (RuntimeException | Error failure) {
                gate.readLock().unlock();
                throw failure;
            }
        }
    }

    /** Commits; afterwards the new state is known to all. After a failure nothing of it is kept. */
    void commit(WriteTxn txn, @Nullable State after) {
        boolean done = false;
        try {
            txn.commit();
            done = true;
        } finally {
            synchronized (this) {
                state = done ? after : null;
            }
            gate.readLock().unlock();
        }
    }

    /** Drops a write transaction. */
    void abort(WriteTxn txn) {
        txn.abort();
        gate.readLock().unlock();
    }

    /** Doubles the map. Only inside {@link #writing}, without a transaction. */
    void grow() {
        gate.writeLock().lock();
        try {
            requireOpen();
            long size = mapSize();
            resize(Math.multiplyExact(size, 2L), "grow the map to " + size * 2);
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** Takes over the map size that another process chose. */
    private void adoptMapSize() {
        gate.writeLock().lock();
        try {
            requireOpen();
            resize(0, "adopt the map size");
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** Moves the map. LMDB has unmapped it when that fails, so nothing may be read any more. */
    private void resize(long size, String action) {
        int code = LMDB.nmdb_env_set_mapsize(env, size);
        if (code != LMDB.MDB_SUCCESS) {
            retire();
        }
        check(code, action);
    }

    long mapSize() {
        return info(MDBEnvInfo::me_mapsize);
    }

    private long lastTxn() {
        return info(MDBEnvInfo::me_last_txnid);
    }

    private long info(ToLongFunction<MDBEnvInfo> wanted) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            MDBEnvInfo info = MDBEnvInfo.malloc(stack);
            check(LMDB.mdb_env_info(env, info), "look at the environment");
            return wanted.applyAsLong(info);
        }
    }

    /** Frees the reader slots of processes that died; returns how many. */
    int clearStaleReaders() {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer dead = stack.mallocInt(1);
            check(LMDB.mdb_reader_check(env, dead), "clear stale readers");
            return dead.get(0);
        }
    }

    /** Closes the environment once nobody runs inside it; further calls fail with {@link RetiredException}. */
    void retire() {
        gate.writeLock().lock();
        try {
            if (!retired) {
                retired = true;
                all.forEach(ReadTxn::free);
                all.clear();
                idle.clear();
                LMDB.nmdb_env_close(env);
            }
        } finally {
            gate.writeLock().unlock();
        }
    }

    private void requireOpen() {
        if (retired) {
            throw new RetiredException();
        }
    }
}
