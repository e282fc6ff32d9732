package io.atomflux.redis.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.Term;
import io.atomflux.redis.RedisServers;
import io.atomflux.redis.RedisSpace;
import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(120)
@DisplayName("Artifacts in Redis, with others who come between two scripts or a process that ends there")
class RedisStepsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Places places = new Places(RedisServers.single()).next();
    private final RedisSpace space = places.space();
    private final RedisCatalog inside = new RedisCatalog(space);
    private final Between catalog = new Between(inside);
    private final RedisFiles files = new RedisFiles(space);
    private final ArtifactStorage storage = CatalogStorage.of(catalog, files, space.locks());
    private final ArtifactStorage other = places.storage();

    /** Does something once, before a commit that changes a key of a kind. */
    private record Between(Catalog inside, AtomicReference<@Nullable Mono<?>> before, AtomicReference<Character> kind)
            implements Catalog {

        Between(Catalog inside) {
            this(inside, new AtomicReference<>(), new AtomicReference<>(' '));
        }

        void before(char space, Mono<?> work) {
            kind.set(space);
            before.set(work);
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
            return inside.page(from, to, limit, bytes);
        }

        @Override
        public Mono<Boolean> commit(Commit commit) {
            return Mono.defer(() -> {
                boolean fits = commit.changes().stream()
                        .anyMatch(change -> change.key().at(0) == kind.get());
                Mono<?> work = fits ? before.getAndSet(null) : null;
                return work == null ? inside.commit(commit) : work.then(inside.commit(commit));
            });
        }

        @Override
        public Mono<Long> now() {
            return inside.now();
        }

        @Override
        public Mono<Void> close() {
            return inside.close();
        }
    }

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    void close() {
        assertThat(catalog.before().get()).as("what was to come between").isNull();
        storage.close().block(PATIENCE);
        other.close().block(PATIENCE);
    }

    private static <T> T get(Mono<T> call) {
        return call.blockOptional(PATIENCE).orElseThrow();
    }

    private static StoredRecord record(String key, String revision, Optional<String> set) {
        return new StoredRecord(
                key, revision, Optional.of("i" + key), List.of(Term.ofText("t", revision)), Bytes.ofText("{}"), set);
    }

    private static Mono<CommitOutcome> put(ArtifactStorage to, StoredRecord record, Optional<String> expected) {
        return to.commit(new RecordChange.Put(record, expected));
    }

    private String set() {
        String set = get(storage.files().begin());
        get(storage.files().write(set, "f", Flux.just(ByteBuffer.wrap(new byte[10]))));
        storage.files().seal(set).block(PATIENCE);
        return set;
    }

    private String deleted() {
        String set = set();
        get(put(storage, record("k", "1", Optional.of(set)), Optional.empty()));
        get(storage.commit(new RecordChange.Delete("k", "1")));
        return set;
    }

    private static long swept(ArtifactStorage by) {
        return get(by.sweep(Duration.ZERO).map(SweepReport::sets));
    }

    private boolean isThere(String set) {
        return !get(files.list(set)).isEmpty();
    }

    /** Returns the first letters of all keys that stand in the catalog. */
    private String kinds() {
        StringBuilder kinds = new StringBuilder();
        get(inside.page(Bytes.of((byte) 0), Bytes.of((byte) 0x7f), 1000, 1 << 20))
                .forEach(entry -> kinds.append((char) entry.key().at(0)));
        return kinds.toString();
    }

    @Test
    @DisplayName(
            "a sweeper that takes the ticket between a look and the commit of its writer wins: nothing is published")
    void ticketTakenBeforeCommit() {
        String set = set();
        catalog.before('r', other.sweep(Duration.ZERO));
        assertThat(get(put(storage, record("k", "1", Optional.of(set)), Optional.empty())))
                .isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(storage.load("k").blockOptional(PATIENCE)).isEmpty();
        assertThat(isThere(set)).isFalse();
    }

    @Test
    @DisplayName("a writer that publishes between a sweeper's look at its ticket and its commit wins: the files stay")
    void publishedBeforeSweep() {
        String set = set();
        catalog.before('w', put(other, record("k", "1", Optional.of(set)), Optional.empty()));
        assertThat(swept(storage)).isZero();
        assertThat(isThere(set)).isTrue();
        assertThat(get(other.load("k")).fileSet()).contains(set);
    }

    @Test
    @DisplayName("one who replaces between another's look and commit wins, and the other is told")
    void replacedBeforeCommit() {
        get(put(storage, record("k", "1", Optional.empty()), Optional.empty()));
        catalog.before('r', put(other, record("k", "2", Optional.empty()), Optional.of("1")));
        assertThat(get(put(storage, record("k", "3", Optional.empty()), Optional.of("1"))))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(get(storage.load("k")).revision()).isEqualTo("2");
        catalog.before('r', put(other, record("to", "1", Optional.empty()), Optional.empty()));
        assertThat(get(storage.commit(new RecordChange.Rename(record("to", "4", Optional.empty()), "k", "2"))))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(kinds()).isEqualTo("innrrtt");
    }

    @Test
    @DisplayName("a hold that is taken between a sweeper's look for holds and its commit keeps the files")
    void heldBeforeSweep() {
        String set = deleted();
        catalog.before('g', other.files().hold(set, HOUR));
        assertThat(swept(storage)).isZero();
        assertThat(swept(storage)).isZero();
        assertThat(isThere(set)).isTrue();
    }

    @Test
    @DisplayName("a sweep that is killed at any of its steps is finished by the next")
    void killedSweeps() {
        Mono<?> killed = Mono.error(new IllegalStateException("killed here"));
        for (char step : new char[] {'w', 'g'}) {
            for (int skip = 0; skip < 2; skip++) {
                String written = set();
                String deleted = deleted();
                catalog.before(step, skip == 0 ? killed : Mono.fromRunnable(() -> catalog.before('g', killed)));
                assertThatThrownBy(() -> swept(storage)).hasMessageContaining("killed here");
                swept(storage);
                assertThat(isThere(written)).isFalse();
                assertThat(isThere(deleted)).isFalse();
                assertThat(kinds()).isEqualTo("i");
            }
        }
    }

    @Test
    @DisplayName("files that nobody names are found and removed, and nothing else is")
    void removesWhatNobodyNames() {
        String live = set();
        get(put(storage, record("k", "1", Optional.of(live)), Optional.empty()));
        for (int i = 0; i < 300; i++) { // as a writer leaves it that was killed after its ticket was taken
            get(files.write("%032x".formatted(i), "f", Flux.just(ByteBuffer.wrap(new byte[1]))));
        }
        String writing = set();
        long removed = 0;
        for (int i = 0; i < 3; i++) {
            removed += get(storage.sweep(HOUR)).sets();
        }
        assertThat(removed).isEqualTo(300);
        assertThat(get(files.sets("", 10))).containsExactlyInAnyOrder(live, writing);
    }

    @Test
    @DisplayName("when all is deleted, swept and closed, the server keeps the store's id and little else")
    void leavesNothing() {
        deleted();
        set();
        LeaseLock.Lease lease = get(storage.locks().acquire("x", HOUR));
        lease.release().block(PATIENCE);
        assertThat(swept(storage)).isEqualTo(2);
        assertThat(kinds()).isEqualTo("i");
        storage.close().block(PATIENCE);
        other.close().block(PATIENCE);
        assertThat(new Keys(RedisServers.single()).find("*{" + places.group() + "}:*"))
                .extracting(key -> key.substring(key.indexOf("}:") + 2))
                .containsExactlyInAnyOrder("ctl", "keys", "values", "token");
    }

    @Test
    @DisplayName("the group in a location names the store")
    void groupsInLocations() {
        String location = RedisServers.single() + "/0?group=" + places.group();
        ArtifactStore mine = ArtifactStore.open(location);
        ArtifactStore another = ArtifactStore.open(location + "-2");
        mine.put("a", 1L).block(PATIENCE);
        another.put("b", 2L).block(PATIENCE);
        assertThat(get(other.list("", "").map(StoredRecord::key).collectList())).containsExactly("a");
        assertThat(get(another.keys("").map(Object::toString).collectList())).containsExactly("b");
        mine.close().then(another.close()).block(PATIENCE);
    }

    @Test
    @DisplayName("many who wait in one process, and in two, get the lock one after the other")
    void manyWaiters() {
        LeaseLock.Lease first = get(storage.locks().acquire("x", HOUR));
        Mono<Long> all = Flux.range(0, 1000)
                .flatMap(
                        i -> (i % 100 == 0 ? other : storage)
                                .locks()
                                .acquire("x", HOUR)
                                .flatMap(lease -> lease.release().thenReturn(lease.token())),
                        1000)
                .collectList()
                .doOnNext(tokens -> assertThat(tokens).doesNotHaveDuplicates())
                .map(tokens -> (long) tokens.size());
        var waiting = all.toFuture();
        first.release().block(PATIENCE);
        assertThat(waiting.join()).isEqualTo(1000);
    }
}
