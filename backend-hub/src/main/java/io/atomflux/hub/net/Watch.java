package io.atomflux.hub.net;

import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Raises an alarm when an answer does not begin, or its body does not go on, in time.
 *
 * <p>Only while somebody wants bytes: a consumer that takes its time is no fault of the server's. For one attempt. One timer
 * serves the whole body: when it fires it looks at when bytes came last, as setting a timer for each of them costs more than
 * they do.
 */
final class Watch implements Permits.Holder {

    private final Scheduler scheduler;
    private final Duration answer;
    private final Duration idle;
    private final Sinks.Empty<Void> alarm = Sinks.empty();
    private final Disposable.Swap timer = Disposables.swap();
    private final AtomicBoolean armed = new AtomicBoolean();
    private final String store;
    private long wanted; // guarded by this
    private long since; // guarded by this
    private boolean open; // guarded by this; whether a body may come

    Watch(String store, Scheduler scheduler, Duration answer, Duration idle) {
        this.store = store;
        this.scheduler = scheduler;
        this.answer = answer;
        this.idle = idle;
    }

    /** Guards an attempt: it fails when the alarm is raised. */
    <T> Flux<T> over(Flux<T> attempt) {
        return attempt.takeUntilOther(Mono.<Void>defer(() -> {
                    timer.update(scheduler.schedule(
                            () -> raise("no answer within " + told(answer)), answer.toMillis(), TimeUnit.MILLISECONDS));
                    return alarm.asMono();
                }))
                .doFinally(signal -> timer.dispose());
    }

    /** Says that the answer began. */
    void answered() {
        timer.update(Disposables.disposed());
    }

    /** Watches a body. */
    <T> Flux<T> body(Flux<T> body) {
        begin();
        return body.doOnRequest(this::wants).doOnNext(part -> came()).doOnTerminate(this::ended);
    }

    private synchronized void wants(long more) {
        boolean idleSoFar = wanted == 0;
        wanted = wanted + more < 0 ? Long.MAX_VALUE : wanted + more;
        if (idleSoFar) {
            since = now();
            if (armed.compareAndSet(false, true)) {
                arm(idle.toMillis());
            }
        }
    }

    private synchronized void came() {
        since = now();
        if (wanted != Long.MAX_VALUE) {
            wanted--;
        }
    }

    private synchronized void begin() {
        open = true;
        since = now();
    }

    private synchronized void ended() {
        open = false;
        wanted = 0;
    }

    private void arm(long millis) {
        timer.update(scheduler.schedule(this::look, millis, TimeUnit.MILLISECONDS));
    }

    private void look() {
        long left;
        synchronized (this) {
            if (wanted == 0) {
                armed.set(false);
                return;
            }
            left = since + idle.toMillis() - now();
        }
        if (left <= 0) {
            raise("no bytes for " + told(idle));
        } else {
            arm(left);
        }
    }

    @Override
    public synchronized OptionalLong idleSince() {
        return open && wanted == 0 ? OptionalLong.of(since) : OptionalLong.empty();
    }

    @Override
    public void makeRoom() {
        alarm.tryEmitError(Fault.yielded(
                new StoreBusyException(store, "its connection was needed for others while nobody read it", null)));
    }

    private void raise(String problem) {
        alarm.tryEmitError(new TimeoutException(problem));
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    private static String told(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
