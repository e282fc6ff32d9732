package io.atomflux.adapter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Rows that are being fetched, so that nobody fetches them a second time meanwhile.
 *
 * <p>Who comes first fetches; others wait, and look again if the first gives up. A fetch waits for no other, so that none
 * can wait in a circle.
 *
 * @param <R> the kind of rows
 */
final class Flights<R> {

    private final Map<Long, Flight> underWay = new ConcurrentHashMap<>();
    private final AtomicLong landings = new AtomicLong();

    /** One fetch of some rows. */
    final class Flight {
        private final List<Long> positions = new ArrayList<>(); // for one thread at a time
        private final Sinks.One<Map<Long, R>> landed = Sinks.one();

        /** Returns the rows that came; empty if the fetch failed or was cancelled. Arrives on a thread of its own. */
        Mono<Map<Long, R>> rows() {
            return landed.asMono().publishOn(Schedulers.parallel());
        }

        private void end(@Nullable Map<Long, R> rows) {
            if (rows != null) {
                landings.incrementAndGet(); // before they can be claimed again
            }
            positions.forEach(position -> underWay.remove(position, this));
            if (rows == null) {
                landed.tryEmitEmpty();
            } else {
                landed.tryEmitValue(rows);
            }
        }
    }

    /** What somebody who needs rows has to fetch, and whom to wait for; to be ended whatever happens. */
    final class Claim {
        private final Flight flight = new Flight();
        private final List<Long> mine = new ArrayList<>();
        private final Set<Flight> others = new LinkedHashSet<>();

        private Claim(Collection<Long> positions) {
            for (Long position : positions) {
                Flight first = underWay.putIfAbsent(position, flight);
                if (first == null) {
                    mine.add(position);
                    flight.positions.add(position);
                } else if (first != flight) {
                    others.add(first);
                }
            }
        }

        /** Lets others wait for a row too that may come with those asked for. */
        void mayBring(long position) {
            if (underWay.putIfAbsent(position, flight) == null) {
                flight.positions.add(position);
            }
        }

        /** Returns what to fetch, in the order asked for. */
        List<Long> mine() {
            return mine;
        }

        Set<Flight> others() {
            return others;
        }

        /** Hands out what was fetched; to be called when it can be read from the cache too. */
        void land(Map<Long, R> rows) {
            flight.end(rows);
        }

        /** Gives up what was not fetched. */
        void end() {
            flight.end(null);
        }
    }

    Claim claim(Collection<Long> positions) {
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
