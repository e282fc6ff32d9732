package io.atomflux.artifact;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Computations under way in this process, by the key in the storage; others wait for their end without a thread. */
final class Flights {

    private final Map<String, Flight> underWay = new ConcurrentHashMap<>();

    /** How a computation ended. */
    enum Landing {
        /** Its value is stored. */
        STORED,
        /** It answered nothing. */
        EMPTY,
        /** It was given up before it had an answer: whoever waits begins anew. */
        GIVEN_UP
    }

    /** One of them. */
    final class Flight {
        private final String key;
        private final Sinks.One<Landing> landed = Sinks.one();

        private Flight(String key) {
            this.key = key;
        }

        /** Waits for its end, with its error; answers on a thread of its own. */
        Mono<Landing> landing() {
            return landed.asMono().publishOn(Schedulers.parallel());
        }

        void land(Landing landing) {
            underWay.remove(key, this);
            landed.tryEmitValue(landing);
        }

        void fail(Throwable failure) {
            underWay.remove(key, this);
            landed.tryEmitError(failure);
        }
    }

    /** Returns a new flight if there is none for a key, else nothing. */
    @Nullable
    Flight begin(String key) {
        Flight mine = new Flight(key);
        return underWay.putIfAbsent(key, mine) == null ? mine : null;
    }

    /** Returns the flight under way; null if it just landed. */
    @Nullable
    Flight of(String key) {
        return underWay.get(key);
    }

    int underWay() {
        return underWay.size();
    }
}
