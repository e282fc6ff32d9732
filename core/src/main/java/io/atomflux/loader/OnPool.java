package io.atomflux.loader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Work that may take long, or is the user's and may block, on a bounded pool; never on a thread that reads.
 *
 * <p>The pool is the loader's own: a loop that waits for batches, and a map that waits for something else, may take up all threads of
 * {@code Schedulers.boundedElastic()}, and would wait for ever if what they wait for had to come from there too.
 *
 * <p>Batches arrive on these threads too, or on the one that asks for them: whoever ends the making of one passes on what is ready, as does
 * the end of the epoch, which therefore comes from here as well.
 *
 * <p>Each user of the pool has at most so many threads of it, and a thread goes on with what waits for it: waking another takes
 * longer than a batch does.
 */
final class OnPool {

    private static final Scheduler POOL = Schedulers.newBoundedElastic(
            Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE, Integer.MAX_VALUE, "atomflux-loader", 60, true);

    private static final int MOST_IN_A_ROW = 64; // then others come first, if all threads are taken

    private final int most;
    private final Scheduler threads;
    private final Queue<Task<?>> waiting = new ArrayDeque<>(); // guarded by this, as the next one
    private int running;

    /**
     * Takes up nothing yet.
     *
     * @param most how much may run at once
     */
    OnPool(int most) {
        this(most, POOL);
    }

    /** Uses other threads. */
    OnPool(int most, Scheduler threads) {
        this.most = most;
        this.threads = threads;
    }

    /** Work in several steps. */
    @FunctionalInterface
    interface Work<T> {

        /**
         * Does it.
         *
         * @param interest asked before each step that may take long
         */
        T run(Interest interest);
    }

    /** Whether somebody still waits. */
    @FunctionalInterface
    interface Interest {

        /**
         * Ends work that nobody waits for.
         *
         * @throws CancellationException if it is so
         */
        void check();
    }

    /**
     * Does work.
     *
     * @param failed makes a value of whatever went wrong: also of an {@code Error}, of which else nobody would hear
     * @return cold; one value; never fails. Cancelled, work that has not begun never does, and what it would work on is let go; what
     *     runs ends before its next step. The thread is not interrupted, as it might be reading a file for the user
     */
    <T> Mono<T> call(Work<T> work, Function<Throwable, T> failed) {
        return Mono.create(sink -> {
            Task<T> task = new Task<>(work, failed, sink);
            sink.onCancel(task::cancel);
            execute(task);
        });
    }

    /** Whoever comes first takes it: a thread that has just ended something, or one more. */
    private void execute(Task<?> task) {
        synchronized (this) {
            waiting.add(task);
            if (running == most) {
                return;
            }
            running++;
        }
        lend();
    }

    /** Has one more thread run what waits. */
    private void lend() {
        try {
            var unused = threads.schedule(this::runAll);
        } catch (Throwable refused) { // out of threads: those that run take what waits; without any, nobody would
            List<Task<?>> left = new ArrayList<>();
            synchronized (this) {
                running--;
                if (running == 0) {
                    left.addAll(waiting);
                    waiting.clear();
                }
            }
            left.forEach(task -> task.refuse(refused));
        }
    }

    private void runAll() {
        int left = MOST_IN_A_ROW;
        boolean returned = true;
        try {
            for (Task<?> task = next(); task != null; task = --left > 0 ? next() : null) {
                returned = false;
                task.run();
                returned = true;
                var unused = Thread.interrupted(); // by a function of the user; nothing to the next one
            }
        } finally {
            if (left == 0 || !returned) {
                lend(); // this thread is for others now, or ends with what was thrown
            }
        }
    }

    private synchronized @Nullable Task<?> next() {
        Task<?> next = waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** Work, and who waits for it. */
    private static final class Task<T> {
        private final Function<Throwable, T> failed;
        private final MonoSink<T> sink;
        private volatile @Nullable Work<T> wanted;

        Task(Work<T> work, Function<Throwable, T> failed, MonoSink<T> sink) {
            this.failed = failed;
            this.sink = sink;
            this.wanted = work;
        }

        void cancel() {
            wanted = null;
        }

        void refuse(Throwable refused) {
            sink.success(failed.apply(harmless(refused)));
        }

        void run() {
            Work<T> work = wanted;
            if (work == null) {
                return;
            }
            T value;
            try {
                value = work.run(() -> {
                    if (wanted == null) {
                        throw new CancellationException("nobody waits for this any more");
                    }
                });
            } catch (Throwable thrown) {
                value = failed.apply(harmless(thrown));
            }
            sink.success(value);
        }
    }

    /** Reactor throws errors of the virtual machine on, on whichever thread, and who waits for the stream waits for ever. */
    static Throwable harmless(Throwable thrown) {
        return Exceptions.isJvmFatal(thrown)
                ? new IllegalStateException("while an epoch was read or a batch made: " + thrown, thrown)
                : thrown;
    }
}
