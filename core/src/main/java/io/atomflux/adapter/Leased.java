package io.atomflux.adapter;

import io.atomflux.spi.LeaseLock.Lease;
import java.util.concurrent.Callable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** What is opened under a lease, which it gives back when it is closed. */
public final class Leased {

    private Leased() {}

    /**
     * Opens something, on a thread that may block, and gives the lease back if nothing comes of it: it fails, or nobody waits for
     * it any more. Nothing that could lose it may stand between this and whoever takes it, e.g. {@code publishOn}.
     *
     * @param open runs to its end also when nobody waits any more
     * @return cold; what was opened, which has the lease from now on
     */
    public static <T> Mono<T> open(Lease lease, Callable<? extends T> open) {
        // Not subscribeOn: what is cancelled before it has begun would never run, and keep the lease.
        return Mono.create(sink -> Schedulers.boundedElastic().schedule(() -> {
            T opened;
            try {
                opened = open.call();
            } catch (Throwable e) { // an error, too, must not keep the lease
                lease.release()
                        .subscribe(
                                done -> {},
                                also -> {
                                    if (also != e) {
                                        e.addSuppressed(also);
                                    }
                                    sink.error(e);
                                },
                                () -> sink.error(e));
                return;
            }
            sink.onCancel(() -> lease.release() // at once, if it was given up meanwhile
                    .subscribe(done -> {}, late -> Operators.onErrorDropped(late, Context.empty())));
            sink.success(opened);
        }));
    }
}
