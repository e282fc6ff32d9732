package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Key;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache in an LMDB file, of each kind of store, shared by processes, some of which are killed. */
@Timeout(600)
class LmdbCacheTest {

    private static final CacheOptions OFFLINE = CacheOptions.defaults().withValidation(CacheOptions.Validation.NEVER);

    @TempDir
    Path folder;

    private Path source;
    private Path cache;

    private void fill(int rows) {
        source = folder.resolve("source.lmdb");
        cache = folder.resolve("cache.lmdb");
        try (Closing<ObjectIO> store = new Closing<>(ObjectIO.open(source))) {
            store.io().extend(rows(rows, 0)).block();
        }
    }

    /** Closes a store at the end of a block. */
    private record Closing<S extends io.atomflux.Store<?>>(S io) implements AutoCloseable {
        @Override
        public void close() {
            io.close().block();
        }
    }

    private static List<Row> rows(int count, int version) {
        return IntStream.range(0, count)
                .mapToObj(i -> CacheProcess.row(i, version))
                .toList();
    }

    /** Opens a source that is not there: whatever is read of it comes from the cache. */
    private ObjectIO nothingThere() {
        return ObjectIO.open(folder.resolve("nothing.lmdb"), OpenOptions.ofReadOnly());
    }

    @Test
    @DisplayName("an epoch from a filled cache needs no source at all, and the cache is an ordinary store")
    void worksOffline() {
        fill(300);
        try (Closing<ObjectIO> cached = new Closing<>(ObjectIO.open(source).cached(ObjectIO.open(cache)))) {
            assertThat(cached.io().rows().prefetch().block()).isEqualTo(300);
        }
        CacheOptions named = OFFLINE.withSourceName(source.toString());
        try (Closing<ObjectIO> offline = new Closing<>(nothingThere().cached(ObjectIO.open(cache), named))) {
            assertThat(offline.io().rows().collectList().block()).isEqualTo(rows(300, 0));
            assertThat(offline.io()
                            .column("info.i", Long.class)
                            .toArray()
                            .block()
                            .toLongArray())
                    .isEqualTo(IntStream.range(0, 300).asLongStream().toArray());
            assertThat(offline.io().get(-1).block()).isEqualTo(CacheProcess.row(299, 0));
        }
        try (Closing<ObjectIO> plain = new Closing<>(ObjectIO.open(cache))) {
            assertThat(plain.io().verify().collectList().block()).isEmpty();
            assertThat(plain.io()
                            .rows(1, 301)
                            .columns("info.i", "info.version", "info.text")
                            .collectList()
                            .block())
                    .isEqualTo(rows(300, 0));
        }
    }

    @Test
    @DisplayName("structures, records and raw rows are cached alike, reserved ones too")
    void servesEveryKind() {
        List<Atoms> molecules = Samples.molecules().stream().map(Atoms::fromRow).toList();
        AtomsIO atoms = AtomsIO.open(folder.resolve("a.lmdb"));
        atoms.extend(molecules).block();
        try (Closing<AtomsIO> cached = new Closing<>(atoms.cached(AtomsIO.open(folder.resolve("ac.lmdb"))))) {
            for (int epoch = 0; epoch < 2; epoch++) {
                assertThat(cached.io().rows().collectList().block()).isEqualTo(molecules);
                assertThat(cached.io()
                                .column(Key.ENERGY)
                                .skipMissing()
                                .collectList()
                                .block())
                        .isEqualTo(atoms.column(Key.ENERGY)
                                .skipMissing()
                                .collectList()
                                .block());
            }
        }
        BlobIO blobs = BlobIO.open(folder.resolve("b.lmdb"));
        List<BlobRow> raw = IntStream.range(0, 9).mapToObj(Samples::blobRow).toList();
        blobs.extend(raw).block();
        blobs.reserve(2).block();
        try (Closing<BlobIO> cached = new Closing<>(blobs.cached(BlobIO.open(folder.resolve("bc.lmdb"))))) {
            for (int epoch = 0; epoch < 2; epoch++) {
                assertThat(cached.io().rows(0, 9).collectList().block()).isEqualTo(raw);
                assertThat(cached.io().get(9).blockOptional()).isEmpty();
                assertThat(cached.io().rows("9:").all(BlobRow::isReserved).block())
                        .isTrue();
            }
            assertThat(cached.io().readOnly().size().block()).isEqualTo(11);
        }
        assertThat(Environments.count()).isZero();
    }

    @Test
    @DisplayName("two processes fill one cache at the same time: each row is there once, at its place")
    void sharedByProcesses() throws Exception {
        fill(400);
        List<Process> running = List.of(start(1, 60), start(2, 60));
        for (Process process : running) {
            assertThat(said(process, Integer.MAX_VALUE)).doesNotContain("wrong").endsWith("finished");
        }
        try (Closing<ObjectIO> plain = new Closing<>(ObjectIO.open(cache))) {
            List<Row> found = plain.io()
                    .rows("1:")
                    .columns("info.i", "info.version", "info.text")
                    .collectList()
                    .block();
            assertThat(found.subList(0, 400)).isEqualTo(rows(400, 0));
            assertThat(found.subList(400, found.size())).allMatch(Row::isReserved);
        }
    }

    @Test
    @DisplayName(
            "processes that are killed while they fill, and while the source changes, leave a cache that is right and goes on")
    void survivesKilling() throws Exception {
        killed(2);
    }

    @Test
    @Tag("proof")
    @DisplayName("fifty processes that are killed while they fill leave a cache that is right and goes on")
    void survivesKillingOften() throws Exception {
        killed(50);
    }

    private void killed(int times) throws Exception {
        fill(300);
        Random random = new Random(5);
        int version = 0;
        for (int i = 0; i < times; i++) {
            Process process = start(i, 1_000_000);
            assertThat(said(process, 2 + random.nextInt(60))).doesNotContain("wrong");
            if (i % 2 == 0) {
                version++;
                try (Closing<ObjectIO> store = new Closing<>(ObjectIO.open(source))) {
                    store.io().rows().set(rows(300, version)).block();
                }
            }
            try (Closing<ObjectIO> cached = new Closing<>(
                    ObjectIO.open(source, OpenOptions.ofReadOnly()).cached(ObjectIO.open(cache)))) {
                int from = random.nextInt(250);
                assertThat(cached.io().rows(from, from + 50).collectList().block())
                        .isEqualTo(rows(300, version).subList(from, from + 50));
            }
        }
        try (Closing<ObjectIO> cached = new Closing<>(ObjectIO.open(source).cached(ObjectIO.open(cache)))) {
            assertThat(cached.io().rows().collectList().block()).isEqualTo(rows(300, version));
        }
        CacheOptions named = OFFLINE.withSourceName(source.toString());
        try (Closing<ObjectIO> offline = new Closing<>(nothingThere().cached(ObjectIO.open(cache), named))) {
            assertThat(offline.io().rows().collectList().block()).isEqualTo(rows(300, version));
        }
        try (Closing<ObjectIO> plain = new Closing<>(ObjectIO.open(cache))) {
            assertThat(plain.io().verify().collectList().block()).isEmpty();
        }
    }

    @Test
    @DisplayName("what is not cached fails with the error of the source")
    void tellsOfTheSource() {
        fill(10);
        try (Closing<ObjectIO> cached = new Closing<>(ObjectIO.open(source).cached(ObjectIO.open(cache)))) {
            cached.io().rows(0, 5).prefetch().block();
        }
        CacheOptions named = OFFLINE.withSourceName(source.toString());
        try (Closing<ObjectIO> offline = new Closing<>(nothingThere().cached(ObjectIO.open(cache), named))) {
            // the first window was fetched with what the batch had room for
            offline.io().rows().evict().block();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> offline.io().get(7).block()))
                    .isInstanceOf(StoreNotFoundException.class);
        }
    }

    private Process start(int seed, int reads) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheProcess.class.getName(),
                        source.toString(),
                        cache.toString(),
                        "" + seed,
                        "" + reads)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }

    /** Returns what a process said, which is killed after so many lines. */
    private static List<String> said(Process process, int lines) throws Exception {
        List<String> said = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
                if (said.size() == lines) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        assertThat(said).as("what a process said").isNotEmpty();
        return said;
    }
}
