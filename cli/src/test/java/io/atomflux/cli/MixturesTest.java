package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Stores of every kind read as one, by patterns and put together: text, compressed text, trajectories, databases, columns, memory, a hub. */
@Timeout(120)
class MixturesTest {

    static {
        BlockHoundGuard.install();
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Files of one of each kind, with how many rows each has. */
    private static final Map<String, Integer> FILES = new TreeMap<>(Map.of(
            "a.xyz", 3,
            "b.extxyz.gz", 2,
            "c.traj", 3,
            "d.aselmdb", 2,
            "e.lmdb", 3,
            "f.zarr", 2,
            "g.h5", 3,
            "h.xyz.zst", 1));

    private static final int IN_FILES = 19;
    private static final int IN_MEMORY = 2;
    private static final int ON_HUB = 3;
    private static final int ALL = IN_FILES + IN_MEMORY + ON_HUB;

    private static final CacheOptions EACH_VIEW =
            CacheOptions.defaults().withValidation(CacheOptions.Validation.EACH_VIEW);

    @TempDir
    Path folder;

    private final ImitationHub hub = ImitationHub.builder().start();
    private final List<ObjectIO> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(store -> store.close().block(PATIENCE));
        hub.close();
    }

    private ObjectIO open(String location) {
        ObjectIO store = ObjectIO.open(location);
        opened.add(store);
        return store;
    }

    private static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    private static <T> List<T> all(Flux<T> flux) {
        return get(flux.collectList());
    }

    private static Row row(long i) {
        return Row.of(Map.of(
                "arrays.numbers",
                NdArray.of(new long[] {8, 1}),
                "arrays.positions",
                NdArray.of(new double[] {i, 0, 0, 0, 0.5, i}, 2, 3),
                "cell",
                NdArray.of(new double[9], 3, 3),
                "pbc",
                NdArray.of(new boolean[3]),
                "calc.energy",
                -0.5 * i,
                "info.i",
                i));
    }

    private void write(Path file, long from, long to) {
        ObjectIO store = ObjectIO.open(file);
        get(store.extend(LongStream.range(from, to).mapToObj(MixturesTest::row).toList()));
        store.close().block(PATIENCE);
    }

    private void writeFiles() throws IOException {
        Files.createDirectories(folder.resolve("mix"));
        int next = 0;
        for (Map.Entry<String, Integer> file : FILES.entrySet()) {
            write(folder.resolve("mix/" + file.getKey()), next, next + file.getValue());
            next += file.getValue();
        }
    }

    private ObjectIO files() {
        return open(folder + "/mix/*");
    }

    private ObjectIO memory() {
        ObjectIO memory = open("memory://");
        get(memory.extend(IntStream.range(IN_FILES, IN_FILES + IN_MEMORY)
                .mapToObj(MixturesTest::row)
                .toList()));
        return memory;
    }

    private ObjectIO remote() {
        StringBuilder lines = new StringBuilder();
        for (int i = IN_FILES + IN_MEMORY; i < ALL; i++) {
            lines.append("{\"info.i\": %d, \"calc.energy\": %s}\n".formatted(i, -0.5 * i));
        }
        hub.publish(ImitatedDataset.of("lab/mixed")
                .file("data/train.jsonl", lines.toString())
                .build());
        return open("hf://lab/mixed?data_files=data/*.jsonl&mapping=none&endpoint=" + hub.endpoint());
    }

    /** Reads each source by itself. */
    private List<Row> separately() {
        List<Row> rows = new ArrayList<>();
        for (String file : FILES.keySet()) {
            rows.addAll(all(open(folder + "/mix/" + file).rows()));
        }
        rows.addAll(all(memory().rows()));
        rows.addAll(all(remote().rows()));
        return rows;
    }

    private ObjectIO together() {
        return ObjectIO.concat(files(), memory(), remote());
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    @DisplayName("the rows are those of the sources in their order, by stream, position, slice, list and column")
    void readsLikeTheSources() throws IOException {
        writeFiles();
        List<Row> expected = separately();
        assertThat(expected).hasSize(ALL);
        ObjectIO mixed = together();
        assertThat(all(mixed.rows())).isEqualTo(expected);
        assertThat(get(mixed.size())).isEqualTo(ALL);
        for (int i = 0; i < ALL; i++) {
            assertThat(get(mixed.get(i))).isEqualTo(expected.get(i));
            assertThat(get(mixed.get(i - ALL))).isEqualTo(expected.get(i));
        }
        List<Row> backwards = new ArrayList<>(expected);
        Collections.reverse(backwards);
        assertThat(all(mixed.rows("::-1"))).isEqualTo(backwards);
        assertThat(all(mixed.rows("-3:2:-4").column("info.i", Long.class))).containsExactly(21L, 17L, 13L, 9L, 5L);
        assertThat(all(mixed.rows(4, 17).rows("::3").column("info.i", Long.class)))
                .containsExactly(4L, 7L, 10L, 13L, 16L);
        SplittableRandom random = new SplittableRandom(11);
        long[] list = random.longs(60, -ALL, ALL).toArray();
        assertThat(all(mixed.rowsAt(list)))
                .isEqualTo(LongStream.of(list)
                        .mapToObj(i -> expected.get((int) (i < 0 ? i + ALL : i)))
                        .toList());
        assertThat(all(mixed.column("info.i", Long.class))).isEqualTo(range(0, ALL));
        assertThat(get(mixed.rows().column("calc.energy").toArray()).toDoubleArray())
                .isEqualTo(LongStream.range(0, ALL).mapToDouble(i -> -0.5 * i).toArray());
        assertThat(all(mixed.rows().columns("info.i", "calc.energy")))
                .allSatisfy(row -> assertThat(row.keys()).containsExactlyInAnyOrder("info.i", "calc.energy"));
        assertThat(all(mixed.verify())).isEmpty();
    }

    @Test
    @DisplayName("a value that is missing, or of another type, is told with the source and its place in it")
    void namesTheSource() throws IOException {
        writeFiles();
        ObjectIO mixed = together();
        int at = 0;
        for (Map.Entry<String, Integer> file : FILES.entrySet()) {
            long second = at + file.getValue() - 1L;
            String place = "row %d of %s".formatted(file.getValue() - 1, folder.resolve("mix/" + file.getKey()));
            assertThatThrownBy(() -> all(mixed.rowsAt(second).column("info.none")))
                    .isInstanceOfSatisfying(
                            MissingValueException.class,
                            missing -> assertThat(missing.position()).isEqualTo(second))
                    .hasMessageContaining(place);
            assertThatThrownBy(() -> all(mixed.rowsAt(second).column("info.i", String.class)))
                    .isInstanceOf(ValueTypeException.class)
                    .hasMessageContaining("row " + second)
                    .hasMessageContaining(place);
            at += file.getValue();
        }
        assertThatThrownBy(() -> all(mixed.rows().column("pbc")))
                .isInstanceOfSatisfying(
                        MissingValueException.class,
                        missing -> assertThat(missing.position()).isEqualTo(IN_FILES + IN_MEMORY))
                .hasMessageContaining("row 0 of ")
                .hasMessageContaining("lab/mixed");
        ObjectIO cached = mixed.cached(open("memory://"));
        assertThatThrownBy(() -> all(cached.rowsAt(4).column("info.none")))
                .isInstanceOf(MissingValueException.class)
                .hasMessageContaining("row 1 of " + folder.resolve("mix/b.extxyz.gz"));
    }

    @Test
    @DisplayName(
            "a damaged source fails what needs it, by name; what lies before or behind can be read, and verify finds nothing else")
    void failsInTheMiddle() throws IOException {
        writeFiles();
        for (String damaged : List.of("b.extxyz.gz", "h.xyz.zst")) {
            Path file = folder.resolve("mix/" + damaged);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        }
        ObjectIO mixed = ObjectIO.concat(memory(), files(), remote());
        StepVerifier.create(files().rows())
                .expectNextCount(3)
                .verifyErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("b.extxyz.gz"));
        StepVerifier.create(mixed.rows()) // needs all sizes first, and asks for several at once
                .verifyErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageMatching("(?s).*(b\\.extxyz\\.gz|h\\.xyz\\.zst).*"));
        assertThat(get(mixed.get(IN_MEMORY + 2)).get("info.i")).isEqualTo(2L);
        assertThat(get(mixed.get(-1)).get("info.i")).isEqualTo(ALL - 1L);
        assertThatThrownBy(() -> get(mixed.get(IN_MEMORY + 8)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("b.extxyz.gz");
        for (ObjectIO store : List.of(mixed, mixed.cached(open("memory://")))) {
            assertThat(all(store.verify()))
                    .anyMatch(problem -> problem.contains("b.extxyz.gz"))
                    .anyMatch(problem -> problem.contains("h.xyz.zst"))
                    .allMatch(problem -> problem.contains("b.extxyz.gz") || problem.contains("h.xyz.zst"));
        }
    }

    @Test
    @DisplayName("streams cancelled at any row, and at any moment, leave nothing open behind the closing")
    void cancelsAnywhere() throws IOException {
        writeFiles();
        ObjectIO mixed = together();
        for (int rows = 0; rows <= ALL; rows++) {
            assertThat(all(mixed.rows().take(rows))).hasSize(rows);
        }
        SplittableRandom random = new SplittableRandom(12);
        for (int round = 0; round < 40; round++) {
            Disposable running =
                    mixed.rows("::-1").subscribeOn(Schedulers.parallel()).subscribe();
            for (int spin = random.nextInt(300_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        assertThat(all(mixed.column("info.i", Long.class))).isEqualTo(range(0, ALL));
        mixed.close().block(PATIENCE);
    }

    @Test
    @DisplayName("the tag is the same as long as nothing changes, and another when any of the sources does")
    void tagsTheMixture() throws IOException {
        writeFiles();
        ObjectIO memory = memory();
        ObjectIO mixed = ObjectIO.concat(files(), memory, remote());
        List<String> tags = new ArrayList<>();
        tags.add(get(mixed.etag()));
        assertThat(get(mixed.etag())).isEqualTo(tags.get(0));
        for (String file : FILES.keySet()) {
            write(folder.resolve("mix/" + file), 100, 101);
            tags.add(get(mixed.etag()));
        }
        get(memory.append(row(101)));
        tags.add(get(mixed.etag()));
        assertThat(tags).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("a cache keeps the rows of all sources, asks none of them for rows again, and sees when one changes")
    void cachesMixtures() throws IOException {
        writeFiles();
        ObjectIO source = together();
        List<Row> expected = all(source.rows());
        ObjectIO cached = source.cached(open(folder + "/cache.lmdb"), EACH_VIEW);
        assertThat(all(cached.rows())).isEqualTo(expected);
        assertThat(hub.requests()).anyMatch(request -> request.path().contains("jsonl"));
        hub.forget();
        assertThat(all(cached.rows())).isEqualTo(expected);
        assertThat(all(cached.rowsAt(ALL - 1, 0, 12))).hasSize(3);
        assertThat(hub.requests()).noneMatch(request -> request.path().contains("jsonl"));
        write(folder.resolve("mix/c.traj"), 200, 201);
        List<Row> grown = all(source.rows());
        assertThat(grown).hasSize(ALL + 1);
        assertThat(all(cached.rows())).isEqualTo(grown);

        ObjectIO files = files();
        ObjectIO kept = files.cached(open("memory://"), EACH_VIEW);
        assertThat(all(kept.rows("::-1"))).hasSize(IN_FILES + 1);
        write(folder.resolve("mix/i.xyz"), 300, 302);
        assertThat(all(kept.column("info.i", Long.class))).hasSize(IN_FILES + 3).endsWith(300L, 301L);
        assertThat(all(kept.rows())).isEqualTo(all(files.rows()));
    }

    @Test
    @DisplayName(
            "copy puts a folder of all kinds into one file; info sums up the bytes and tells which file keeps what")
    void copiesMixtures() throws IOException {
        writeFiles();
        String pattern = folder + "/mix/*";
        Path all = folder.resolve("all.lmdb");
        run("copy", pattern, all).well();
        assertThat(all(open(all.toString()).column("info.i", Long.class))).isEqualTo(range(0, IN_FILES));
        Map<String, Object> info = run("info", pattern, "--json").well().object();
        long bytes = 0;
        for (String file : FILES.keySet()) {
            try (Stream<Path> parts = Files.walk(folder.resolve("mix/" + file))) {
                bytes += parts.filter(Files::isRegularFile)
                        .mapToLong(part -> part.toFile().length())
                        .sum();
            }
        }
        assertThat(info).containsEntry("rows", (long) IN_FILES).containsEntry("size_on_disk", bytes);
        assertThat((List<?>) info.get("storage"))
                .map(array -> String.valueOf(Ran.map(array).get("array")))
                .anyMatch(name -> name.startsWith(folder.resolve("mix/f.zarr").toString() + ", "))
                .allMatch(name -> name.contains("f.zarr, ") || name.contains("g.h5, "));
        run("verify", pattern).well();
    }
}
