package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.error.AtomfluxException;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One sweep of a {@link CatalogStorage}.
 *
 * <p>Whatever is removed is first made unreachable by a conditional commit: a ticket is taken away, a garbage entry marked; and
 * that mark goes last. So a writer or holder at the same time either comes first, and the sweep leaves the set, or
 * comes too late and is told; and a sweep that was killed is finished by the next.
 *
 * <p>Files of which neither ticket, record nor garbage entry is there are nobody's for certain: each set gets its ticket before its
 * first byte, sets move from ticket to record to garbage to nothing only, and ids are never used again; so whoever looks
 * in that order behind having seen files finds an entry, or the set is at its end. Such files are left by a writer
 * that was killed after its ticket had been taken away. A sweep looks for them among some thousand sets and
 * remembers where it stopped.
 */
final class Sweeper {

    private static final long PAGE_BYTES = 1 << 18;
    private static final int SETS = 4096;
    private static final int PAGE_SETS = 256;

    private final Catalog catalog;
    private final FileStore files;
    private final long now;
    private final long overdue;
    private final List<String> problems = new ArrayList<>();
    private long sets;
    private long bytes;

    /** Takes the time, and the time before which nothing is kept. For one subscription. */
    Sweeper(Catalog catalog, FileStore files, long now, long overdue) {
        this.catalog = catalog;
        this.files = files;
        this.now = now;
        this.overdue = overdue;
    }

    Mono<SweepReport> sweep() {
        return tickets()
                .then(Mono.defer(this::holds))
                .then(Mono.defer(this::garbage))
                .then(Mono.defer(this::unnamed))
                .then(Mono.defer(this::locks))
                .then(Mono.fromSupplier(() -> new SweepReport(sets, bytes, problems)));
    }

    /** Takes overdue tickets away; the sets are garbage then. */
    private Mono<Void> tickets() {
        return Pages.of(catalog, Keys.TICKET, PAGE_BYTES)
                .filter(entry -> Times.of(entry.value()) <= overdue)
                .concatMap(entry -> Sets.takeTicket(catalog, Keys.text(entry.key(), 1), entry.value()), 1)
                .then();
    }

    private Mono<Void> holds() {
        return Pages.of(catalog, Keys.HOLD, PAGE_BYTES)
                .filter(entry -> Times.of(entry.value()) < now)
                .concatMap(
                        entry -> catalog.commit(
                                Commit.builder().delete(entry.key()).build()),
                        1)
                .then();
    }

    private Mono<Void> garbage() {
        return Pages.of(catalog, Keys.GARBAGE, PAGE_BYTES)
                .concatMap(entry -> garbage(Keys.text(entry.key(), 1), entry.value()), 1)
                .then();
    }

    private Mono<Void> garbage(String set, Bytes entry) {
        if (Sets.removing(entry)) {
            return remove(set);
        }
        if (Times.of(entry) > overdue) {
            return Mono.empty();
        }
        Bytes holds = Keys.of(Keys.HOLD, set);
        return Pages.of(catalog, holds, Keys.behind(holds), PAGE_BYTES)
                .any(hold -> Times.of(hold.value()) >= now)
                .filter(held -> !held)
                .flatMap(free -> Sets.beginRemoving(catalog, set, entry))
                .filter(begun -> begun)
                .flatMap(begun -> remove(set));
    }

    private Mono<Void> remove(String set) {
        return Sets.removeTaken(catalog, files, set)
                .doOnNext(size -> {
                    sets++;
                    bytes += size;
                })
                .onErrorResume(AtomfluxException.class, e -> {
                    problems.add("file set %s: %s".formatted(set, e.getMessage()));
                    return Mono.just(0L);
                })
                .then();
    }

    private Mono<Void> unnamed() {
        return catalog.get(Keys.SWEPT_UP_TO)
                .map(last -> Keys.text(last, 0))
                .defaultIfEmpty("")
                .flatMap(after -> unnamed(after, SETS));
    }

    private Mono<Void> unnamed(String after, int left) {
        return files.sets(after, PAGE_SETS).flatMap(page -> {
            String last = page.size() < PAGE_SETS ? "" : page.get(page.size() - 1); // at the end, begin anew
            Mono<Void> removed = Flux.fromIterable(page)
                    .concatMap(
                            set -> Sets.isNobodys(catalog, set)
                                    .filter(nobodys -> nobodys)
                                    .flatMap(nobodys -> remove(set)),
                            1)
                    .then();
            boolean done = last.isEmpty() || left <= PAGE_SETS;
            return removed.then(done ? reached(after, last) : unnamed(last, left - PAGE_SETS));
        });
    }

    private Mono<Void> reached(String after, String last) {
        return last.isEmpty() && after.isEmpty()
                ? Mono.empty() // all were looked at, from the first on
                : catalog.commit(Commit.builder()
                                .put(Keys.SWEPT_UP_TO, Bytes.ofText(last))
                                .build())
                        .then();
    }

    /** Forgets locks that were given back, after raising the floor below which no new token may be. */
    private Mono<Void> locks() {
        return Pages.of(catalog, Keys.LOCK, PAGE_BYTES)
                .filter(entry -> LockEntry.read(entry.value()).free(now)
                        && LockEntry.read(entry.value()).expiry() <= overdue)
                .concatMap(entry -> LockEntry.forget(catalog, entry.key(), entry.value()), 1)
                .then();
    }
}
