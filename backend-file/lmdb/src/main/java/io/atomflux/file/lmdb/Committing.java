package io.atomflux.file.lmdb;

import io.atomflux.spi.WriteResult;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lwjgl.util.lmdb.LMDB;

/**
 * Commits changes, several in one transaction, each whole or not at all.
 *
 * <p>A full map aborts, grows and replays. Any other failure once something was written aborts too, and then each change
 * runs in a transaction of its own, so that each gets its own outcome. Only inside {@link Environment#writing}.
 */
final class Committing<W> {

    private static final long LEAST_ROOM = 1 << 20;

    /** Makes changes inside one write transaction. */
    interface Edit<W> {
        /** Makes one change; answers the number of rows after it. */
        long apply(W write);

        /** Tells whether the change that just failed had begun to write. */
        boolean isMutating();

        /** Tells whether there is something to commit. */
        boolean isChanged();

        /** Writes what is left to write; returns the state that the commit will leave, if the environment keeps one. */
        @Nullable
        State flush();
    }

    private final Environment environment;
    private final String store;
    private final Place place;
    private final Function<WriteTxn, Edit<W>> edits;

    Committing(Environment environment, String store, Place place, Function<WriteTxn, Edit<W>> edits) {
        this.environment = environment;
        this.store = store;
        this.place = place;
        this.edits = edits;
    }

    List<WriteResult> applyAll(List<W> writes) {
        List<WriteResult> together = attempt(writes);
        if (together != null) {
            return together;
        }
        List<WriteResult> singly = new ArrayList<>(writes.size());
        for (W write : writes) {
            List<WriteResult> one = attempt(List.of(write));
            singly.add(
                    one == null
                            ? WriteResult.failed(new AssertionError("a single change has an outcome"))
                            : one.get(0));
        }
        return singly;
    }

    /** Tries all in one transaction; null if they have to be tried singly. */
    private @Nullable List<WriteResult> attempt(List<W> writes) {
        while (true) {
            try {
                return transaction(writes);
            } catch (NativeFailure failure) {
                if (failure.code() == LMDB.MDB_MAP_FULL) {
                    try {
                        environment.grow();
                        continue;
                    } catch (NativeFailure | ArithmeticException cannotGrow) {
                        failure.addSuppressed(cannotGrow);
                    }
                }
                if (failure.code() == LMDB.MDB_PANIC) { // after a failed write of a meta page LMDB wants a new opening
                    Environments.retire(environment);
                    throw new Environment.RetiredException();
                }
                if (writes.size() > 1) {
                    return null;
                }
                return List.of(WriteResult.failed(LmdbErrors.translate(failure, store)));
            } catch (Environment.RetiredException gone) {
                throw gone;
            } catch (RuntimeException failure) {
                return writes.size() > 1 ? null : List.of(WriteResult.failed(failure));
            }
        }
    }

    private List<WriteResult> transaction(List<W> writes) {
        WriteTxn txn = begin(environment, place);
        boolean ended = false;
        try {
            Edit<W> edit = edits.apply(txn);
            List<WriteResult> results = new ArrayList<>(writes.size());
            for (W write : writes) {
                try {
                    results.add(WriteResult.done(edit.apply(write)));
                } catch (NativeFailure failure) {
                    throw failure;
                } catch (RuntimeException refusal) {
                    if (edit.isMutating()) {
                        throw refusal;
                    }
                    results.add(WriteResult.failed(refusal));
                }
            }
            if (edit.isChanged()) {
                State after = edit.flush();
                ended = true;
                commit(txn, after);
            }
            return results;
        } finally {
            if (!ended) {
                environment.abort(txn);
            }
        }
    }

    private void commit(WriteTxn txn, @Nullable State after) {
        long id = txn.id();
        try {
            environment.commit(txn, after);
        } catch (NativeFailure failure) {
            if (failure.code() == LMDB.MDB_MAP_FULL) {
                throw failure;
            }
            if (isAbsent(id, failure)) {
                throw failure.code() == LmdbErrors.EIO && isDiskFull() ? full(failure) : failure;
            }
            Environments.retire(environment); // what it holds in memory may not be what is on the disk
            throw LmdbErrors.unknownOutcome(failure, store);
        }
    }

    /** LMDB calls a write that was cut short an I/O error, also where the disk is merely full. */
    private boolean isDiskFull() {
        try {
            return Files.getFileStore(environment.place().data()).getUsableSpace() < LEAST_ROOM;
        } catch (IOException unknown) {
            return false; // the I/O error itself is told
        }
    }

    private static NativeFailure full(NativeFailure failure) {
        NativeFailure full = new NativeFailure(LmdbErrors.ENOSPC, failure.call());
        full.addSuppressed(failure);
        return full;
    }

    /** Tells whether a failed commit surely left nothing: no meta page names its transaction, nor will one. */
    private boolean isAbsent(long txn, NativeFailure failure) {
        try {
            return PageCheck.lastTxn(environment.place().data(), store) < txn;
        } catch (IOException | RuntimeException unreadable) {
            failure.addSuppressed(unreadable);
            return false;
        }
    }

    /** Begins on the store that is at this path now, not on one that was removed, deleted or replaced. */
    static WriteTxn begin(Environment environment, Place place) {
        WriteTxn txn = environment.beginWrite();
        if (!environment.fileKey().equals(Environments.fileKey(place))) {
            environment.abort(txn);
            Environments.retire(environment);
            throw new Environment.RetiredException();
        }
        return txn;
    }
}
