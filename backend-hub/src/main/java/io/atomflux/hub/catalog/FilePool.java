package io.atomflux.hub.catalog;

import io.atomflux.error.StoreBusyException;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Threads for what blocks (files of the cache folder) or takes long (listings of many files); shared by all catalogs,
 * bounded, daemons that end when idle.
 *
 * <p>A call that began is never interrupted: an interrupt would close the file it reads.
 */
final class FilePool {

    private static final int THREADS = Math.max(4, Runtime.getRuntime().availableProcessors());
    private static final int IDLE_SECONDS = 5;
    private static final int MOST_WAITING = 10_000;
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ThreadPoolExecutor POOL = pool();
    private static final Scheduler SCHEDULER = Schedulers.fromExecutor(FilePool::execute);

    private FilePool() {}

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "atomflux-hub-files-" + NUMBER.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static void execute(Runnable task) {
        POOL.execute(task);
    }

    /** Returns the pool as a scheduler, for {@code publishOn}. */
    static Scheduler scheduler() {
        return SCHEDULER;
    }

    /**
     * Makes a call on the pool.
     *
     * @param name what the call is for, in messages
     * @return cold; empty if the call gives null; a call that did not begin when it is cancelled is not made
     * @signals StoreBusyException if too many calls wait
     */
    static <T> Mono<T> call(String name, Callable<@Nullable T> call) {
        return Mono.create(sink -> {
            if (POOL.getQueue().size() >= MOST_WAITING) {
                sink.error(new StoreBusyException(name, "too many calls wait for a file", null));
                return;
            }
            AtomicBoolean cancelled = new AtomicBoolean();
            sink.onCancel(() -> cancelled.set(true));
            POOL.execute(() -> {
                if (!cancelled.get()) {
                    run(call, sink);
                }
            });
        });
    }

    /** Makes a call that ends something: in any case, however many calls wait and whoever cancels. */
    static <T> Mono<T> end(Callable<@Nullable T> call) {
        return Mono.create(sink -> POOL.execute(() -> run(call, sink)));
    }

    private static <T> void run(Callable<@Nullable T> call, MonoSink<T> sink) {
        try {
            sink.success(call.call());
        } catch (Throwable failed) { // whatever it is, it ends the call it belongs to
            sink.error(failed);
        }
    }
}
