package io.atomflux.loader;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
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
 */
final class OnPool {

    private static final Scheduler POOL = Schedulers.newBoundedElastic(
            Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE, Integer.MAX_VALUE, "atomflux-loader", 60, true);

    private OnPool() {}

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
    static <T> Mono<T> call(Work<T> work, Function<Throwable, T> failed) {
        return Mono.<T>create(sink -> {
                    AtomicReference<@Nullable Work<T>> wanted = new AtomicReference<>(work);
                    sink.onCancel(() -> wanted.set(null));
                    var unused = POOL.schedule(() -> run(wanted, failed, sink));
                })
                .onErrorResume(refused -> Mono.just(failed.apply(refused)));
    }

    private static <T> void run(
            AtomicReference<@Nullable Work<T>> wanted, Function<Throwable, T> failed, MonoSink<T> sink) {
        Work<T> work = wanted.get();
        if (work == null) {
            return;
        }
        T value;
        try {
            value = work.run(() -> {
                if (wanted.get() == null) {
                    throw new CancellationException("nobody waits for this any more");
                }
            });
        } catch (Throwable thrown) {
            value = failed.apply(harmless(thrown));
        }
        sink.success(value);
    }

    /** Reactor throws errors of the virtual machine on, on whichever thread, and who waits for the stream waits for ever. */
    static Throwable harmless(Throwable thrown) {
        return Exceptions.isJvmFatal(thrown)
                ? new IllegalStateException("while an epoch was read or a batch made: " + thrown, thrown)
                : thrown;
    }
}
