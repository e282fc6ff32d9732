package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flipped and missing bytes in the files of the index. */
@Timeout(60)
class DamageTest {

    private static final boolean PROOF = Boolean.getBoolean("atomflux.proof");
    private static final Bytes FIRST = Bytes.of((byte) 0);
    private static final Bytes LAST = Bytes.of((byte) 0xff);

    @TempDir
    Path temporary;

    private Path index;
    private List<Catalog.Entry> whole;
    private List<Catalog.Entry> beforeLast;

    @BeforeEach
    void fill() throws IOException {
        IndexFiles files = files();
        files.disk.makeFolder(temporary.resolve("store"));
        IndexWriter.create(files, "0".repeat(32), List.of());
        index = files.folder;
        IndexWriter writer = new IndexWriter(files, 20_000);
        SplittableRandom random = new SplittableRandom(3);
        whole = List.of();
        for (int i = 0; i < 300; i++) {
            byte[] value = new byte[random.nextInt(400)];
            random.nextBytes(value);
            beforeLast = whole;
            writer.commit(List.of(Commit.builder()
                    .put(Bytes.ofText("key" + random.nextInt(500)), Bytes.wrap(value))
                    .put(Bytes.ofText("key" + i), Bytes.ofText("" + i))
                    .build()));
            if (i < 297) {
                writer.flushIfLong();
            }
            whole = i < 295 ? whole : all(files);
        }
        writer.close();
        files.close();
    }

    private IndexFiles files() {
        return new IndexFiles(
                new LocalDisk(false), temporary.resolve("store/index"), "the store", new BlockCache(1 << 20));
    }

    private static List<Catalog.Entry> all(IndexFiles files) throws IOException {
        View view = files.fresh();
        try {
            return view.page(FIRST, LAST, 10_000, Long.MAX_VALUE);
        } finally {
            view.release();
        }
    }

    private List<Catalog.Entry> read() throws IOException {
        IndexFiles files = files();
        try {
            return all(files);
        } finally {
            files.close();
        }
    }

    private List<Path> ending(String suffix) throws IOException {
        try (Stream<Path> paths = Files.list(index)) {
            return paths.filter(path -> path.toString().endsWith(suffix)).toList();
        }
    }

    /** Reads with a file changed; what is told must name the file, and nothing else may be wrong. */
    private boolean isNoticed(Path file, byte[] changed, List<Catalog.Entry> allowed) throws IOException {
        byte[] right = Files.readAllBytes(file);
        Files.write(file, changed);
        try {
            assertThat(read()).isIn(whole, allowed);
            return false;
        } catch (CorruptDataException e) {
            assertThat(e.place()).isEqualTo(file.getFileName().toString());
            assertThat(e.problem()).contains("rebuild");
            return true;
        } finally {
            Files.write(file, right);
        }
    }

    private int flips(Path file, List<Catalog.Entry> allowed, int step) throws IOException {
        byte[] right = Files.readAllBytes(file);
        int unnoticed = 0;
        for (int at = 0; at < right.length; at += step) {
            byte[] changed = right.clone();
            changed[at] ^= (byte) (1 << at % 8);
            unnoticed += isNoticed(file, changed, allowed) ? 0 : 1;
        }
        return unnoticed;
    }

    private int cuts(Path file, List<Catalog.Entry> allowed, int step) throws IOException {
        byte[] right = Files.readAllBytes(file);
        int unnoticed = 0;
        for (int length = 0; length < right.length; length += step) {
            unnoticed += isNoticed(file, java.util.Arrays.copyOf(right, length), allowed) ? 0 : 1;
        }
        return unnoticed;
    }

    @Test
    @DisplayName("a flipped or missing byte of a run is told as damage that names the file")
    void runs() throws IOException {
        assertThat(ending(".run")).hasSizeGreaterThan(1);
        int step = PROOF ? 1 : 307;
        for (Path run : ending(".run")) {
            assertThat(flips(run, whole, step)).isZero();
            assertThat(cuts(run, whole, step)).isZero();
        }
    }

    @Test
    @DisplayName("a flipped or missing byte of the file that names the current ones is told")
    void current() throws IOException {
        assertThat(flips(index.resolve(Current.FILE), whole, 1)).isZero();
        assertThat(cuts(index.resolve(Current.FILE), whole, 1)).isZero();
    }

    @Test
    @DisplayName(
            "a flipped byte of the log is told; only in the last commit it may be what a crash leaves, and that one goes whole")
    void log() throws IOException {
        Path log = ending(".log").get(0);
        int size = (int) Files.size(log);
        int unnoticed = flips(log, beforeLast, PROOF ? 1 : 9);
        assertThat(unnoticed).isPositive().isLessThan(PROOF ? 600 : 70).isLessThan(size / 3);
    }

    @Test
    @DisplayName("a log that is cut gives the commits before the cut, each whole")
    void cutLog() throws IOException {
        Path log = ending(".log").get(0);
        byte[] right = Files.readAllBytes(log);
        List<Integer> sizes = new ArrayList<>();
        for (int length = LogFile.HEADER; length <= right.length; length += PROOF ? 1 : 41) {
            Files.write(log, java.util.Arrays.copyOf(right, length));
            sizes.add(read().size());
        }
        assertThat(sizes).isSorted();
    }

    @Test
    @DisplayName(
            "a missing run, log or CURRENT is told by name, and making a store does not replace it by an empty one")
    void missing() throws IOException {
        List<Path> files = new ArrayList<>(ending(".run"));
        files.addAll(ending(".log"));
        for (Path file : files) {
            byte[] right = Files.readAllBytes(file);
            Files.delete(file);
            assertThatThrownBy(this::read)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(file.getFileName().toString());
            Files.write(file, right);
        }
        Files.delete(index.resolve(Current.FILE));
        assertThatThrownBy(() -> IndexWriter.create(files(), "1".repeat(32), List.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(Current.FILE);
    }

    @Test
    @DisplayName("one who has the store open is told of a log that was cut below what it has read")
    void openLogIsCut() throws IOException {
        IndexFiles files = files();
        assertThat(all(files)).isEqualTo(whole);
        Path log = ending(".log").get(0);
        Files.write(log, java.util.Arrays.copyOf(Files.readAllBytes(log), LogFile.HEADER));
        assertThatThrownBy(() -> all(files))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("shorter");
        files.close();
    }

    @Test
    @DisplayName("damage in a commit before others is not cut away by the next writer")
    void writersNotice() throws IOException {
        Path log = ending(".log").get(0);
        byte[] bytes = Files.readAllBytes(log);
        bytes[LogFile.HEADER + 30] ^= 1;
        Files.write(log, bytes);
        IndexFiles files = files();
        IndexWriter writer = new IndexWriter(files, 20_000);
        assertThatThrownBy(() ->
                        writer.commit(List.of(Commit.builder().put(FIRST, FIRST).build())))
                .isInstanceOf(CorruptDataException.class);
        assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
        files.close();
    }
}
