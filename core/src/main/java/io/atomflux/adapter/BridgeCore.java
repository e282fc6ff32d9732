package io.atomflux.adapter;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * The threads and the opened store behind one or several handles; closed by the last of them.
 *
 * <p>Reads run on daemon threads of the process, few at once; the writer is a daemon thread of its own, started by the first
 * write. All end when idle. The store is opened by the first call that needs it,
 * on the thread of that call; an opening that fails is tried again by the next call.
 */
final class BridgeCore<R extends KeyedRow<R>> {

    private static final ConcurrentHashMap<Object, BridgeCore<?>> SHARED = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBER = new AtomicLong();
    private static final int MOST_WAITING = 1 << 16;
    private static final int IDLE_SECONDS = 5;

    private final String name;
    private final Callable<? extends BlockingRowBackend<R>> opener;
    private final @Nullable Object shareKey;
    private final ReadLane pool;
    private final ThreadPoolExecutor writer;
    private final WriteLane<R> lane;
    private final Turns turns;
    private final Sinks.Many<Long> commits = Sinks.many().multicast().directBestEffort();
    private final AtomicLong commitCount = new AtomicLong();
    private final Object opening = new Object();
    private volatile @Nullable BlockingRowBackend<R> store;
    private int handles = 1; // changed only inside SHARED.compute of the key

    private BridgeCore(
            String name,
            Callable<? extends BlockingRowBackend<R>> opener,
            BridgeOptions options,
            @Nullable Object shareKey) {
        this.name = name;
        this.opener = opener;
        this.shareKey = shareKey;
        long number = NUMBER.incrementAndGet();
        this.pool = new ReadLane(options.threads());
        this.turns = new Turns(name);
        this.writer = writer("atomflux-write-" + number);
        this.lane = new WriteLane<>(this::opened, writer, pool, name, this::committed);
    }

    @SuppressWarnings("unchecked") // a key names one store, so one kind of rows
    static <R extends KeyedRow<R>> BridgeCore<R> acquire(
            String name, Callable<? extends BlockingRowBackend<R>> opener, BridgeOptions options) {
        if (options.shareKey().isEmpty()) {
            return new BridgeCore<>(name, opener, options, null);
        }
        return (BridgeCore<R>) Objects.requireNonNull(SHARED.compute(
                options.shareKey().get(), (key, core) -> {
                    if (core == null) {
                        return new BridgeCore<>(name, opener, options, key);
                    }
                    core.handles++;
                    return core;
                }));
    }

    /** Gives up one handle; tells whether it was the last, whose owner then calls {@link #shutDown}. */
    boolean release() {
        if (shareKey == null) {
            return true;
        }
        boolean[] last = {false};
        SHARED.computeIfPresent(shareKey, (key, core) -> {
            last[0] = --core.handles == 0;
            return last[0] ? null : core;
        });
        return last[0];
    }

    private static ThreadPoolExecutor writer(String name) {
        ThreadPoolExecutor writer =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        writer.allowCoreThreadTimeOut(true);
        return writer;
    }

    /** Returns the store, opening it if need be; blocks, so only called where that is allowed. */
    BlockingRowBackend<R> opened() throws IOException {
        BlockingRowBackend<R> open = store;
        return open != null ? open : open();
    }

    private BlockingRowBackend<R> open() throws IOException {
        synchronized (opening) {
            BlockingRowBackend<R> open = store;
            if (open == null) {
                try {
                    open = opener.call();
                } catch (IOException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IOException(e);
                }
                store = open;
            }
            return open;
        }
    }

    private void committed() {
        commits.tryEmitNext(commitCount.incrementAndGet()); // best effort: followers also poll
    }

    /** Ticks after each commit made through this core; drops ticks nobody asked for. */
    Flux<Long> commits() {
        return commits.asFlux();
    }

    /**
     * Runs a call on the pool; a call that started is never interrupted, one cancelled before that is skipped.
     *
     * @param notRun runs instead of the call if it is skipped or refused
     */
    <T> Mono<T> onPool(String action, Callable<? extends @Nullable T> call, Runnable notRun) {
        return Mono.create(sink -> {
            if (pool.waiting() >= MOST_WAITING) {
                notRun.run();
                sink.error(new StoreBusyException(name, MOST_WAITING + " reads are waiting", null));
                return;
            }
            AtomicBoolean cancelled = new AtomicBoolean();
            sink.onCancel(() -> cancelled.set(true));
            try {
                pool.execute(() -> {
                    if (cancelled.get()) {
                        notRun.run();
                    } else {
                        run(action, call, sink);
                    }
                });
            } catch (RejectedExecutionException e) {
                notRun.run();
                sink.error(new StoreClosedException(name));
            }
        });
    }

    /** Runs on the pool what ends something: in any case, however many calls wait and whoever cancels. */
    Mono<Void> ending(String action, Callable<? extends @Nullable Void> call) {
        return Mono.create(sink -> {
            try {
                pool.execute(() -> run(action, call, sink));
            } catch (RejectedExecutionException e) {
                sink.error(new StoreClosedException(name));
            }
        });
    }

    /** Repeats a call that finds the store busy until it gets through, in its turn and without holding a thread. */
    <T> Mono<T> patiently(Mono<T> call) {
        return turns.patiently(call);
    }

    private <T> void run(String action, Callable<? extends @Nullable T> call, MonoSink<T> sink) {
        T result;
        try {
            result = call.call();
        } catch (Throwable failure) { // everything reaches the subscriber; the thread has no other reporter
            sink.error(Failures.of(name, action, failure));
            return;
        }
        if (result == null) {
            sink.success();
        } else {
            sink.success(result);
        }
    }

    Mono<Long> write(Write<R> write) {
        return Mono.create(sink -> lane.submit(write, sink));
    }

    /** Runs a call on the writer's thread, between commits, whether or not anybody still waits for it. */
    <T> Mono<T> onWriter(String action, Callable<? extends @Nullable T> call) {
        return Mono.create(sink -> {
            try {
                writer.execute(() -> {
                    run(action, call, sink);
                    committed();
                });
            } catch (RejectedExecutionException e) {
                sink.error(new StoreClosedException(name));
            }
        });
    }

    /** Closes the store and ends the threads; called when nothing runs any more. */
    Mono<Void> shutDown() {
        Callable<@Nullable Void> closing = () -> {
            BlockingRowBackend<R> open = store;
            try {
                if (open != null) {
                    open.close();
                }
            } finally {
                pool.close();
                writer.shutdown();
            }
            return null;
        };
        // What was only read is not worth starting the writer's thread.
        return Mono.defer(
                () -> writer.getLargestPoolSize() == 0 ? ending("close", closing) : onWriter("close", closing));
    }
}
