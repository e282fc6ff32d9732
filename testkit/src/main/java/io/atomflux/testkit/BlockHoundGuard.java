package io.atomflux.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Makes every call that blocks one of Reactor's non-blocking threads an error, and proves that it does.
 *
 * <p>The JVM needs {@code -XX:+AllowRedefinitionToAddDeleteMethods} (since JDK 13) and {@code
 * -XX:+EnableDynamicAgentLoading} (since JDK 21). All contracts of this package install it.
 */
public final class BlockHoundGuard {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_KEPT = 100;
    private static final Queue<BlockingOperationError> FOUND = new ConcurrentLinkedQueue<>();
    private static boolean proven; // guarded by the class

    private BlockHoundGuard() {}

    /**
     * Installs the guard once per JVM.
     *
     * @throws AssertionError if a planted sleep is not detected, e.g. because a flag is missing
     */
    public static synchronized void install() {
        if (proven) {
            return;
        }
        // A lock that excludes others for a moment is let pass, as monitors are, which BlockHound does not see; waiting
        // for a
        // condition, a latch, a sleep or a file is not. An error thrown out of waiting for such a lock leaves a dead
        // waiter
        // in it, and whoever comes next, e.g. a scheduler's thread, sleeps for ever.
        BlockHound.install(builder -> builder.blockingMethodCallback(method -> {
                    BlockingOperationError error = new BlockingOperationError(method);
                    if (FOUND.size() < MOST_KEPT) {
                        FOUND.add(error);
                    }
                    throw error;
                })
                .allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lock")
                .allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lockInterruptibly")
                // The same of Netty's allocator, when a second thread begins to use a part of it, and of the lock under
                // which lettuce passes commands to a connection.
                .allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator", "allocate")
                .allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$Magazine", "free")
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "incrementWriters")
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "lockWritersExclusive")
                // The same of MongoDB's driver, which takes its own locks on the threads of its callers.
                .allowBlockingCallsInside("com.mongodb.internal.Locks", "lockInterruptibly")
                .allowBlockingCallsInside("com.mongodb.internal.Locks", "checkedWithLock")
                .allowBlockingCallsInside("com.mongodb.internal.Locks", "withInterruptibleLock")
                // Random numbers for TLS come from a device that never waits.
                .allowBlockingCallsInside("java.security.SecureRandom", "nextBytes")
                // A new thread is started under a lock, and waits until it runs.
                .allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "addWorker")
                .allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "processWorkerExit"));
        prove();
        FOUND.clear();
        proven = true;
    }

    /**
     * Returns what was detected since the guard was installed, the first hundred: whoever was hit may have kept the error to
     * itself. Those that tests plant are among them.
     */
    public static List<BlockingOperationError> found() {
        return List.copyOf(FOUND);
    }

    /**
     * Plants a sleep on a parallel thread.
     *
     * @throws AssertionError if it is not detected
     */
    public static void prove() {
        Throwable caught = Mono.fromCallable(() -> {
                    TimeUnit.MILLISECONDS.sleep(1);
                    return new Throwable("nothing was detected");
                })
                .subscribeOn(Schedulers.parallel())
                .onErrorResume(Mono::just)
                .block(PATIENCE);
        if (!(caught instanceof BlockingOperationError)) {
            throw new AssertionError(
                    "a sleep on a parallel thread was not detected (expected: BlockingOperationError); start the JVM with"
                            + " -XX:+AllowRedefinitionToAddDeleteMethods -XX:+EnableDynamicAgentLoading",
                    caught);
        }
    }
}
