package io.atomflux.recorder;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What is to be done once the engine's lock is free: tell those who waited, and begin work of the storage. */
final class After {

    /**
     * Where storages begin their work, and where those go on who waited for it: a simulation that continues must hold up
     * neither a storage's own thread nor Reactor's. Threads come as needed and go when idle.
     */
    static final Scheduler POOL = Schedulers.newBoundedElastic(
            Math.max(16, 4 * Runtime.getRuntime().availableProcessors()),
            Integer.MAX_VALUE,
            "atomflux-recorder",
            60,
            true);

    private final List<Runnable> signals = new ArrayList<>();
    private @Nullable Runnable work;

    void tell(Runnable signal) {
        signals.add(signal);
    }

    void fail(Waiting<?> waiting, Throwable failure) {
        fail(waiting.failed, failure);
    }

    void fail(Consumer<Throwable> waiting, Throwable failure) {
        signals.add(() -> waiting.accept(failure));
    }

    boolean tells() {
        return !signals.isEmpty();
    }

    /** Has the storage work; once, for it is given one thing at a time. */
    void work(Runnable begin) {
        work = begin;
    }

    /** Does it for a caller, who is told on the thread that called. */
    void here() {
        startWork();
        signals.forEach(Runnable::run);
    }

    /** Does it on behalf of a storage or a timer. */
    void elsewhere() {
        startWork();
        if (!signals.isEmpty()) {
            POOL.schedule(() -> signals.forEach(Runnable::run));
        }
    }

    private void startWork() {
        if (work != null) {
            POOL.schedule(work);
        }
    }
}
