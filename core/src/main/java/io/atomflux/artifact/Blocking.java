package io.atomflux.artifact;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/**
 * Threads for local files and large hashes, a few for all stores of the process, gone after a minute without work.
 *
 * <p>A call that has begun is never interrupted, as that closes file channels for good; whoever cancels just does not hear
 * of its end. What waits is bounded by those who subscribe: each stream has one call at a time.
 */
final class Blocking {

    static final int THREADS = Math.max(4, Math.min(16, Runtime.getRuntime().availableProcessors()));
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final ThreadPoolExecutor POOL = pool();

    private Blocking() {}

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "atomflux-artifacts-" + NAMES.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Runs something there; it may answer null, for a mono that is empty. */
    static <T> Mono<T> call(Callable<? extends T> work) {
        return Mono.fromFuture(
                () -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return work.call();
                            } catch (Exception e) {
                                throw new CompletionException(e);
                            }
                        },
                        POOL),
                true);
    }
}
