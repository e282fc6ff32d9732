package io.atomflux.artifact.folder;

import io.atomflux.error.AtomfluxException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Runs blocking calls in the order they came, so many at once at most, on daemon threads that all stores of the process share.
 *
 * <p>A call that has started is never interrupted: an interrupt would close an open file for everybody. Who hears of its result
 * does so when its turn is over, and may take as long as it likes: others go on meanwhile, on other threads.
 */
final class Lane implements Executor {

    private static final AtomicLong NUMBER = new AtomicLong();
    private static final Executor THREADS =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), Lane::thread);

    private final int most;
    private final Queue<Task> waiting = new ArrayDeque<>(); // guarded by this, as the next
    private int running;

    Lane(int most) {
        this.most = most;
    }

    /** What takes a turn; what it returns is run when the turn is over. */
    private interface Task {
        @Nullable
        Runnable run();
    }

    /** What a call does. */
    interface Call<T> {
        @Nullable
        T run() throws IOException;
    }

    private static Thread thread(Runnable tasks) {
        Thread thread = new Thread(tasks, "atomflux-artifact-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        // Else it would keep that of whoever happened to need one more thread.
        thread.setContextClassLoader(Lane.class.getClassLoader());
        return thread;
    }

    /** Threads for telling results, for streams; bounded by those who listen. */
    static Executor listeners() {
        return THREADS;
    }

    @Override
    public void execute(Runnable work) {
        enter(() -> {
            work.run();
            return null;
        });
    }

    /** Tells a result when those that came before have had their turn; nobody waits for who hears of it. */
    void tell(Runnable result) {
        enter(() -> result);
    }

    private void enter(Task task) {
        synchronized (this) {
            if (running == most) {
                waiting.add(task);
                return;
            }
            running++;
        }
        THREADS.execute(() -> work(task));
    }

    private void work(Task first) {
        @Nullable Task task = first;
        while (task != null) {
            boolean returned = false;
            @Nullable Runnable result = null;
            try {
                result = task.run();
                returned = true;
            } finally {
                task = next();
                if (task != null && (!returned || result != null)) {
                    Task left = task;
                    task = null;
                    THREADS.execute(() -> work(left)); // this thread ends with what was thrown, or with the result
                }
            }
            if (result != null) {
                result.run();
            }
        }
    }

    private synchronized @Nullable Task next() {
        Task next = waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** Runs a call for each subscription; cancelling drops its result. */
    <T> Mono<T> call(String store, String action, Call<T> call) {
        return Mono.fromFuture(
                () -> {
                    CompletableFuture<T> result = new CompletableFuture<>();
                    enter(() -> made(result, store, action, call));
                    return result;
                },
                true);
    }

    // Whatever is thrown belongs to the subscriber, else it would wait for ever.
    private static <T> Runnable made(CompletableFuture<T> result, String store, String action, Call<T> call) {
        try {
            T value = call.run();
            return () -> result.complete(value);
        } catch (Throwable failure) {
            Throwable translated = translated(store, action, failure);
            return () -> result.completeExceptionally(translated);
        }
    }

    /** Returns an I/O failure as a typed error that names the store; others stay as they are. */
    static Throwable translated(String store, String action, Throwable failure) {
        return failure instanceof IOException io ? AtomfluxException.of(store, action, io) : failure;
    }
}
