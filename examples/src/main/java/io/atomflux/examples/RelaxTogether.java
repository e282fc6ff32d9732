package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Many programs share one store as a queue of work: some add clusters of argon atoms, some relax them, some look on.
 *
 * <p>The store may be in MongoDB, in Redis, or any other that processes can share. See {@link ClusterWorker} for how a row is
 * one worker's at a time, also if one of them dies, and {@link FoundMinima} for a row that all of them change.
 */
public final class RelaxTogether {

    private static final int ATOMS = 7;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final AtomsIO clusters;
    private final ObjectIO found;
    private final FoundMinima minima;

    /** Describes the place; nothing is opened yet. */
    RelaxTogether(String location) {
        this.clusters = AtomsIO.open(location, OpenOptions.ofGroup("clusters"));
        this.found = ObjectIO.open(location, OpenOptions.ofGroup("minima"));
        this.minima = new FoundMinima(found);
    }

    /** Takes where the store is, e.g. {@code mongodb://localhost/argon}, and what to do there; see {@code SHARING.md}. */
    public static void main(String[] args) {
        if (args.length < 2 || args[1].equals("work") && args.length < 3) {
            System.err.println("usage: RelaxTogether LOCATION submit [count=64] [seed=0]\n"
                    + "       RelaxTogether LOCATION work NAME [jobs=64] [pause=0] [patience=10000]\n"
                    + "       RelaxTogether LOCATION watch [jobs=64]");
            return;
        }
        RelaxTogether shared = new RelaxTogether(args[0]);
        Flux<String> lines = switch (args[1]) {
            case "submit" -> {
                Arguments given = Arguments.of(args, 2, Map.of("count", 64, "seed", 0));
                yield shared.submit(given.get("count"), given.get("seed"))
                        .map(size -> size + " clusters are there now")
                        .flux();
            }
            case "work" -> {
                Arguments given = Arguments.of(args, 3, Map.of("jobs", 64, "pause", 0, "patience", 10_000));
                ClusterWorker worker = shared.worker(
                        args[2], Duration.ofMillis(given.get("pause")), Duration.ofMillis(given.get("patience")));
                yield worker.work(given.get("jobs")).concatWith(Mono.fromCallable(worker::told));
            }
            case "watch" ->
                shared.watch(Arguments.of(args, 2, Map.of("jobs", 64)).get("jobs"))
                        .concatWith(shared.minima.told());
            default ->
                throw new IllegalArgumentException(args[1] + " (expected: submit, work or watch after the location)");
        };
        lines.doOnNext(System.out::println).then(shared.close()).block();
    }

    /** Adds clusters that are to be relaxed, while others may do the same; tells how many there are then. */
    Mono<Long> submit(int count, long seed) {
        return minima.prepare()
                .then(clusters.extend(Flux.range(0, count).map(i -> ArgonCluster.scattered(ATOMS, seed + i))));
    }

    /** Describes a worker; see {@link ClusterWorker}. */
    ClusterWorker worker(String name, Duration pause, Duration patience) {
        return new ClusterWorker(clusters, minima, name, pause, patience);
    }

    /** Tells how far all have come whenever that changes, until so many are relaxed. */
    Flux<String> watch(long jobs) {
        return Flux.merge(
                        clusters.changes().onErrorResume(StoreNotFoundException.class, missing -> Flux.empty()),
                        Flux.interval(Duration.ZERO, BETWEEN_LOOKS)) // the latter before any change
                .onBackpressureLatest() // who comes late looks once
                .concatMap(change -> progress(), 0)
                .distinctUntilChanged()
                .takeUntil(progress -> progress.relaxed() >= jobs)
                .map(Progress::told);
    }

    private record Progress(int size, long relaxed, List<Object> working) {
        String told() {
            return "%d clusters, %d relaxed%s"
                    .formatted(size, relaxed, working.isEmpty() ? "" : ", at work " + working);
        }
    }

    private Mono<Progress> progress() {
        Flux<Row> rowsNow = clusters.columns("info.relaxed", "info.worker")
                .onErrorResume(StoreNotFoundException.class, missing -> Flux.empty()); // a file that is not there yet
        return rowsNow.collectList().map(rows -> {
            long relaxed = rows.stream().filter(row -> row.has("info.relaxed")).count();
            List<Object> working = rows.stream()
                    .filter(row -> row.has("info.worker") && !row.has("info.relaxed"))
                    .<Object>map(row -> String.valueOf(row.get("info.worker")))
                    .sorted()
                    .toList();
            return new Progress(rows.size(), relaxed, working);
        });
    }

    Mono<Void> close() {
        return clusters.close().then(found.close());
    }
}
