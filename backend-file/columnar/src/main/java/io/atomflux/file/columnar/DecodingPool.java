package io.atomflux.file.columnar;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that help to decode chunks, shared by all stores; daemons that end when idle.
 *
 * <p>Whoever has something to decode does it himself and is only helped: nothing waits for a thread of the pool to become
 * free, so a full pool costs speed and nothing else.
 */
final class DecodingPool {

    private static final int HELPERS = Runtime.getRuntime().availableProcessors();
    private static final int IDLE_SECONDS = 5;
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ThreadPoolExecutor POOL = pool();

    private DecodingPool() {}

    /** Work that is numbered. */
    @FunctionalInterface
    interface Work {
        void run(int number) throws IOException;
    }

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                HELPERS, HELPERS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "atomflux-decode-" + NUMBER.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Does all of it, on this thread and on others that are free; returns when nothing of it runs any more. */
    static void each(int count, Work work) throws IOException {
        Job job = new Job(count, work);
        for (int helper = Math.min(count, HELPERS) - 1; helper > 0; helper--) {
            POOL.execute(job::help);
        }
        job.work();
        job.end();
    }

    private static final class Job {
        private final int count;
        private final Work work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private int helping; // guarded by this
        private boolean ended; // guarded by this

        Job(int count, Work work) {
            this.count = count;
            this.work = work;
        }

        void help() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                helping++;
            }
            try {
                work();
            } finally {
                synchronized (this) {
                    helping--;
                    notifyAll();
                }
            }
        }

        void work() {
            for (int i = next.getAndIncrement(); i < count && failure.get() == null; i = next.getAndIncrement()) {
                try {
                    work.run(i);
                } catch (Throwable failed) { // thrown again by the one whose work it is
                    failure.compareAndSet(null, failed);
                }
            }
        }

        void end() throws IOException {
            boolean interrupted = false;
            synchronized (this) {
                ended = true;
                while (helping > 0) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        interrupted = true; // helpers use what the caller is about to close
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            rethrow(failure.get());
        }
    }

    /** Throws a failure as what it is. */
    static void rethrow(@Nullable Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        } else if (failure instanceof RuntimeException runtime) {
            throw runtime;
        } else if (failure instanceof Error error) {
            throw error;
        } else if (failure != null) {
            throw new IOException(failure);
        }
    }
}
