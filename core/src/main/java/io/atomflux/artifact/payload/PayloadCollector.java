package io.atomflux.artifact.payload;

import io.atomflux.ObjectIO;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Manifest;
import io.atomflux.error.InvalidNameException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Finds payloads that nothing refers to, and references to nothing; removes the former.
 *
 * <p>Give it every place that refers to payloads of the store: a payload that is only named where it does not look is an
 * orphan to it. Payloads of scopes that are {@link Scope#kept} are left alone until their time to live is over, and so are
 * those of scopes nobody registered; of an owner's scope they go when no reference names them.
 *
 * <p>Removing is safe beside writers: a payload goes only if it is older than the grace period and no reference named it, in
 * two looks that lie the grace period apart. So a writer has that long from writing a payload to storing its reference, and
 * from taking a reference from one place to storing it in another. References count, whoever's scope they point to; copying
 * between scopes copies payloads, see {@link Payloads#externalize}.
 */
public final class PayloadCollector {

    private static final Duration DEFAULT_GRACE = Duration.ofMinutes(10);

    private final PayloadStore store;
    private final List<Flux<PayloadUrl>> sources;
    private final Duration grace;
    private final Clock clock;
    private final Scheduler scheduler;

    private PayloadCollector(
            PayloadStore store, List<Flux<PayloadUrl>> sources, Duration grace, Clock clock, Scheduler scheduler) {
        this.store = store;
        this.sources = sources;
        this.grace = grace;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** Looks at a store, with a grace period of ten minutes, and no place yet that refers to its payloads. */
    public static PayloadCollector of(PayloadStore store) {
        return new PayloadCollector(
                Objects.requireNonNull(store, "store"),
                List.of(),
                DEFAULT_GRACE,
                Clock.systemUTC(),
                Schedulers.parallel());
    }

    /** Adds rows that refer to payloads, as {@link Payloads#externalize} makes them. */
    public PayloadCollector from(ObjectIO rows) {
        return from(rows.rows().concatMapIterable(Marks::urls));
    }

    /** Adds artifacts that refer to payloads: in their descriptors and metadata, or as their manifests list them. */
    public PayloadCollector from(ArtifactStore artifacts) {
        return from(artifacts.artifacts("").concatMapIterable(artifact -> urls(artifact.manifest())));
    }

    private static List<PayloadUrl> urls(Manifest manifest) {
        List<PayloadUrl> urls = new ArrayList<>(Marks.urls(manifest.descriptor()));
        urls.addAll(Marks.urls(manifest.metadata()));
        for (String payload : manifest.payloads()) {
            try {
                urls.add(PayloadUrl.parse(payload));
            } catch (InvalidNameException e) {
                continue; // an address no store of payloads can have
            }
        }
        return urls;
    }

    /** Adds any other place; subscribed for each look. */
    public PayloadCollector from(Flux<PayloadUrl> references) {
        List<Flux<PayloadUrl>> more = new ArrayList<>(sources);
        more.add(references);
        return new PayloadCollector(store, List.copyOf(more), grace, clock, scheduler);
    }

    /** Returns this with another grace period. */
    public PayloadCollector grace(Duration period) {
        if (period.isNegative()) {
            throw new IllegalArgumentException("grace period: %s (expected: not negative)".formatted(period));
        }
        return new PayloadCollector(store, sources, period, clock, scheduler);
    }

    PayloadCollector time(Clock now, Scheduler waiting) {
        return new PayloadCollector(store, sources, grace, now, waiting);
    }

    /** Looks, and changes nothing. */
    public Mono<Report> report() {
        return look().map(seen -> seen.report);
    }

    /**
     * Looks twice, the grace period apart, and removes what was an orphan both times.
     *
     * @return what was removed, and what dangles at the second look
     */
    public Mono<Collected> collect() {
        return look().flatMap(first -> {
            if (first.removable.isEmpty()) {
                return Mono.just(new Collected(DeleteReport.NOTHING, first.report.dangling()));
            }
            return Mono.delay(grace, scheduler).then(look()).flatMap(second -> {
                Set<PayloadUrl> both = new HashSet<>(first.removable);
                both.retainAll(second.removable);
                return store.delete(both).map(report -> new Collected(report, second.report.dangling()));
            });
        });
    }

    private record Look(Report report, Set<PayloadUrl> removable) {}

    /** Lists payloads before references, so that what is written meanwhile is never seen without its reference. */
    private Mono<Look> look() {
        return store.scopes()
                .collectMap(Scope::name)
                .flatMap(scopes -> store.list()
                        .collectList()
                        .flatMap(entries -> Flux.merge(sources)
                                .collect(HashSet<PayloadUrl>::new, Set::add)
                                .flatMap(named -> judged(scopes, entries, named))));
    }

    private Mono<Look> judged(Map<String, Scope> scopes, List<PayloadEntry> entries, Set<PayloadUrl> named) {
        Instant now = clock.instant();
        List<PayloadEntry> orphans = new ArrayList<>();
        Set<PayloadUrl> removable = new HashSet<>();
        Map<PayloadUrl, Boolean> there = new HashMap<>();
        for (PayloadEntry entry : entries) {
            there.put(entry.url(), true);
            Optional<Scope> scope = Optional.ofNullable(scopes.get(entry.url().scope()));
            if (named.contains(entry.url()) || scope.isEmpty()) {
                continue;
            }
            boolean expired = scope.get()
                    .timeToLive()
                    .map(time -> entry.changed().plus(time).isBefore(now))
                    .orElse(false);
            if (expired || scope.get().owned() && scope.get().timeToLive().isEmpty()) {
                orphans.add(entry);
                if (!entry.changed().plus(grace).isAfter(now)) {
                    removable.add(entry.url());
                }
            }
        }
        // What is missing in the list may have been written since; asked for by itself.
        return Flux.fromIterable(named)
                .filter(url -> !there.containsKey(url) && store.mayHold(url))
                .filterWhen(store::isMissing)
                .collectList()
                .map(dangling -> new Look(new Report(orphans, dangling), removable));
    }

    /**
     * What a look found.
     *
     * @param orphans payloads that nothing refers to, of owned scopes or beyond their time to live
     * @param dangling addresses that are referred to, where nothing is
     */
    public record Report(List<PayloadEntry> orphans, List<PayloadUrl> dangling) {
        public Report {
            orphans = List.copyOf(orphans);
            dangling = List.copyOf(dangling);
        }
    }

    /**
     * What was removed.
     *
     * @param removed orphans removed, and those that could not be
     * @param dangling addresses that are referred to, where nothing is
     */
    public record Collected(DeleteReport removed, List<PayloadUrl> dangling) {
        public Collected {
            dangling = List.copyOf(dangling);
        }
    }
}
