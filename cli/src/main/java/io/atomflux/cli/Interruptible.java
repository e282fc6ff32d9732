package io.atomflux.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/** Waits for long work such that Ctrl-C cancels it, lets what was begun come to its end, and then ends the process. */
final class Interruptible {

    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    private Interruptible() {}

    /**
     * Subscribes and waits.
     *
     * @param work what to do; ends with a value
     * @param afterwards what to do if the process was told to end meanwhile, once the work was cancelled
     * @param failed told if that cannot be done, e.g. because the server has gone away
     */
    static <T> T run(Mono<T> work, Mono<Void> afterwards, Consumer<RuntimeException> failed) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Disposable.Swap running = Disposables.swap(); // cancels what it is given once it was disposed of
        Thread ending = new Thread(
                () -> {
                    running.dispose();
                    try {
                        afterwards.block(LONGEST_END);
                    } catch (RuntimeException e) {
                        failed.accept(e);
                    }
                },
                "atomflux-cancel");
        // First, as another thread may have done half of the work by the time that this one goes on.
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            running.update(work.subscribe(
                    result::complete,
                    result::completeExceptionally,
                    () -> result.completeExceptionally(new IllegalStateException("completed without a result"))));
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        } finally {
            forget(ending);
        }
    }

    private static void forget(Thread ending) {
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            Thread.yield(); // the process is ending, and the hook runs
        }
    }
}
