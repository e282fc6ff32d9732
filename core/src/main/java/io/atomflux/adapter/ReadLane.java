package io.atomflux.adapter;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in the order they came, so many at once at most, as a pool of that many threads would.
 *
 * <p>The threads are lent by the process, so that a store of few reads, of which a pattern of file names may open thousands,
 * costs no thread of its own. There are as many as lanes use at one moment, so none waits for another; each ends when nobody has used
 * it for a while.
 */
final class ReadLane implements Executor {

    private static final int IDLE_SECONDS = 5;
    private static final AtomicLong NUMBER = new AtomicLong();
    private static final Executor THREADS = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), ReadLane::thread);

    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this, as the next two
    private int running;
    private boolean closed;

    /**
     * Makes a lane; starts nothing.
     *
     * @param most how many tasks may run at once
     */
    ReadLane(int most) {
        this.most = most;
    }

    private static Thread thread(Runnable tasks) {
        Thread thread = new Thread(tasks, "atomflux-read-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        // Else it would keep that of whoever happened to need one more thread.
        thread.setContextClassLoader(ReadLane.class.getClassLoader());
        return thread;
    }

    /** Returns how many tasks wait for others to end. */
    synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Takes a task.
     *
     * @throws RejectedExecutionException if the lane is closed
     */
    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (closed) {
                throw new RejectedExecutionException("closed");
            }
            if (running == most) {
                waiting.add(task);
                return;
            }
            running++;
        }
        lend(task);
    }

    private void lend(Runnable task) {
        try {
            THREADS.execute(() -> run(task));
        } catch (Throwable failure) { // out of threads: told to the caller; those that run take what waits
            synchronized (this) {
                running--;
            }
            throw failure;
        }
    }

    private void run(Runnable first) {
        @Nullable Runnable task = first;
        while (task != null) {
            boolean returned = false;
            try {
                task.run();
                returned = true;
            } finally {
                task = next();
                if (!returned && task != null) {
                    lend(task); // this thread ends with what was thrown
                }
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable next = waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** Refuses tasks from now on; those that wait still run. */
    synchronized void close() {
        closed = true;
    }
}
