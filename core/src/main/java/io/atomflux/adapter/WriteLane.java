package io.atomflux.adapter;

import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.MonoSink;

/**
 * Runs all writes of one store on one thread, in order; calls that waited during one commit share the next.
 *
 * <p>At most 256 calls or 16 MiB share a commit: enough to divide the cost of a sync by, little enough that the first of
 * them does not wait long. Answers are handed to the pool, so that a slow receiver never delays the next commit.
 */
final class WriteLane<R extends KeyedRow<R>> {

    private static final int MOST_CALLS = 256;
    private static final long MOST_BYTES = 16L << 20;
    private static final int MOST_WAITING = 1 << 16;

    private final Callable<BlockingRowBackend<R>> store;
    private final Executor writer;
    private final Executor pool;
    private final String name;
    private final Runnable afterCommit;
    private final ConcurrentLinkedQueue<Call<R>> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    private static final class Call<R extends KeyedRow<R>> {
        final Write<R> write;
        final MonoSink<Long> sink;
        volatile boolean cancelled;

        Call(Write<R> write, MonoSink<Long> sink) {
            this.write = write;
            this.sink = sink;
        }
    }

    WriteLane(
            Callable<BlockingRowBackend<R>> store, Executor writer, Executor pool, String name, Runnable afterCommit) {
        this.store = store;
        this.writer = writer;
        this.pool = pool;
        this.name = name;
        this.afterCommit = afterCommit;
    }

    /** Takes a call; one that is cancelled before its commit began is not made, else it is made whole. */
    void submit(Write<R> write, MonoSink<Long> sink) {
        if (waiting.get() >= MOST_WAITING) {
            sink.error(new StoreBusyException(name, MOST_WAITING + " writes are waiting", null));
            return;
        }
        Call<R> call = new Call<>(write, sink);
        sink.onCancel(() -> call.cancelled = true);
        calls.add(call);
        if (waiting.getAndIncrement() == 0) {
            writer.execute(this::drain);
        }
    }

    private void drain() {
        int taken;
        do {
            List<Call<R>> together = new ArrayList<>();
            taken = take(together);
            if (!together.isEmpty()) {
                commit(together);
            }
        } while (waiting.addAndGet(-taken) != 0);
    }

    private int take(List<Call<R>> together) {
        int taken = 0;
        long bytes = 0;
        while (taken < MOST_CALLS && bytes < MOST_BYTES) {
            Call<R> call = calls.poll();
            if (call == null) {
                break;
            }
            taken++;
            if (!call.cancelled) {
                together.add(call);
                bytes += WriteSize.of(call.write);
            }
        }
        return taken;
    }

    private void commit(List<Call<R>> together) {
        List<Write<R>> writes = new ArrayList<>(together.size());
        together.forEach(call -> writes.add(call.write));
        List<WriteResult> results;
        try {
            results = store.call().applyAll(writes);
        } catch (Throwable failure) { // every caller must hear of it, also of an error
            results = Collections.nCopies(together.size(), WriteResult.failed(failure));
        }
        afterCommit.run();
        List<WriteResult> answers = results;
        pool.execute(() -> answer(together, answers));
    }

    private void answer(List<Call<R>> together, List<WriteResult> answers) {
        for (int i = 0; i < together.size(); i++) {
            MonoSink<Long> sink = together.get(i).sink;
            Throwable failure = answers.get(i).failure();
            if (failure == null) {
                sink.success(answers.get(i).size());
            } else {
                sink.error(Failures.of(name, together.get(i).write.operation(), failure));
            }
        }
    }
}
