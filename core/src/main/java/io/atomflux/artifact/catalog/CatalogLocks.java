package io.atomflux.artifact.catalog;

import io.atomflux.adapter.LockCells;
import io.atomflux.value.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import reactor.core.publisher.Mono;

/**
 * Locks kept in a catalog: one entry each, with an expiry that the holder moves before it is reached.
 *
 * <p>A token is one more than that of the entry found; an entry is only forgotten after raising a floor that tokens of names
 * without entry begin behind. Times are the catalog's, so clocks of machines do not matter where the engine has one.
 */
final class CatalogLocks implements LockCells {

    private final Catalog catalog;
    private final Mono<Void> writable;

    /** Takes what completes once the store exists. */
    CatalogLocks(Catalog catalog, Mono<Void> writable) {
        this.catalog = catalog;
        this.writable = writable;
    }

    @Override
    public String store() {
        return catalog.name();
    }

    @Override
    public Mono<Attempt> take(String name, String holder, Duration lease) {
        Bytes key = Keys.lock(name);
        return writable.then(Mono.defer(() -> Mono.zip(
                        catalog.get(key).map(Optional::of).defaultIfEmpty(Optional.empty()),
                        LockEntry.floor(catalog),
                        catalog.now())))
                .flatMap(seen -> {
                    Optional<Bytes> stands = seen.getT1();
                    Optional<LockEntry> entry = stands.map(LockEntry::read);
                    long now = seen.getT3();
                    if (entry.isPresent() && !entry.get().free(now)) {
                        return Mono.just(Attempt.heldBy(entry.get().holder()));
                    }
                    Commit.Builder commit = Commit.builder();
                    stands.ifPresentOrElse(value -> commit.expect(key, value), () -> {
                        commit.expectAbsent(key);
                        LockEntry.expectFloor(commit, seen.getT2());
                    });
                    long token = 1 + entry.map(LockEntry::token).orElse(LockEntry.number(seen.getT2()));
                    LockEntry taken = new LockEntry(token, now + lease.toMillis(), true, holder);
                    return catalog.commit(commit.put(key, taken.write()).build())
                            .map(done -> done ? Attempt.taken(token) : Attempt.heldBy("one who was faster"));
                });
    }

    @Override
    public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
        return change(name, holder, token, (mine, now) -> mine.until(now + lease.toMillis()));
    }

    @Override
    public Mono<Void> giveBack(String name, String holder, long token) {
        return change(name, holder, token, LockEntry::givenBack).then();
    }

    /** Changes the entry if it is still this holder's; tells whether it is. */
    private Mono<Boolean> change(String name, String holder, long token, BiFunction<LockEntry, Long, LockEntry> to) {
        Bytes key = Keys.lock(name);
        return Mono.defer(() -> catalog.now()
                        .flatMap(now -> catalog.get(key)
                                .filter(stands -> LockEntry.read(stands).isOf(holder, token))
                                .map(Optional::of)
                                .defaultIfEmpty(Optional.empty())
                                .flatMap(stands -> stands.isEmpty()
                                        ? Mono.just(false)
                                        : catalog.commit(Commit.builder()
                                                        .expect(key, stands.get())
                                                        .put(
                                                                key,
                                                                to.apply(LockEntry.read(stands.get()), now)
                                                                        .write())
                                                        .build())
                                                .filter(done -> done))))
                .repeatWhenEmpty(Retries::paced);
    }
}
