package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.NoBackendException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Many files by a pattern, which come, go, grow and break. */
@Timeout(120)
class GlobStoreTest {

    static {
        BlockHoundGuard.install();
    }

    @TempDir
    Path folder;

    private final List<ObjectIO> opened = new ArrayList<>();

    private ObjectIO open(String pattern) {
        ObjectIO store = ObjectIO.open(folder + "/" + pattern);
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() {
        opened.forEach(store -> store.close().block());
    }

    private static String frame(long i) {
        return "1\nProperties=species:S:1:pos:R:3 i=%d pbc=\"F F F\"\nH 0 0 0\n".formatted(i);
    }

    private Path write(String name, long from, long to) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder();
        LongStream.range(from, to).forEach(i -> text.append(frame(i)));
        return Files.writeString(file, text);
    }

    private static void age(Path... files) throws IOException {
        for (Path file : files) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100)));
        }
    }

    private static List<Long> numbers(RowView<Row> rows) {
        return rows.column("info.i", Long.class).collectList().block();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static Long number(ObjectIO store, long index) {
        return (Long) store.get(index).block().get("info.i");
    }

    @Test
    @DisplayName(
            "opening does no input or output; nothing there is told when something is read, and files that come are seen")
    void looksWhenRead() throws IOException {
        ObjectIO store = open("later/*.xyz");
        assertThatThrownBy(() -> store.size().block())
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("later/*.xyz")
                .hasMessageContaining("the folder " + folder.resolve("later"));
        write("later/a.xyz", 0, 2);
        assertThat(store.size().block()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "files and rows that come, go and change are seen by the next call, however old or new their times are")
    void seesEveryChange() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        ObjectIO store = open("**/*.xyz");
        java.util.TreeMap<String, Long> counts = new java.util.TreeMap<>();
        write("z.xyz", 0, 1);
        counts.put("z.xyz", 1L);
        for (int round = 0; round < 150; round++) {
            String name = (random.nextBoolean() ? "" : "d" + random.nextInt(3) + "/") + random.nextInt(4) + ".xyz";
            Path file = folder.resolve(name);
            switch (random.nextInt(4)) {
                case 0 -> {
                    Files.deleteIfExists(file);
                    counts.remove(name);
                }
                case 1 -> {
                    long count = random.nextInt(4);
                    write(name, 0, count);
                    counts.put(name, count);
                }
                default -> {
                    if (counts.containsKey(name)) {
                        Files.writeString(file, frame(counts.get(name)), StandardOpenOption.APPEND);
                        counts.merge(name, 1L, Long::sum);
                    }
                }
            }
            if (random.nextInt(3) == 0) {
                try (Stream<Path> all = Files.walk(folder)) {
                    age(all.toArray(Path[]::new));
                }
            }
            List<Long> expected = counts.values().stream()
                    .flatMap(count -> range(0, count).stream())
                    .toList();
            long early = random.nextInt(-expected.size(), expected.size());
            assertThat(number(store, early))
                    .isEqualTo(expected.get((int) (early < 0 ? early + expected.size() : early)));
            assertThat(store.size().block()).isEqualTo(expected.size());
            assertThat(numbers(store.rows())).isEqualTo(expected);
            assertThat(numbers(store.rows("::-1"))).hasSameSizeAs(expected);
            long index = random.nextInt(-expected.size(), expected.size());
            assertThat(number(store, index))
                    .isEqualTo(expected.get((int) (index < 0 ? index + expected.size() : index)));
            assertThatThrownBy(() -> store.get(expected.size()).block())
                    .isInstanceOfSatisfying(
                            RowOutOfBoundsException.class,
                            outside -> assertThat(outside.size()).isEqualTo(expected.size()));
        }
    }

    @Test
    @DisplayName("thousands of files are streamed, listed and read one by one, and few are open at once")
    void readsThousandsOfFiles() throws IOException {
        int count = Boolean.getBoolean("atomflux.proof") ? 5000 : 400;
        for (int i = 0; i < count; i++) {
            age(write("f%05d.xyz".formatted(i), i, i + 1));
        }
        age(folder);
        ObjectIO store = open("f*.xyz");
        assertThat(number(store, 0)).isZero();
        assertThat(openFiles("f0")).isLessThan(5);
        assertThat(numbers(store.rows())).isEqualTo(range(0, count));
        assertThat(openFiles("f0")).isLessThanOrEqualTo(130);
        assertThat(store.size().block()).isEqualTo(count);
        assertThat(openFiles("f0")).isLessThanOrEqualTo(140);
        SplittableRandom random = new SplittableRandom(3);
        long[] listed = random.longs(300, 0, count).toArray();
        assertThat(numbers(store.rowsAt(listed)))
                .isEqualTo(LongStream.of(listed).boxed().toList());
        List<Long> together = Flux.fromStream(LongStream.of(listed).boxed())
                .flatMapSequential(i -> store.get(i), 64)
                .map(row -> (Long) row.get("info.i"))
                .collectList()
                .block();
        assertThat(together).isEqualTo(LongStream.of(listed).boxed().toList());
        assertThat(openFiles("f0")).isLessThanOrEqualTo(200);
        assertThat(number(store, -1)).isEqualTo(count - 1);
        store.close().block();
        assertThat(openFiles("f0")).isZero();
    }

    /** Counts the open files of this process with a name in the folder, where the system tells. */
    private long openFiles(String name) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.filter(link -> {
                        try {
                            return Files.readSymbolicLink(link).startsWith(folder)
                                    && Files.readSymbolicLink(link)
                                            .getFileName()
                                            .toString()
                                            .startsWith(name);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    @DisplayName("sizes that are known cost no opening, and a file that changed since is asked again")
    void remembersSizes() throws IOException {
        Path[] files = new Path[200];
        for (int i = 0; i < files.length; i++) {
            files[i] = write("f%03d.xyz".formatted(i), 10L * i, 10L * i + 10);
        }
        age(files);
        age(folder);
        ObjectIO store = open("*.xyz");
        assertThat(store.size().block()).isEqualTo(2000);
        Files.writeString(files[7], frame(-1), StandardOpenOption.APPEND);
        assertThat(store.size().block()).isEqualTo(2001);
        assertThat(number(store, 80)).isEqualTo(-1);
        assertThat(number(store, 81)).isEqualTo(80);
        assertThat(number(store, -1)).isEqualTo(1999);
        for (int changed : new int[] {0, 100, 150, 199, 30}) { // one call looks only at as many files as it needs
            Files.writeString(files[changed], frame(-changed), StandardOpenOption.APPEND);
            age(files[changed]);
            assertThat(number(store, 1000)).isEqualTo(expected(files, 1000));
            assertThat(number(store, -1000)).isEqualTo(expected(files, -1000));
            assertThat(number(store, -1)).isEqualTo(expected(files, -1));
        }
    }

    private static long expected(Path[] files, long index) throws IOException {
        List<Long> all = new ArrayList<>();
        for (Path file : files) {
            java.util.regex.Matcher number =
                    java.util.regex.Pattern.compile(" i=(-?\\d+) ").matcher(Files.readString(file));
            while (number.find()) {
                all.add(Long.valueOf(number.group(1)));
            }
        }
        return all.get((int) (index < 0 ? index + all.size() : index));
    }

    @Test
    @DisplayName("a damaged file is named by whoever reaches it; the others can be read, and all are verified")
    void namesDamagedFiles() throws IOException {
        write("a.xyz", 0, 3);
        Files.writeString(folder.resolve("b.xyz"), frame(3) + "nonsense\n");
        write("c.xyz", 4, 6);
        Files.writeString(folder.resolve("d.xyz"), "junk\n");
        ObjectIO store = open("*.xyz");
        assertThat(number(store, 3)).isEqualTo(3);
        assertThatThrownBy(() -> store.get(4).block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("b.xyz");
        StepVerifier.create(store.rows())
                .expectNextCount(4)
                .verifyErrorSatisfies(failure -> assertThat(failure).hasMessageContaining("b.xyz"));
        List<String> problems = store.verify().collectList().block();
        assertThat(problems).hasSize(2);
        assertThat(problems.get(0)).contains("b.xyz");
        assertThat(problems.get(1)).contains("d.xyz");
    }

    @Test
    @DisplayName("a row without the value asked for is named by its place in the whole and in its file")
    void namesTheSourceOfMissingValues() throws IOException {
        write("a.xyz", 0, 3);
        Files.writeString(
                folder.resolve("b.xyz"), frame(3) + "1\nProperties=species:S:1:pos:R:3 pbc=\"F F F\"\nH 0 0 0\n");
        ObjectIO store = open("*.xyz");
        assertThatThrownBy(() -> numbers(store.rows()))
                .isInstanceOfSatisfying(
                        MissingValueException.class,
                        missing -> assertThat(missing.position()).isEqualTo(4))
                .hasMessageContaining("*.xyz")
                .hasMessageContaining("row 1 of " + folder.resolve("b.xyz"));
        assertThatThrownBy(() -> numbers(store.rowsAt(0, -1)))
                .hasMessageContaining("row 1 of " + folder.resolve("b.xyz"));
    }

    @Test
    @DisplayName("a file that goes away ahead of a stream fails it as changed, naming the file")
    void tellsOfLostFiles() throws IOException {
        write("a.xyz", 0, 500);
        Path lost = write("b.xyz", 500, 501);
        ObjectIO store = open("*.xyz");
        StepVerifier.create(store.rows(), 1)
                .expectNextCount(1)
                .then(() -> lost.toFile().delete())
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(499)
                .verifyErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StoreChangedException.class,
                                changed -> assertThat(changed.emitted()).isEqualTo(500))
                        .hasMessageContaining("b.xyz"));
        assertThat(numbers(store.rows())).isEqualTo(range(0, 500));
    }

    @Test
    @DisplayName("a dangling link is an error that names it, not a file left out")
    void tellsOfDanglingLinks() throws IOException {
        write("a.xyz", 0, 1);
        Files.createSymbolicLink(folder.resolve("b.xyz"), folder.resolve("nowhere"));
        assertThatThrownBy(() -> open("*.xyz").size().block())
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("b.xyz");
    }

    @Test
    @DisplayName("without a suffix, what no backend serves is left out; what an artefact would serve is not")
    void leavesOutOtherFiles() throws IOException {
        write("a.xyz", 0, 2);
        write("b.xyz", 2, 3);
        for (String other : List.of(".hidden.xyz", "metadata.npz", "data.aselmdb-lock", "README", "log.txt")) {
            Files.writeString(folder.resolve(other), "no frames");
        }
        Files.createDirectory(folder.resolve("folder"));
        assertThat(numbers(open("*").rows())).isEqualTo(range(0, 3));
        assertThat(numbers(open("**").rows())).isEqualTo(range(0, 3));
        Files.createDirectory(folder.resolve("c.zarr"));
        assertThatThrownBy(() -> open("*").size().block())
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("c.zarr")
                .hasMessageContaining("atomflux-backend-file-columnar");
        Files.delete(folder.resolve("c.zarr"));
        Files.writeString(folder.resolve("d.xyz.bz2"), "");
        assertThatThrownBy(() -> open("*").size().block())
                .isInstanceOf(UnsupportedStoreOperationException.class)
                .hasMessageContaining("d.xyz.bz2");
    }

    @Test
    @DisplayName("options go to each file and are checked at the call; a group is refused where no file has any")
    void passesOptions() throws IOException {
        write("a.xyz", 0, 1);
        assertThat(open("?.xyz?max_frame_bytes=1M").size().block()).isEqualTo(1);
        assertThatThrownBy(() -> open("?.xyz?max_frame_bytes=10").get(0).block())
                .hasMessageContaining("max_frame_bytes");
        assertThatThrownBy(() -> open("*.xyz?colour=red"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("colour");
        assertThatThrownBy(() -> ObjectIO.open(folder + "/*.xyz", OpenOptions.ofGroup("g")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("group");
    }

    @Test
    @DisplayName("a Path is literal; a pattern is read-only, also where it is the name of a file")
    void pathsAreLiteral() throws IOException {
        ObjectIO literal = ObjectIO.open(folder.resolve("a[1].xyz"));
        literal.append(Frames.row(1)).block();
        literal.close().block();
        ObjectIO store = open("a[1].xyz");
        assertThat(store.size().block()).isEqualTo(1);
        assertThat(store.capabilities()).isEmpty();
        assertThatThrownBy(() -> store.append(Frames.row(2)).block())
                .isInstanceOf(ReadOnlyStoreException.class)
                .hasMessageContaining("a[1].xyz");
        assertThatThrownBy(() -> store.repair().collectList().block()).isInstanceOf(ReadOnlyStoreException.class);
    }

    @Test
    @DisplayName("the tag changes with every file that comes, goes or changes")
    void tagsTheWhole() throws IOException {
        write("a.xyz", 0, 1);
        ObjectIO store = open("*.xyz");
        List<String> tags = new ArrayList<>();
        tags.add(store.etag().block());
        assertThat(store.etag().block()).isEqualTo(tags.get(0));
        Path second = write("b.xyz", 0, 1);
        tags.add(store.etag().block());
        Files.writeString(second, frame(7), StandardOpenOption.APPEND);
        tags.add(store.etag().block());
        Files.move(second, folder.resolve("c.xyz"));
        tags.add(store.etag().block());
        assertThat(tags).doesNotHaveDuplicates().doesNotContainNull();
    }

    @Test
    @DisplayName("closing waits for a running stream, which goes on into files not opened yet, and refuses new calls")
    void closesBehindStreams() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("f%02d.xyz".formatted(i), i, i + 1);
        }
        ObjectIO store = open("*.xyz");
        List<Disposable> closing = new ArrayList<>();
        StepVerifier.create(store.rows(), 1)
                .expectNextCount(1)
                .then(() -> closing.add(store.close().subscribe()))
                .then(() -> assertThatThrownBy(() -> store.get(0).block()).isInstanceOf(StoreClosedException.class))
                .then(() -> assertThat(closing.get(0).isDisposed()).isFalse())
                .thenRequest(100)
                .expectNextCount(19)
                .verifyComplete();
        store.close().block();
        assertThat(openFiles("f")).isZero();
    }

    @Test
    @DisplayName("calls cancelled at any moment leave nothing open behind the closing")
    void cancelsAnywhere() throws IOException {
        for (int i = 0; i < 300; i++) {
            write("f%03d.xyz".formatted(i), i, i + 1);
        }
        ObjectIO store = open("*.xyz");
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 150; round++) {
            Flux<?> call = switch (random.nextInt(4)) {
                case 0 -> store.rows();
                case 1 -> store.get(random.nextInt(300)).flux();
                case 2 -> store.rowsAt(299, 0, 150);
                default -> store.size().flux();
            };
            Disposable running = call.subscribeOn(Schedulers.parallel()).subscribe();
            for (int spin = random.nextInt(200_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        assertThat(numbers(store.rows())).isEqualTo(range(0, 300));
        store.close().block();
        assertThat(openFiles("f")).isZero();
    }

    @Test
    @DisplayName("patterns, files and memory are put together by concat, over and over, with their views")
    void concatenates() throws IOException {
        write("a.xyz", 0, 3);
        write("b.xyz", 3, 5);
        ObjectIO files = open("*.xyz");
        ObjectIO single = open("a.xyz");
        ObjectIO all = ObjectIO.concat(files, single, files);
        List<Long> expected = List.of(0L, 1L, 2L, 3L, 4L, 0L, 1L, 2L, 0L, 1L, 2L, 3L, 4L);
        assertThat(numbers(all.rows())).isEqualTo(expected);
        assertThat(all.size().block()).isEqualTo(13);
        assertThat(number(all, -6)).isEqualTo(2);
        assertThat(numbers(all.rows("3:-2").rows("::4"))).containsExactly(3L, 2L);
        assertThat(numbers(all.rowsAt(12, 0, 7, 7, -13))).containsExactly(4L, 0L, 2L, 2L, 0L);
        assertThat(all.rows(0, 6).rowsAt(-1, 0).get(0).block().get("info.i")).isEqualTo(0L);
        assertThatThrownBy(() -> all.get(13).block())
                .isInstanceOfSatisfying(
                        RowOutOfBoundsException.class,
                        outside -> assertThat(outside.size()).isEqualTo(13));
        assertThatThrownBy(() -> all.append(Frames.row(1)).block()).isInstanceOf(AtomfluxException.class);
        assertThat(IntStream.range(0, 13)
                        .mapToObj(i -> all.get(i).block().get("info.i"))
                        .toList())
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("a folder that may not be listed is told by name: what is in it must not be left out silently")
    void tellsOfForbiddenFolders() throws IOException {
        write("open/a.xyz", 0, 1);
        Path forbidden = write("forbidden/b.xyz", 1, 2).getParent();
        Files.setPosixFilePermissions(forbidden, java.util.Set.of());
        try {
            org.junit.jupiter.api.Assumptions.assumeFalse(Files.isReadable(forbidden), "nothing is forbidden to root");
            assertThatThrownBy(() -> open("*/*.xyz").size().block())
                    .isInstanceOf(io.atomflux.error.StoreAccessException.class)
                    .hasMessageContaining(forbidden.toString());
        } finally {
            Files.setPosixFilePermissions(
                    forbidden, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        }
    }
}
