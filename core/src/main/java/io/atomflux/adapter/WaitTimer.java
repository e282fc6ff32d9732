package io.atomflux.adapter;

import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Schedulers;

/**
 * One timer of somebody who waits: setting it takes away what it was set to before.
 *
 * <p>Work that begins at once waits until it is the timer's, else what it sets itself would be taken for the one before, and
 * taken away; and it is the timer's no more when it runs, else setting the timer from another thread would interrupt it.
 */
public final class WaitTimer {

    private final Disposable.Swap set = Disposables.swap();

    /** Sets the timer; the work runs on a thread that must not block. Does nothing once ended. */
    public void set(long nanos, Runnable work) {
        synchronized (set) {
            set.update(Schedulers.parallel()
                    .schedule(
                            () -> {
                                synchronized (set) {
                                    if (!set.replace(Disposables.disposed())) {
                                        return; // ended
                                    }
                                }
                                work.run();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS));
        }
    }

    /** Ends it: what it is set to does not run, unless it has begun. */
    public void end() {
        set.dispose();
    }
}
