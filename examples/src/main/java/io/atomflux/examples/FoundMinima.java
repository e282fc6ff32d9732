package io.atomflux.examples;

import io.atomflux.ObjectIO;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A row that many change at the same time: for each minimum the clusters that ended in it.
 *
 * <p>Each reads the row, adds to what it read, and writes it back if nobody wrote since; if somebody did, it reads again.
 */
final class FoundMinima {

    private final ObjectIO db;

    FoundMinima(ObjectIO db) {
        this.db = db;
    }

    /** Makes the row unless it is there; of many who do so at once one makes it, as they wait for a lease. */
    Mono<Void> prepare() {
        Mono<Void> ifMissing = db.size()
                .onErrorReturn(StoreNotFoundException.class, 0L) // a file that is not there yet
                .filter(size -> size == 0)
                .flatMap(none -> db.append(Row.of("minima", Map.of())))
                .then();
        return Mono.usingWhen(db.lease("first row"), held -> ifMissing, LeaseLock.Lease::release);
    }

    /** Adds a cluster to a minimum. Done again, as after a death before its next write, it changes nothing. */
    Mono<Void> add(String minimum, long cluster) {
        return db.getVersioned(0)
                .flatMap(seen -> {
                    Map<String, List<Long>> minima = minima(seen.row());
                    List<Long> same = minima.computeIfAbsent(minimum, none -> new ArrayList<>());
                    if (same.contains(cluster)) {
                        return Mono.empty();
                    }
                    same.add(cluster);
                    return db.set(0, Row.of("minima", minima), seen.version());
                })
                .retryWhen(Retry.indefinitely().filter(VersionConflictException.class::isInstance));
    }

    /** Tells for each minimum which clusters ended in it. */
    Mono<Map<String, List<Long>>> all() {
        return db.get(0).map(FoundMinima::minima);
    }

    /** Tells for each minimum how many clusters ended in it, the deepest first. */
    Flux<String> told() {
        return all().flatMapIterable(Map::entrySet)
                .sort(Map.Entry.comparingByKey((a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b))))
                .map(entry ->
                        "%s ε: %d".formatted(entry.getKey(), entry.getValue().size()));
    }

    private static Map<String, List<Long>> minima(Row row) {
        Map<String, List<Long>> minima = new TreeMap<>();
        if (row.get("minima") instanceof Map<?, ?> stored) {
            stored.forEach((minimum, clusters) -> minima.put(
                    (String) minimum,
                    new ArrayList<>(((List<?>) Objects.requireNonNull(clusters))
                            .stream().map(Long.class::cast).toList())));
        }
        return minima;
    }
}
