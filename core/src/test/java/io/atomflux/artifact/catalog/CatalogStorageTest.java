package io.atomflux.artifact.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** What happens between the steps of a storage, with others who come between or a process that ends there. */
@Timeout(60)
class CatalogStorageTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final MemoryCatalog inside = new MemoryCatalog("test");
    private final Between catalog = new Between(inside);
    private final MemoryFiles files = new MemoryFiles("test");
    private final ArtifactStorage storage = CatalogStorage.of(catalog, files);
    private final ArtifactStorage other = CatalogStorage.of(inside, files);

    /** Does something once, before a commit that changes a key of a kind. */
    private static final class Between implements Catalog {
        private final Catalog inside;
        private @Nullable Runnable before;
        private char kind;
        long time = 1_000_000;
        int pages;

        Between(Catalog inside) {
            this.inside = inside;
        }

        void before(char space, Runnable work) {
            kind = space;
            before = work;
        }

        void failBefore(char space) {
            before(space, () -> {
                throw new IllegalStateException("killed here");
            });
        }

        @Override
        public String name() {
            return inside.name();
        }

        @Override
        public Mono<Bytes> get(Bytes key) {
            return inside.get(key);
        }

        @Override
        public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
            pages++;
            return inside.page(from, to, limit, bytes);
        }

        @Override
        public Mono<Boolean> commit(Commit commit) {
            return Mono.defer(() -> {
                Runnable work = before;
                if (work != null
                        && commit.changes().stream()
                                .anyMatch(change -> change.key().at(0) == kind)) {
                    before = null;
                    work.run();
                }
                return inside.commit(commit);
            });
        }

        @Override
        public Mono<Long> now() {
            return Mono.fromSupplier(() -> time);
        }

        @Override
        public Mono<Void> close() {
            return inside.close();
        }
    }

    private static StoredRecord record(String key, String revision, Optional<String> set, Term... terms) {
        return new StoredRecord(key, revision, Optional.empty(), List.of(terms), Bytes.ofText("{}"), set);
    }

    private CommitOutcome put(ArtifactStorage to, StoredRecord record, @Nullable String expected) {
        return Objects.requireNonNull(to.commit(new RecordChange.Put(record, Optional.ofNullable(expected)))
                .block());
    }

    private String set() {
        String set = Objects.requireNonNull(storage.files().begin().block());
        storage.files()
                .write(set, "f", Mono.just(ByteBuffer.wrap(new byte[10])))
                .block();
        storage.files().seal(set).block();
        return set;
    }

    private SweepReport swept(ArtifactStorage by) {
        return Objects.requireNonNull(by.sweep(Duration.ZERO).block());
    }

    private boolean isThere(String set) {
        return !Objects.requireNonNull(files.list(set).block()).isEmpty();
    }

    /** Returns the first letters of all keys that stand in the catalog. */
    private String kinds() {
        StringBuilder kinds = new StringBuilder();
        for (Catalog.Entry entry :
                Objects.requireNonNull(inside.page(Bytes.of((byte) 0), Bytes.of((byte) 0x7f), 1000, 1 << 20)
                        .block())) {
            kinds.append((char) entry.key().at(0));
        }
        return kinds.toString();
    }

    @Test
    @DisplayName("when all is deleted and swept, nothing is left in the catalog but the id of the store")
    void leavesNothing() {
        String set = set();
        StoredRecord first = new StoredRecord(
                "k",
                "1",
                Optional.of("i"),
                List.of(Term.ofText("t", "a"), Term.ofText("t", "b")),
                Bytes.EMPTY,
                Optional.of(set));
        put(storage, first, null);
        assertThat(kinds()).isEqualTo("ilnrtt");
        StoredRecord second = new StoredRecord(
                "k",
                "2",
                Optional.of("j"),
                List.of(Term.ofText("t", "b"), Term.ofText("t", "c")),
                Bytes.EMPTY,
                Optional.of(set()));
        put(storage, second, "1");
        assertThat(kinds()).isEqualTo("gilnrtt");
        StoredRecord moved =
                new StoredRecord("m", "3", second.identity(), second.terms(), second.manifest(), second.fileSet());
        storage.commit(new RecordChange.Rename(moved, "k", "2")).block();
        assertThat(kinds()).isEqualTo("gilnrtt");
        storage.files().hold(moved.fileSet().orElseThrow(), Duration.ZERO).block();
        storage.commit(new RecordChange.Delete("m", "3")).block();
        set();
        LeaseLock.Lease lease =
                Objects.requireNonNull(storage.locks().acquire("x", HOUR).block());
        lease.release().block();
        catalog.time++;
        assertThat(swept(storage).sets()).isEqualTo(3);
        assertThat(kinds()).isEqualTo("fi");
        assertThat(Objects.requireNonNull(storage.locks().acquire("x", HOUR).block())
                        .token())
                .isGreaterThan(lease.token());
    }

    @Test
    @DisplayName(
            "a sweeper that takes the ticket between a look and the commit of its writer wins: nothing is published")
    void ticketTakenBeforeCommit() {
        String set = set();
        catalog.before('r', () -> assertThat(swept(other).sets()).isEqualTo(1));
        assertThat(put(storage, record("k", "1", Optional.of(set)), null)).isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(storage.load("k").blockOptional()).isEmpty();
    }

    @Test
    @DisplayName("a writer that publishes between a sweeper's look at its ticket and its commit wins: the files stay")
    void publishedBeforeSweep() {
        String set = set();
        catalog.before(
                'w',
                () -> assertThat(put(other, record("k", "1", Optional.of(set)), null))
                        .isEqualTo(CommitOutcome.APPLIED));
        assertThat(swept(storage).sets()).isZero();
        assertThat(isThere(set)).isTrue();
    }

    @Test
    @DisplayName("one who replaces between another's look and commit wins, and the other is told")
    void replacedBeforeCommit() {
        put(storage, record("k", "1", Optional.empty()), null);
        catalog.before('r', () -> put(other, record("k", "2", Optional.empty()), "1"));
        assertThat(put(storage, record("k", "3", Optional.empty()), "1")).isEqualTo(CommitOutcome.CHANGED);
        assertThat(storage.load("k").map(StoredRecord::revision).block()).isEqualTo("2");
        catalog.before('r', () -> put(other, record("new", "1", Optional.empty()), null));
        assertThat(put(storage, record("new", "2", Optional.empty()), null)).isEqualTo(CommitOutcome.CHANGED);
        catalog.before('r', () -> put(other, record("to", "1", Optional.empty()), null));
        assertThat(storage.commit(new RecordChange.Rename(record("to", "4", Optional.empty()), "k", "2"))
                        .block())
                .isEqualTo(CommitOutcome.CHANGED);
    }

    @Test
    @DisplayName("a hold that is taken between a sweeper's look for holds and its commit keeps the files")
    void heldBeforeSweep() {
        String set = set();
        put(storage, record("k", "1", Optional.of(set)), null);
        storage.commit(new RecordChange.Delete("k", "1")).block();
        catalog.before('g', () -> other.files().hold(set, HOUR).block());
        assertThat(swept(storage).sets()).isZero();
        assertThat(swept(storage).sets()).isZero();
        assertThat(isThere(set)).isTrue();
    }

    @Test
    @DisplayName("a hold on what a sweeper has begun to remove is refused")
    void heldTooLate() {
        String set = set();
        put(storage, record("k", "1", Optional.of(set)), null);
        storage.commit(new RecordChange.Delete("k", "1")).block();
        catalog.before('h', () -> {
            Bytes key = Keys.of(Keys.GARBAGE, set);
            Bytes entry = Objects.requireNonNull(inside.get(key).block());
            assertThat(Sets.beginRemoving(inside, set, entry).block()).isTrue();
        });
        assertThatThrownBy(() -> storage.files().hold(set, HOUR).block()).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("a sweep that is killed at any of its steps is finished by the next")
    void killedSweeps() {
        for (char step : new char[] {'w', 'g'}) {
            for (int skip = 0; skip < 2; skip++) {
                String written = set();
                String deleted = set();
                put(storage, record("k", "1", Optional.of(deleted)), null);
                storage.commit(new RecordChange.Delete("k", "1")).block();
                int left = skip;
                failing(step, left);
                assertThatThrownBy(() -> swept(storage)).hasMessageContaining("killed here");
                swept(storage);
                assertThat(isThere(written)).isFalse();
                assertThat(isThere(deleted)).isFalse();
                assertThat(kinds()).isEqualTo("i");
            }
        }
    }

    private void failing(char step, int skip) {
        if (skip == 0) {
            catalog.failBefore(step);
        } else {
            catalog.before(step, () -> catalog.failBefore('g'));
        }
    }

    @Test
    @DisplayName(
            "files that nobody names are found and removed, and nothing else is, through more sets than one sweep looks at")
    void removesWhatNobodyNames() {
        List<String> live = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            live.add(set());
            put(storage, record("k" + i, "1", Optional.of(live.get(i))), null);
        }
        List<String> nobodys = new ArrayList<>();
        for (int i = 0; i < 5000; i++) { // as a writer leaves it that was killed after its ticket was taken
            nobodys.add(Ids.random());
            files.write(nobodys.get(i), "f", Mono.just(ByteBuffer.wrap(new byte[1])))
                    .block();
        }
        String writing = set();
        long removed = 0;
        for (int i = 0; i < 3; i++) {
            removed += Objects.requireNonNull(storage.sweep(HOUR).block()).sets();
        }
        assertThat(removed).isEqualTo(5000);
        assertThat(live).allMatch(this::isThere);
        assertThat(isThere(writing)).isTrue();
        assertThat(Objects.requireNonNull(files.sets("", 10_000).block())).hasSize(41);
    }

    @Test
    @DisplayName("a writer that goes on for longer than the retention keeps its ticket, one that pauses loses it")
    void refreshesTickets() {
        String set = Objects.requireNonNull(storage.files().begin().block());
        for (int i = 0; i < 5; i++) {
            catalog.time += Duration.ofMinutes(8).toMillis();
            storage.files()
                    .write(set, "f" + i, Mono.just(ByteBuffer.wrap(new byte[10])))
                    .block();
            assertThat(Objects.requireNonNull(
                                    storage.sweep(Duration.ofMinutes(10)).block())
                            .sets())
                    .isZero();
        }
        catalog.time += Duration.ofMinutes(11).toMillis();
        assertThat(Objects.requireNonNull(storage.sweep(Duration.ofMinutes(10)).block())
                        .sets())
                .isEqualTo(1);
        assertThatThrownBy(() -> storage.files().seal(set).block()).hasMessageContaining("swept");
    }

    @Test
    @DisplayName("the effort of a lookup follows the smallest of its ranges")
    void lookupEffort() {
        for (int i = 0; i < 20_000; i++) {
            put(other, record("k" + i, "1", Optional.empty(), Term.ofText("type", "x"), Term.ofNumber("n", i)), null);
        }
        catalog.pages = 0;
        List<TermRange> ranges = List.of(TermRange.exactly(Term.ofText("type", "x")), TermRange.between("n", 77, 79));
        assertThat(storage.lookup(ranges).count().block()).isEqualTo(3);
        assertThat(catalog.pages).isLessThan(10);
    }

    @Test
    @DisplayName("a record beyond 8 MiB, a key beyond its bound and damaged bytes are told by name")
    void limits() {
        StoredRecord large = new StoredRecord(
                "k", "1", Optional.empty(), List.of(), Bytes.wrap(new byte[8 << 20]), Optional.empty());
        assertThatThrownBy(() -> put(storage, large, null))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("\"k\"");
        put(storage, record("k", "1", Optional.empty(), Term.ofText("t", "a")), null);
        Bytes place = Keys.record("k");
        byte[] good = Objects.requireNonNull(inside.get(place).block()).toArray();
        for (int length = 0; length < good.length - 2; length++) {
            inside.commit(Commit.builder()
                            .put(place, Bytes.wrap(good, 0, length))
                            .build())
                    .block();
            assertThatThrownBy(() -> storage.load("k").block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("\"k\"");
        }
    }

    @Test
    @DisplayName("an identity that leads to a record without it is damage, not an endless search")
    void danglingIdentity() {
        put(storage, record("k", "1", Optional.empty()), null);
        inside.commit(Commit.builder()
                        .put(Keys.identity("i"), Bytes.ofText("k"))
                        .build())
                .block();
        assertThatThrownBy(() -> storage.loadByIdentity("i").block()).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName(
            "a place without a store is missing for reading, refuses changes if it is read only, and is made by the first")
    void madeByTheFirstChange() {
        ArtifactStorage reading = CatalogStorage.ofReadOnly(inside, files);
        for (ArtifactStorage each : List.of(reading, storage)) {
            assertThatThrownBy(() -> each.load("k").block()).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> each.list("", "").blockLast()).isInstanceOf(StoreNotFoundException.class);
        }
        assertThatThrownBy(() -> reading.id().block()).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> put(reading, record("k", "1", Optional.empty()), null))
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThat(kinds()).isEmpty();
        put(storage, record("k", "1", Optional.empty()), null);
        assertThat(reading.load("k").blockOptional()).isPresent();
        assertThat(reading.id().block()).isEqualTo(storage.id().block());
        assertThatThrownBy(() -> reading.sweep(HOUR).block()).isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reading.files().begin().block()).isInstanceOf(ReadOnlyStoreException.class);
    }

    @Test
    @DisplayName(
            "a holder whose entry another took over is told that the lock is lost, and its release changes nothing")
    void lostLocks() {
        PolledLocks locks = PolledLocks.of(new CatalogLocks(inside, Mono.empty()), Duration.ofMillis(30));
        LeaseLock.Lease held = Objects.requireNonNull(locks.acquire("x", HOUR).block());
        CompletableFuture<@Nullable Void> lost = held.lost().toFuture();
        Bytes key = Keys.lock("x");
        Bytes theirs = new LockEntry(held.token() + 1, Long.MAX_VALUE, true, "another").write();
        inside.commit(Commit.builder().put(key, theirs).build()).block();
        lost.join();
        held.release().block();
        assertThat(inside.get(key).block()).isEqualTo(theirs);
    }

    @Test
    @DisplayName("a holder moves its expiry before it is reached; a lock whose holder died is free when it is over")
    void renewsLocks() {
        PolledLocks locks = PolledLocks.of(new CatalogLocks(inside, Mono.empty()), Duration.ofSeconds(3));
        LeaseLock.Lease held = Objects.requireNonNull(locks.acquire("x", HOUR).block());
        Bytes key = Keys.lock("x");
        long first =
                LockEntry.read(Objects.requireNonNull(inside.get(key).block())).expiry();
        long now = first;
        while (now == first) { // ends with the time limit of the class
            now = LockEntry.read(Objects.requireNonNull(inside.get(key).block()))
                    .expiry();
        }
        assertThat(now).isGreaterThan(first);
        PolledLocks others = PolledLocks.of(new CatalogLocks(inside, Mono.empty()));
        assertThatThrownBy(() -> others.acquire("x", Duration.ZERO).block())
                .hasMessageContaining(
                        "held by process " + ProcessHandle.current().pid());
        held.release().block();
        Bytes dead = new LockEntry(held.token() + 5, 1, true, "a process that died").write();
        inside.commit(Commit.builder().put(key, dead).build()).block();
        assertThat(Objects.requireNonNull(others.acquire("x", HOUR).block()).token())
                .isEqualTo(held.token() + 6);
    }

    @Test
    @DisplayName("20000 who wait in one process get the lock one after the other without piling up on the stack")
    void manyWaiters() {
        PolledLocks locks = PolledLocks.of(new CatalogLocks(inside, Mono.empty()), Duration.ofSeconds(10));
        LeaseLock.Lease first = Objects.requireNonNull(locks.acquire("x", HOUR).block());
        List<CompletableFuture<@Nullable Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            waiting.add(
                    locks.acquire("x", HOUR).flatMap(LeaseLock.Lease::release).toFuture());
        }
        first.release().block();
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    }
}
