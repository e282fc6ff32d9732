package io.atomflux.loader;

import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Work that may take long, or is the user's and may block, on a bounded pool; never on a thread that reads. */
final class OnPool {

    private OnPool() {}

    /**
     * Does work.
     *
     * @param failed makes a value of whatever went wrong: also of an {@code Error}, of which else nobody would hear
     * @return cold; one value; never fails. Cancelling does not interrupt the thread, which might be reading a file for the user
     */
    static <T> Mono<T> call(Supplier<T> work, Function<Throwable, T> failed) {
        return Mono.<T>create(sink -> Schedulers.boundedElastic().schedule(() -> {
                    T value;
                    try {
                        value = work.get();
                    } catch (Throwable thrown) {
                        value = failed.apply(harmless(thrown));
                    }
                    sink.success(value);
                }))
                .onErrorResume(refused -> Mono.just(failed.apply(refused)));
    }

    /** Reactor throws errors of the virtual machine on, on whichever thread, and who waits for the stream waits for ever. */
    private static Throwable harmless(Throwable thrown) {
        return Exceptions.isJvmFatal(thrown)
                ? new IllegalStateException("while a batch was made: " + thrown, thrown)
                : thrown;
    }
}
