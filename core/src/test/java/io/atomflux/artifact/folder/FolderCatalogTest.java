package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.StoreClosedException;
import io.atomflux.value.Bytes;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** The catalog of a folder, its log so short that it becomes runs, and these are merged, all the time. */
@Timeout(60)
class FolderCatalogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Bytes FIRST = Bytes.of((byte) 0);
    private static final Bytes LAST = Bytes.of((byte) 0xff);

    @TempDir
    Path temporary;

    private FolderCatalog open(long logBytes) {
        FolderPlace place = new FolderPlace(new LocalDisk(false), temporary.resolve("store"), false);
        return FolderCatalog.of(place, logBytes, false);
    }

    private static Bytes key(int number) {
        return Bytes.ofText("k" + number);
    }

    private static List<Catalog.Entry> all(Catalog catalog, SplittableRandom random) {
        List<Catalog.Entry> found = new ArrayList<>();
        Bytes from = FIRST;
        while (true) {
            List<Catalog.Entry> page = catalog.page(from, LAST, 1 + random.nextInt(50), 1 + random.nextInt(4000))
                    .block(PATIENCE);
            if (page.isEmpty()) {
                return found;
            }
            found.addAll(page);
            Bytes last = found.get(found.size() - 1).key();
            byte[] next = new byte[last.length() + 1];
            last.copyTo(next, 0);
            from = Bytes.wrap(next);
        }
    }

    @Test
    @DisplayName("random commits of two openings give what a sorted map gives, through flushes, merges and reopening")
    void isAMap() {
        SplittableRandom random = new SplittableRandom(7);
        NavigableMap<Bytes, Bytes> expected = new TreeMap<>();
        List<FolderCatalog> both = new ArrayList<>(List.of(open(4096), open(4096)));
        for (int round = 0; round < 1500; round++) {
            Commit.Builder commit = Commit.builder();
            NavigableMap<Bytes, Bytes> after = new TreeMap<>(expected);
            boolean holds = true;
            for (int i = random.nextInt(4); i >= 0; i--) {
                Bytes key = key(100 * i + random.nextInt(100));
                Bytes stands = expected.get(key);
                if (random.nextInt(4) == 0) {
                    if (random.nextInt(4) == 0) {
                        commit.expect(key, Bytes.ofText("other"));
                        holds = false;
                    } else if (stands == null) {
                        commit.expectAbsent(key);
                    } else {
                        commit.expect(key, stands);
                    }
                }
                if (random.nextInt(3) == 0) {
                    commit.delete(key);
                    after.remove(key);
                } else {
                    Bytes value = Bytes.wrap(new byte[random.nextInt(300)]);
                    commit.put(key, value);
                    after.put(key, value);
                }
            }
            assertThat(both.get(round % 2).commit(commit.build()).block(PATIENCE))
                    .isEqualTo(holds);
            if (holds) {
                expected = after;
            }
            Bytes some = key(random.nextInt(400));
            assertThat(both.get(1 - round % 2).get(some).block(PATIENCE)).isEqualTo(expected.get(some));
            if (round % 100 == 99) {
                int which = random.nextInt(2);
                both.get(which).close().block(PATIENCE);
                both.set(which, open(4096));
                for (Catalog catalog : both) {
                    assertThat(all(catalog, random))
                            .containsExactlyElementsOf(expected.entrySet().stream()
                                    .map(entry -> new Catalog.Entry(entry.getKey(), entry.getValue()))
                                    .toList());
                }
            }
        }
        both.forEach(catalog -> catalog.close().block(PATIENCE));
    }

    @Test
    @DisplayName("commits that wait at once are all made, and each condition sees those before it")
    void commitsTogether() {
        FolderCatalog catalog = open(1 << 20);
        Bytes counter = Bytes.ofText("counter");
        List<Boolean> made = Flux.range(0, 500)
                .flatMap(
                        i -> catalog.commit(Commit.builder()
                                .expectAbsent(key(i / 5))
                                .put(key(i / 5), Bytes.ofText("" + i))
                                .put(counter, Bytes.ofText("" + i))
                                .build()),
                        500)
                .collectList()
                .block(PATIENCE);
        assertThat(made).filteredOn(held -> held).hasSize(100);
        assertThat(catalog.page(key(0), Bytes.ofText("l"), 1000, Long.MAX_VALUE).block(PATIENCE))
                .hasSize(100);
        catalog.close().block(PATIENCE);
        assertThatThrownBy(() -> catalog.get(counter).block(PATIENCE)).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> catalog.commit(Commit.builder().build()).block(PATIENCE))
                .isInstanceOf(StoreClosedException.class);
        catalog.close().block(PATIENCE);
    }

    @Test
    @DisplayName("where there is no store, reading finds nothing and makes nothing")
    void readsNothing() {
        FolderCatalog catalog = open(4096);
        assertThat(catalog.get(key(1)).block(PATIENCE)).isNull();
        assertThat(catalog.page(FIRST, LAST, 1, 1).block(PATIENCE)).isEmpty();
        assertThat(temporary).isEmptyDirectory();
        catalog.close().block(PATIENCE);
    }

    @Test
    @DisplayName("closing tells whatever goes wrong with a file, and closes the others all the same")
    void closingFails() {
        AtomicBoolean failing = new AtomicBoolean();
        Set<Disk.Handle> open = ConcurrentHashMap.newKeySet();
        LocalDisk real = new LocalDisk(false);
        Disk disk = (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (self, method, arguments) -> {
                    Object result = called(real, method, arguments);
                    return result instanceof Disk.Handle file ? watched(file, open, failing) : result;
                });
        FolderCatalog catalog = FolderCatalog.of(
                new FolderPlace(disk, temporary.resolve("store"), false),
                FolderOptions.defaults().logBytes(),
                false);
        catalog.commit(Commit.builder().put(key(1), key(1)).build()).block(PATIENCE);
        catalog.get(key(1)).block(PATIENCE);
        assertThat(open).hasSizeGreaterThan(1); // the log of who writes, and of who reads
        failing.set(true);

        assertThatThrownBy(() -> catalog.close().block(PATIENCE)).hasMessageContaining("planted");
        assertThat(open).isEmpty();
    }

    private static Object called(Object on, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Disk.Handle watched(Disk.Handle file, Set<Disk.Handle> open, AtomicBoolean failing) {
        open.add(file);
        return (Disk.Handle) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.Handle.class}, (self, method, arguments) -> {
                    Object result = called(file, method, arguments);
                    if (method.getName().equals("close") && open.remove(file) && failing.get()) {
                        throw new IllegalStateException("planted");
                    }
                    return result;
                });
    }
}
