package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.Indexed;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One of many that relax the clusters of a shared store, each of which is relaxed by one of them at a time.
 *
 * <p>It writes its name into the row it takes, and every few evaluations the cluster as it is then. A row that another has
 * taken and that did not change for a while, by the clock of who looks, is taken over as it was written last. Each write names
 * the version that was read: of two who take a row one is refused, and so is the next write of one who was only slow.
 */
final class ClusterWorker {

    private static final int EVALUATIONS = 20; // between two writes
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final AtomsIO clusters;
    private final FoundMinima minima;
    private final String name;
    private final Duration pause;
    private final Duration patience;
    private final Map<Long, Seen> ofOthers = new HashMap<>(); // for one look at a time
    private final AtomicLong relaxed = new AtomicLong();
    private final AtomicLong takenOver = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /**
     * Describes a worker.
     *
     * @param name its own; started again under it, it goes on at once with what it had taken
     * @param pause added before each write, as if the evaluations took so long
     * @param patience how long a row of another may stand unchanged; more than the pause and what a write takes
     */
    ClusterWorker(AtomsIO clusters, FoundMinima minima, String name, Duration pause, Duration patience) {
        this.clusters = clusters;
        this.minima = minima;
        this.name = name;
        this.pause = pause;
        this.patience = patience;
    }

    /** A row of another, and since when it stands so. */
    private record Seen(Row row, long nanos) {}

    /**
     * Works until so many clusters are relaxed, by whomever.
     *
     * @return cold; a line for each cluster that this worker relaxed
     */
    Flux<String> work(long jobs) {
        AtomicBoolean done = new AtomicBoolean();
        return clusters.columns("info.relaxed", "info.worker", "info.evaluations")
                .indexed()
                .onErrorResume(StoreNotFoundException.class, missing -> Flux.empty()) // a file that is not there yet
                .collectList()
                .doOnNext(rows -> done.set(relaxed(rows) >= jobs))
                .flatMapIterable(this::free)
                .concatMap(this::relax, 0) // one after the other
                .repeatWhen(looks -> looks.takeWhile(look -> !done.get()).delayElements(BETWEEN_LOOKS));
    }

    /** Tells what it did. */
    String told() {
        return "%s relaxed %s clusters, took over %s, and was refused %s times"
                .formatted(name, relaxed, takenOver, refused);
    }

    private static long relaxed(List<Indexed<Row>> rows) {
        return rows.stream().filter(row -> row.value().has("info.relaxed")).count();
    }

    /** Picks the rows that nobody works on, in an order of its own. */
    private List<Indexed<Row>> free(List<Indexed<Row>> rows) {
        List<Indexed<Row>> free = new ArrayList<>(rows);
        free.removeIf(row -> row.value().has("info.relaxed") || isTaken(row));
        Collections.shuffle(free);
        return free;
    }

    private boolean isTaken(Indexed<Row> found) {
        Object worker = found.value().get("info.worker");
        if (worker == null || worker.equals(name)) {
            return false;
        }
        Seen seen = ofOthers.get(found.position());
        if (seen == null || !seen.row().equals(found.value())) {
            ofOthers.put(found.position(), new Seen(found.value(), System.nanoTime()));
            return true;
        }
        return System.nanoTime() - seen.nanos() < patience.toNanos();
    }

    private Mono<String> relax(Indexed<Row> free) {
        long cluster = free.position();
        return take(free)
                .flatMap(taken -> further(cluster)
                        .expand(later -> ArgonCluster.isRelaxed(later) ? Mono.empty() : further(cluster))
                        .filter(ArgonCluster::isRelaxed)
                        .singleOrEmpty())
                .map(done -> "%s: cluster %d, %s evaluations, %s ε"
                        .formatted(name, cluster, done.info("evaluations").orElseThrow(), minimum(done)))
                .doOnNext(told -> relaxed.incrementAndGet())
                .onErrorResume(VersionConflictException.class, another -> {
                    refused.incrementAndGet();
                    return Mono.empty();
                });
    }

    /** Writes its name into a row that is still as it was seen. */
    private Mono<String> take(Indexed<Row> free) {
        Object before = free.value().get("info.worker");
        return clusters.getVersioned(free.position())
                .filter(now -> Objects.equals(before, now.row().info().get("worker"))
                        && Objects.equals(
                                free.value().get("info.evaluations"),
                                now.row().info().get("evaluations")))
                .flatMap(now -> clusters.update(free.position(), Patch.info("worker", name), now.version())
                        .thenReturn(name))
                .doOnNext(taken -> takenOver.addAndGet(before == null || before.equals(name) ? 0 : 1));
    }

    /** Reads a cluster, relaxes it a little, and writes it back; nothing if another has taken it over. */
    private Mono<Atoms> further(long cluster) {
        return clusters.getVersioned(cluster)
                .filter(seen -> name.equals(seen.row().info().get("worker")))
                .delayElement(pause)
                .flatMap(seen -> {
                    Atoms later = ArgonCluster.relaxed(seen.row(), EVALUATIONS).withInfo("worker", name);
                    Mono<Void> noted =
                            ArgonCluster.isRelaxed(later) ? minima.add(minimum(later), cluster) : Mono.empty();
                    return noted.then(clusters.set(cluster, later, seen.version()))
                            .thenReturn(later);
                });
    }

    private static String minimum(Atoms relaxed) {
        double energy = relaxed.energy().orElseThrow() / ArgonSimulation.EPSILON;
        return String.format(Locale.ROOT, "%.4f", energy);
    }
}
