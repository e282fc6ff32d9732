package io.atomflux.hub.net;

import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Lets a bounded number of requests run at once; others wait in the order they came. For many threads.
 *
 * <p>Streams that are open but not read hold permits, too, and who reads many in turn could wait for himself: so while others
 * wait, as many of those as have not been read for a second are told to make room, the longest first; they go on when they
 * are read again.
 */
final class Permits {

    private static final int LONGEST_QUEUE = 10_000;
    private static final Duration UNREAD = Duration.ofSeconds(1);

    private final String store;
    private final int most;
    private final Duration patience;
    private final Scheduler scheduler;
    private final Set<Ticket> waiting = new LinkedHashSet<>(); // guarded by this
    private final Set<Ticket> holding = new HashSet<>(); // guarded by this
    private boolean looking; // guarded by this; whether a look at the idle is due
    private Sinks.@Nullable Empty<Void> end; // guarded by this; who waits until nothing runs

    Permits(String store, int most, Duration patience, Scheduler scheduler) {
        this.store = store;
        this.most = most;
        this.patience = patience;
        this.scheduler = scheduler;
    }

    /** Who runs. */
    interface Holder {
        /** Returns since when nobody reads what is there, in the scheduler's milliseconds; nothing if it is read. */
        OptionalLong idleSince();

        /** Ends soon, to go on later; for any thread. */
        void makeRoom();
    }

    /**
     * Runs work when there is room for it, and makes room when it ends in whatever way.
     *
     * @return cold
     * @signals StoreBusyException if the queue is full, or there was no room for long
     */
    <T> Flux<T> with(Function<Ticket, Flux<T>> work) {
        return Flux.defer(() -> {
            Ticket ticket = new Ticket();
            return granted(ticket)
                    .thenMany(Flux.defer(() -> work.apply(ticket)))
                    .doFinally(signal -> end(ticket));
        });
    }

    synchronized int running() {
        return holding.size();
    }

    synchronized int queued() {
        return waiting.size();
    }

    /** Completes once nothing runs; cold. */
    Mono<Void> ended() {
        return Mono.defer(() -> {
            synchronized (this) {
                if (holding.isEmpty()) {
                    return Mono.empty();
                }
                Sinks.Empty<Void> told = end == null ? Sinks.empty() : end;
                end = told;
                return told.asMono();
            }
        });
    }

    private Mono<Void> granted(Ticket ticket) {
        return Mono.defer(() -> {
            synchronized (this) {
                if (ticket.ended) {
                    return Mono.never(); // given up by another thread meanwhile
                }
                if (holding.size() < most) {
                    holding.add(ticket);
                    return Mono.empty();
                }
                if (waiting.size() >= LONGEST_QUEUE) {
                    return Mono.error(busy("%d requests run and %d wait".formatted(holding.size(), waiting.size())));
                }
                waiting.add(ticket);
                lookSoon();
            }
            return ticket.turn
                    .asMono()
                    .timeout(
                            patience,
                            Mono.error(() ->
                                    busy("%d requests have been running for %d s, and this one may not run beside them"
                                            .formatted(most, patience.toSeconds()))),
                            scheduler);
        });
    }

    private StoreBusyException busy(String problem) {
        return new StoreBusyException(
                store, problem + "; read fewer things at once, or allow more parallel requests", null);
    }

    private void end(Ticket ticket) {
        Ticket next = null;
        Sinks.Empty<Void> told = null;
        synchronized (this) {
            ticket.ended = true;
            waiting.remove(ticket);
            if (!holding.remove(ticket)) {
                return;
            }
            var first = waiting.iterator();
            if (first.hasNext()) {
                next = first.next();
                first.remove();
                holding.add(next);
            }
            if (holding.isEmpty()) {
                told = end;
                end = null;
            }
        }
        if (told != null) {
            told.tryEmitEmpty();
        }
        if (next != null) {
            // Outside of the lock: the next request starts on this thread. One that was cancelled meanwhile gives back
            // in end().
            next.turn.tryEmitEmpty();
        }
    }

    /** Called with the lock held. */
    private void lookSoon() {
        if (!looking) {
            looking = true;
            scheduler.schedule(this::look, UNREAD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        List<Holder> idle;
        synchronized (this) {
            looking = false;
            if (waiting.isEmpty()) {
                return;
            }
            idle = idle();
            lookSoon();
        }
        idle.forEach(Holder::makeRoom);
    }

    private List<Holder> idle() {
        long latest = scheduler.now(TimeUnit.MILLISECONDS) - UNREAD.toMillis();
        List<Idle> found = new ArrayList<>();
        long room = waiting.size();
        for (Ticket ticket : holding) {
            if (ticket.yields) {
                room--; // is about to end
            } else if (ticket.holder != null) {
                OptionalLong since = ticket.holder.idleSince();
                if (since.isPresent() && since.getAsLong() <= latest) {
                    found.add(new Idle(ticket, ticket.holder, since.getAsLong()));
                }
            }
        }
        return found.stream()
                .sorted(Comparator.comparingLong(Idle::since))
                .limit(Math.max(0, room))
                .map(one -> {
                    one.ticket().yields = true;
                    return one.holder();
                })
                .toList();
    }

    private record Idle(Ticket ticket, Holder holder, long since) {}

    /** A permit, or the wish for one. */
    static final class Ticket {
        private final Sinks.Empty<Void> turn = Sinks.empty();
        private boolean ended; // guarded by the permits
        private boolean yields; // guarded by the permits
        private volatile @Nullable Holder holder;

        /** Names who can be asked to make room. */
        void heldBy(Holder who) {
            holder = who;
        }
    }
}
