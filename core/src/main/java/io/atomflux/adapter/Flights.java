package io.atomflux.adapter;

import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Rows that are being fetched, so that nobody fetches them a second time meanwhile.
 *
 * <p>Who comes first fetches; others wait, and look again if the first gives up. If it fails, those fail with it who would
 * have asked for the same and more, and all if the source cannot be reached: else as many as wait would run into the same
 * failure, one after the other. A fetch waits for no other, so that none can wait in a circle.
 *
 * @param <R> the kind of rows
 */
final class Flights<R> {

    private final Map<Long, Flight> underWay = new ConcurrentHashMap<>();
    private final AtomicLong landings = new AtomicLong();

    /** One fetch of some rows. */
    final class Flight {
        private final List<Long> positions = new ArrayList<>(); // guarded by this
        private final Sinks.One<Landing<R>> landed = Sinks.one();
        private boolean ended; // guarded by this

        /** Takes a row as well; false if another fetches it, or this fetch was given up meanwhile, on another thread. */
        private synchronized boolean take(long position) {
            boolean taken = !ended && underWay.putIfAbsent(position, this) == null;
            if (taken) {
                positions.add(position);
            }
            return taken;
        }

        private void end(@Nullable Landing<R> landing) {
            if (landing != null && landing.failure() == null) {
                landings.incrementAndGet(); // before they can be claimed again
            }
            synchronized (this) {
                ended = true; // what is taken after this would be under way for ever
                positions.forEach(position -> underWay.remove(position, this));
            }
            if (landing == null) {
                landed.tryEmitEmpty();
            } else {
                landed.tryEmitValue(landing);
            }
        }
    }

    /** The end of a fetch: the rows that came, or what failed for those asked for. */
    private record Landing<R>(
            Map<Long, R> rows, List<Long> asked, @Nullable Throwable failure) {

        boolean failsAlso(Set<Long> wanted) {
            if (failure instanceof StoreChangedException) {
                return false; // it tells how far one stream came
            }
            return failure instanceof StoreUnavailableException
                    || failure instanceof StoreAccessException
                    || wanted.containsAll(asked);
        }
    }

    /** What somebody who needs rows has to fetch, and whom to wait for; to be ended whatever happens. */
    final class Claim {
        private final Set<Long> wanted;
        private final Flight flight = new Flight();
        private final List<Long> mine = new ArrayList<>();
        private final Set<Flight> others = new LinkedHashSet<>();

        private Claim(Set<Long> positions) {
            wanted = positions;
            for (Long position : positions) {
                Flight first = underWay.get(position);
                while (first == null && !flight.take(position)) {
                    first = underWay.get(position); // it was taken, and perhaps let go, in between
                }
                if (first == null) {
                    mine.add(position);
                } else if (first != flight) {
                    others.add(first);
                }
            }
        }

        /** Lets others wait for a row too that may come with those asked for; false if it is fetched already. */
        boolean mayBring(long position) {
            return flight.take(position);
        }

        /** Returns what to fetch, in the order asked for. */
        List<Long> mine() {
            return mine;
        }

        /**
         * Waits for those who fetch the rest.
         *
         * @return what each of them fetched; empty for one that gave up, or failed for what does not concern these rows.
         *     Arrives on a thread of its own
         */
        Flux<Map<Long, R>> ofOthers() {
            return Flux.fromIterable(others)
                    .concatMap(other -> other.landed
                            .asMono()
                            .publishOn(Schedulers.parallel())
                            .flatMap(this::shared));
        }

        private Mono<Map<Long, R>> shared(Landing<R> landing) {
            Throwable failure = landing.failure();
            if (failure == null) {
                return Mono.just(landing.rows());
            }
            return landing.failsAlso(wanted) ? Mono.error(failure) : Mono.empty();
        }

        /** Hands out what was fetched; to be called when it can be read from the cache too. */
        void land(Map<Long, R> rows) {
            flight.end(new Landing<>(rows, List.of(), null));
        }

        /** Tells those who wait that fetching failed. */
        void fail(Throwable failure) {
            flight.end(new Landing<>(Map.of(), List.copyOf(mine), failure));
        }

        /** Gives up what was not fetched. */
        void end() {
            flight.end(null);
        }
    }

    Claim claim(Set<Long> positions) {
        return new Claim(positions);
    }

    /**
     * Counts the fetches whose rows were kept. Who has found rows missing, and claimed them, looks once more if it has grown
     * meanwhile: they may have come in between.
     */
    long landings() {
        return landings.get();
    }

    int underWay() {
        return underWay.size();
    }
}
