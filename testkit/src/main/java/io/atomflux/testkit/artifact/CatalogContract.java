package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What every {@link Catalog} must do. Extend it in the tests of an engine; only the two factory methods are to be supplied. */
@Timeout(120)
public abstract class CatalogContract {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Bytes FIRST = Bytes.of((byte) 0);
    private static final Bytes LAST = Bytes.of((byte) 0xff, (byte) 0xff, (byte) 0xff);
    private static final int THREADS = 16;

    private final boolean proof = Boolean.getBoolean("atomflux.proof");
    private final List<Catalog> opened = new ArrayList<>();

    /** For subclasses. */
    protected CatalogContract() {}

    /** Opens an empty place that no other test has; the kit closes it. */
    protected abstract Catalog openEmpty();

    /** Opens the place of the last {@link #openEmpty} once more, as another process would; the kit closes it. */
    protected abstract Catalog openAgain();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    final void closeAll() {
        opened.forEach(catalog -> catalog.close().block(PATIENCE));
    }

    private Catalog empty() {
        Catalog catalog = openEmpty();
        opened.add(catalog);
        return catalog;
    }

    private Catalog again() {
        Catalog catalog = openAgain();
        opened.add(catalog);
        return catalog;
    }

    @Test
    @DisplayName("a value is put, replaced and deleted, an empty one is a value, and another opening sees each at once")
    final void keepsValues() {
        Catalog catalog = empty();
        Catalog other = again();
        Bytes key = Bytes.ofText("k");
        assertThat(catalog.get(key).blockOptional(PATIENCE)).isEmpty();
        for (Bytes value : List.of(Bytes.ofText("one"), Bytes.EMPTY, Bytes.ofText("three"))) {
            assertThat(commit(catalog, Commit.builder().put(key, value))).isTrue();
            assertThat(other.get(key).block(PATIENCE)).isEqualTo(value);
            assertThat(catalog.get(key).block(PATIENCE)).isEqualTo(value);
        }
        assertThat(commit(other, Commit.builder().delete(key).delete(Bytes.ofText("never there"))))
                .isTrue();
        assertThat(catalog.get(key).blockOptional(PATIENCE)).isEmpty();
    }

    @Test
    @DisplayName("nothing happens before it is subscribed, and each subscription is a call of its own")
    final void isCold() {
        Catalog catalog = empty();
        Bytes key = Bytes.ofText("k");
        Mono<Bytes> reading = catalog.get(key);
        Mono<Boolean> making =
                catalog.commit(Commit.builder().expectAbsent(key).put(key, key).build());
        assertThat(reading.blockOptional(PATIENCE)).isEmpty();
        assertThat(making.block(PATIENCE)).isTrue();
        assertThat(making.block(PATIENCE)).isFalse();
        assertThat(reading.block(PATIENCE)).isEqualTo(key);
    }

    @Test
    @DisplayName("a commit happens if all conditions hold, and changes nothing if one does not")
    final void conditions() {
        Catalog catalog = empty();
        Bytes a = Bytes.ofText("a");
        Bytes b = Bytes.ofText("b");
        Bytes c = Bytes.ofText("c");
        commit(catalog, Commit.builder().put(a, a).put(b, Bytes.EMPTY));
        Bytes x = Bytes.ofText("x");
        assertThat(commit(catalog, Commit.builder().expect(a, a).expectAbsent(b).put(c, x)))
                .as("an empty value stands")
                .isFalse();
        assertThat(commit(
                        catalog,
                        Commit.builder().expect(a, a).expect(c, Bytes.EMPTY).put(a, x)))
                .as("nothing is no empty value")
                .isFalse();
        assertThat(commit(catalog, Commit.builder().expect(a, x).put(a, x).delete(b)))
                .isFalse();
        assertThat(commit(catalog, Commit.builder().expectAbsent(a).put(c, x))).isFalse();
        assertThat(commit(
                        catalog, Commit.builder().expect(a, Bytes.ofText("aa")).put(c, x)))
                .isFalse();
        assertThat(commit(catalog, Commit.builder().expect(a, Bytes.EMPTY).put(c, x)))
                .isFalse();
        assertThat(all(catalog)).isEqualTo(Map.of(a, a, b, Bytes.EMPTY));
        assertThat(commit(catalog, Commit.builder().expect(a, a).expectAbsent(c)))
                .as("conditions alone")
                .isTrue();
        assertThat(commit(
                        catalog,
                        Commit.builder()
                                .expect(a, a)
                                .expect(b, Bytes.EMPTY)
                                .expectAbsent(c)
                                .put(a, x)
                                .delete(b)
                                .put(c, c)))
                .isTrue();
        assertThat(all(catalog)).isEqualTo(Map.of(a, x, c, c));
        assertThat(commit(catalog, Commit.builder())).as("nothing at all").isTrue();
    }

    @Test
    @DisplayName("pages come in the order of unsigned bytes, from the first to before the last key, within both limits")
    final void pages() {
        Catalog catalog = empty();
        TreeMap<Bytes, Bytes> model = new TreeMap<>();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] key = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 500 : 3)];
            random.nextBytes(key);
            key[0] = (byte) (i % 3 == 0 ? 0xfe : i % 3 == 1 ? 0x80 : 1);
            byte[] value = new byte[random.nextInt(60)];
            random.nextBytes(value);
            model.put(Bytes.wrap(key), Bytes.wrap(value));
        }
        Commit.Builder filling = Commit.builder();
        model.forEach(filling::put);
        commit(catalog, filling);
        List<Bytes> keys = new ArrayList<>(model.keySet());
        for (int round = 0; round < 60; round++) {
            Bytes from = round == 0 ? FIRST : keys.get(random.nextInt(keys.size()));
            Bytes to = round == 0 ? LAST : keys.get(random.nextInt(keys.size()));
            if (from.compareTo(to) > 0) {
                continue;
            }
            int limit = 1 + random.nextInt(round % 2 == 0 ? 5 : 400);
            long bytes = 1 + random.nextInt(round % 3 == 0 ? 300 : 1 << 20);
            Bytes at = from;
            TreeMap<Bytes, Bytes> read = new TreeMap<>();
            while (true) {
                List<Catalog.Entry> page = page(catalog, at, to, limit, bytes);
                if (page.isEmpty()) {
                    break;
                }
                assertThat(page.size()).isLessThanOrEqualTo(limit);
                assertThat(page.stream()
                                .limit(page.size() - 1)
                                .mapToLong(e -> e.key().length() + e.value().length())
                                .sum())
                        .as("bytes before the last entry")
                        .isLessThanOrEqualTo(bytes);
                for (Catalog.Entry entry : page) {
                    assertThat(read.isEmpty() || read.lastKey().compareTo(entry.key()) < 0)
                            .isTrue();
                    read.put(entry.key(), entry.value());
                }
                at = Bytes.wrap(
                        Arrays.copyOf(read.lastKey().toArray(), read.lastKey().length() + 1));
            }
            assertThat(read).isEqualTo(model.subMap(from, to));
        }
        assertThat(page(catalog, LAST, FIRST, 5, 100)).isEmpty();
        assertThat(page(catalog, keys.get(3), keys.get(3), 5, 100)).isEmpty();
    }

    @Test
    @DisplayName(
            "keys of 500 bytes and values of 8 MiB are kept, also as conditions; a page holds one that exceeds its bytes")
    final void largest() {
        Catalog catalog = empty();
        byte[] key = new byte[500];
        Arrays.fill(key, (byte) 0xab);
        byte[] value = new byte[8 << 20];
        new Random(1).nextBytes(value);
        Bytes place = Bytes.wrap(key);
        commit(catalog, Commit.builder().put(place, Bytes.wrap(value)).put(Bytes.of((byte) 0xac), Bytes.EMPTY));
        assertThat(Objects.requireNonNull(catalog.get(place).block(PATIENCE)).equals(Bytes.wrap(value)))
                .isTrue();
        assertThat(page(catalog, FIRST, LAST, 10, 1000)).hasSize(1);
        byte[] other = value.clone();
        other[value.length - 1]++;
        assertThat(commit(
                        catalog,
                        Commit.builder().expect(place, Bytes.wrap(other)).delete(place)))
                .isFalse();
        assertThat(commit(
                        catalog,
                        Commit.builder().expect(place, Bytes.wrap(value)).delete(place)))
                .isTrue();
    }

    @Test
    @DisplayName("readers see all keys of a commit or none, with 16 threads at work")
    final void isAtomic() throws Exception {
        Catalog catalog = empty();
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(Bytes.ofText("key" + i));
        }
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(THREADS / 2); // each of the readers, before anything is written
        List<Callable<Integer>> writers = new ArrayList<>();
        List<Callable<Integer>> readers = new ArrayList<>();
        for (int t = 0; t < THREADS / 2; t++) {
            int me = t;
            writers.add(() -> {
                assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("everybody reads")
                        .isTrue();
                for (int i = 0; i < rounds(25); i++) {
                    Commit.Builder commit = Commit.builder();
                    for (Bytes key : keys) {
                        if (i % 7 == 6) {
                            commit.delete(key);
                        } else {
                            commit.put(key, Bytes.ofText(me + " " + i));
                        }
                    }
                    commit(catalog, commit);
                }
                return 0;
            });
            readers.add(() -> {
                int seen = 0;
                while (!over.get()) {
                    List<Catalog.Entry> page = page(catalog, FIRST, LAST, 100, 1 << 20);
                    if (seen == 0) {
                        begun.countDown();
                    }
                    assertThat(page.size()).isIn(0, keys.size());
                    assertThat(page.stream()
                                    .map(Catalog.Entry::value)
                                    .distinct()
                                    .count())
                            .isLessThanOrEqualTo(1);
                    seen++;
                }
                return seen;
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> reading = readers.stream().map(pool::submit).toList();
            try {
                for (Future<Integer> writer : pool.invokeAll(writers)) {
                    writer.get();
                }
            } finally {
                over.set(true);
            }
            for (Future<Integer> reader : reading) {
                assertThat(reader.get()).isPositive();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("no increment is lost or made twice where 16 threads count under conditions, through two openings")
    final void countersAreExact() throws Exception {
        List<Catalog> catalogs = List.of(empty(), again());
        Map<Bytes, Integer> expected = new HashMap<>();
        List<Callable<Map<Bytes, Integer>>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            Catalog catalog = catalogs.get(t % 2);
            tasks.add(() -> {
                Map<Bytes, Integer> done = new HashMap<>();
                for (int i = 0; i < rounds(12); i++) {
                    Bytes key = Bytes.ofText("counter" + random.nextInt(3));
                    Bytes sum = Bytes.ofText("sum");
                    while (true) {
                        Bytes was = catalog.get(key).block(PATIENCE);
                        Bytes total = catalog.get(sum).block(PATIENCE);
                        Commit.Builder commit = Commit.builder();
                        expect(commit, key, was);
                        expect(commit, sum, total);
                        if (commit(
                                catalog,
                                commit.put(key, number(1 + number(was))).put(sum, number(1 + number(total))))) {
                            break;
                        }
                    }
                    done.merge(key, 1, Integer::sum);
                    done.merge(sum, 1, Integer::sum);
                }
                return done;
            });
        }
        for (Map<Bytes, Integer> done : together(tasks)) {
            done.forEach((key, count) -> expected.merge(key, count, Integer::sum));
        }
        Map<Bytes, Integer> stands = new HashMap<>();
        all(catalogs.get(0)).forEach((key, value) -> stands.put(key, number(value)));
        assertThat(stands).isEqualTo(expected);
    }

    @Test
    @DisplayName("a cancelled commit is whole or absent, and the next one works")
    final void cancelledCommitsAreWhole() {
        Catalog catalog = empty();
        Random random = new Random(3);
        for (int i = 0; i < rounds(40); i++) {
            Bytes value = number(i);
            Disposable running = catalog.commit(Commit.builder()
                            .put(Bytes.ofText("a"), value)
                            .put(Bytes.ofText("b"), value)
                            .build())
                    .subscribe();
            long until = System.nanoTime() + random.nextInt(300_000);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            running.dispose();
            assertThat(List.copyOf(all(catalog).values()).stream().distinct().count())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(commit(catalog, Commit.builder().put(Bytes.ofText("a"), number(-1))))
                .isTrue();
        assertThat(catalog.get(Bytes.ofText("a")).map(CatalogContract::number).block(PATIENCE))
                .isEqualTo(-1);
    }

    @Test
    @DisplayName("the clock is near the machine's and does not go back while nobody sets it")
    final void clock() {
        Catalog catalog = empty();
        long first = Objects.requireNonNull(catalog.now().block(PATIENCE));
        long second = Objects.requireNonNull(catalog.now().block(PATIENCE));
        assertThat(second).isGreaterThanOrEqualTo(first);
        assertThat(Math.abs(first - System.currentTimeMillis()))
                .isLessThan(Duration.ofDays(1).toMillis());
    }

    @Test
    @DisplayName("closing twice is closing once")
    final void closesOnce() {
        Catalog catalog = openEmpty();
        commit(catalog, Commit.builder().put(Bytes.ofText("a"), Bytes.EMPTY));
        catalog.close().block(PATIENCE);
        catalog.close().block(PATIENCE);
    }

    private int rounds(int few) {
        return proof ? 40 * few : few;
    }

    private static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static boolean commit(Catalog catalog, Commit.Builder commit) {
        return Objects.requireNonNull(catalog.commit(commit.build()).block(PATIENCE));
    }

    private static List<Catalog.Entry> page(Catalog catalog, Bytes from, Bytes to, int limit, long bytes) {
        return Objects.requireNonNull(catalog.page(from, to, limit, bytes).block(PATIENCE));
    }

    private static Map<Bytes, Bytes> all(Catalog catalog) {
        Map<Bytes, Bytes> all = new HashMap<>();
        page(catalog, FIRST, LAST, 1000, 1 << 20).forEach(entry -> all.put(entry.key(), entry.value()));
        return all;
    }

    private static void expect(Commit.Builder commit, Bytes key, @Nullable Bytes value) {
        if (value == null) {
            commit.expectAbsent(key);
        } else {
            commit.expect(key, value);
        }
    }

    private static Bytes number(int value) {
        return Bytes.wrap(ByteBuffer.allocate(4).putInt(value).array());
    }

    private static int number(@Nullable Bytes value) {
        return value == null ? 0 : value.asBuffer().getInt(0);
    }
}
