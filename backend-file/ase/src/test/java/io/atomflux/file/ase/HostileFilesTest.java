package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HostileFilesTest {

    @TempDir
    Path folder;

    private static ExtxyzStore open(Path file) {
        return new ExtxyzStore(file, ExtxyzOptions.defaults());
    }

    private static ExtxyzStore hiding(Path file) {
        return new ExtxyzStore(file, ExtxyzOptions.defaults().withTorn(ExtxyzOptions.Torn.HIDE));
    }

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Frames::row).toList();
    }

    private static List<Row> content(ExtxyzStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    private Path written(int count) throws IOException {
        Path file = folder.resolve("a.xyz");
        try (ExtxyzStore store = open(file)) {
            store.apply(new Write.Append<>(rows(0, count)));
        }
        return file;
    }

    @Test
    @DisplayName("a count that takes in the frames behind it is told, not taken for a torn end and cut off")
    void wrongCountsAreTold() throws IOException {
        Path file = written(5);
        String text = Files.readString(file);
        int third = text.indexOf("\n3\n", text.indexOf("\n3\n") + 1) + 1;
        for (String count : List.of("4000", "17", "99999999999999999999")) {
            String wrong = text.substring(0, third) + count + text.substring(third + 1);
            Files.writeString(file, wrong);
            try (ExtxyzStore store = hiding(file)) {
                assertThat(store.get(1, Columns.ALL)).isEqualTo(Frames.row(1));
                assertThatThrownBy(store::size)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("frame 2, line 11")
                        .hasMessageContaining(count + " atoms")
                        .hasMessageContaining("line 16");
                assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(7, 8))))
                        .isInstanceOf(CorruptDataException.class);
            }
            assertThat(Files.readString(file)).isEqualTo(wrong);
        }
    }

    @Test
    @DisplayName("where a frame ends is known also right after the file was seen to grow")
    void endsAreKnownAfterGrowth() throws IOException {
        Path file = written(3);
        long before = Files.size(file);
        FrameFile frames = FrameFile.open(file, FileState.of(file), "a.xyz", ExtxyzOptions.defaults());
        try {
            assertThat(frames.size()).isEqualTo(3);
            Files.writeString(file, "1\n\nH 0 0 0\n", StandardOpenOption.APPEND);
            assertThat(frames.accepts(FileState.of(file))).isTrue();
            assertThat(frames.start(3)).isEqualTo(before);
            assertThat(frames.size()).isEqualTo(4);
        } finally {
            frames.release();
        }
    }

    private static byte[] record(long before, long after) {
        ByteBuffer fields = ByteBuffer.allocate(92).putLong(before).putLong(after);
        CRC32C crc = new CRC32C();
        crc.update(fields.array(), 0, 88);
        return fields.putInt(88, (int) crc.getValue()).array();
    }

    @Test
    @DisplayName("a record of an append that is not about this file hides nothing, whatever it claims")
    void lyingRecordsHideNothing() throws IOException {
        Path file = written(3);
        byte[] whole = Files.readAllBytes(file);
        Path beside = AppendRecord.beside(file);
        SplittableRandom random = new SplittableRandom(3);
        byte[] noise = new byte[92];
        random.nextBytes(noise);
        for (byte[] lie : List.of(
                record(0, whole.length),
                record(0, Long.MAX_VALUE),
                record(-5, Long.MAX_VALUE),
                record(Long.MIN_VALUE, Long.MAX_VALUE),
                record(whole.length - 7, whole.length + 1L),
                record(whole.length, 3),
                new byte[0],
                new byte[1 << 20],
                noise)) {
            Files.write(beside, lie);
            try (ExtxyzStore store = open(file)) {
                assertThat(store.size()).isEqualTo(3);
                store.apply(new Write.Append<Row>(List.of()));
            }
            assertThat(Files.readAllBytes(file)).isEqualTo(whole);
            assertThat(beside).doesNotExist();
        }
    }

    @Test
    @DisplayName("what another program wrote over a file with an unfinished append is not cut off")
    void recordsOfOldContentsHideNothing() throws IOException {
        Path file = written(2);
        Path other = folder.resolve("b.xyz");
        try (ExtxyzStore store = open(other)) {
            store.apply(new Write.Append<>(rows(10, 13)));
        }
        byte[] longer = Files.readAllBytes(other);
        byte[] long4 = new byte[4000];
        for (long before : List.of(0L, Files.size(file))) {
            AppendRecord.of(file, before, long4, long4.length).write(file);
            Files.write(file, longer);
            try (ExtxyzStore store = open(file)) {
                assertThat(content(store)).isEqualTo(rows(10, 13));
                store.apply(new Write.Append<>(rows(13, 14)));
                assertThat(content(store)).isEqualTo(rows(10, 14));
            }
        }
    }

    @Test
    @DisplayName("taking the record away by hand leaves at most a torn frame, which is hidden")
    void recordsMayBeTakenAway() throws IOException {
        Path file = written(2);
        byte[] two = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(two, two.length - 90), StandardOpenOption.APPEND);
        try (ExtxyzStore store = hiding(file)) {
            assertThat(content(store)).containsExactly(Frames.row(0), Frames.row(1), Frames.row(0));
            store.apply(new Write.Append<>(rows(5, 6)));
            assertThat(content(store)).containsExactly(Frames.row(0), Frames.row(1), Frames.row(0), Frames.row(5));
        }
    }

    @Test
    @DisplayName("a last line without end that does not hold what it must is an error, and nothing is glued to it")
    void shortLastLinesAreTold() throws IOException {
        Path file = written(3);
        byte[] short1 = java.util.Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 40);
        Files.write(file, short1);
        try (ExtxyzStore store = open(file)) {
            assertThat(store.get(1, Columns.ALL)).isEqualTo(Frames.row(1));
            assertThatThrownBy(store::size)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 2, line 15")
                    .hasMessageContaining("cut short");
            assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(7, 8))))
                    .isInstanceOf(CorruptDataException.class);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(short1);
    }

    @Test
    @DisplayName("files of others beside a file stay, though their names look like ours")
    void othersFilesStay() throws IOException {
        Path file = written(2);
        Path kept = Files.createDirectory(folder.resolve(".a.xyz.atomflux-new-folder"));
        Files.writeString(kept.resolve("x"), "x");
        Path theirs = Files.writeString(folder.resolve(".ab.xyz.atomflux-new-1"), "theirs");
        Path leftover = Files.writeString(folder.resolve(".a.xyz.atomflux-new-1"), "leftover");
        try (ExtxyzStore store = open(file)) {
            store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
            assertThat(content(store)).isEqualTo(rows(1, 2));
        }
        assertThat(kept.resolve("x")).exists();
        assertThat(theirs).exists();
        assertThat(leftover).doesNotExist();
    }

    @Test
    @DisplayName("folders that are missing are made by the first write, and by nothing else")
    void missingFoldersAreMade() throws IOException {
        Path file = folder.resolve("deep/er/a.xyz");
        try (ExtxyzStore store = open(file)) {
            assertThatThrownBy(store::size).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> store.apply(new Write.Delete<>(Selection.at(0), Optional.empty())))
                    .isInstanceOf(StoreNotFoundException.class);
            assertThat(folder).isEmptyDirectory();
            store.apply(new Write.Append<>(rows(0, 2)));
            assertThat(content(store)).isEqualTo(rows(0, 2));
        }
    }

    @Test
    @DisplayName("folders are refused before anything is written beside them")
    void foldersAreRefused() throws IOException {
        Path place = Files.createDirectory(folder.resolve("folder.xyz"));
        try (ExtxyzStore store = open(place)) {
            assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(0, 1))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not a regular file");
        }
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(place);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @DisplayName("pipes and devices are refused at once instead of being read for ever")
    void pipesAreRefused() throws Exception {
        Path pipe = folder.resolve("pipe.xyz");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Path zeros = Files.createSymbolicLink(folder.resolve("zeros.xyz"), Path.of("/dev/zero"));
        for (Path place : List.of(pipe, zeros)) {
            try (ExtxyzStore store = open(place)) {
                assertThatThrownBy(store::size)
                        .isInstanceOf(StoreIoException.class)
                        .hasMessageContaining("regular");
                assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(0, 1))))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("regular");
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @DisplayName("a rewritten file keeps its permissions, and its new content is never open to others")
    void permissionsAreKept() throws IOException {
        Path file = written(2);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        try (ExtxyzStore store = open(file)) {
            store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    @DisplayName("a comment line of very many keys is refused instead of filling memory")
    void hugeCommentsAreRefused() throws IOException {
        StringBuilder text = new StringBuilder("1\n");
        for (int i = 0; i < 100_000; i++) {
            text.append('k').append(i).append(' ');
        }
        Path file = Files.writeString(folder.resolve("k.xyz"), text + "\nH 0 0 0\n");
        try (ExtxyzStore store = open(file)) {
            assertThatThrownBy(() -> store.get(0, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 0, line 2")
                    .hasMessageContaining("keys");
        }
    }

    @Test
    @DisplayName("JSON of very many lists is refused instead of filling memory")
    void hugeJsonIsRefused() throws IOException {
        Path file = Files.writeString(
                folder.resolve("j.xyz"), "1\nx=\"_JSON [" + "[],".repeat(1_100_000) + "[]]\"\nH 0 0 0\n");
        try (ExtxyzStore store = open(file)) {
            assertThatThrownBy(() -> store.get(0, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("key \"x\"")
                    .hasMessageContaining("1048576");
        }
    }

    @Test
    @DisplayName("verify tells every bad frame with its line, and what is hidden behind the last one")
    void verifyTellsEveryBadFrame() throws IOException {
        String good = "1\n\nH 0 0 0\n";
        Path file = Files.writeString(
                folder.resolve("v.xyz"),
                good + "1\n\nH 0 0 x\n" + good + "1\nLattice=5\nH 0 0 0\n1\n\nQq 0 0 0\n" + good + "\nmore\n");
        try (ExtxyzStore store = open(file)) {
            assertThat(store.verify()).hasSize(4);
            assertThat(store.verify().get(0)).contains("frame 1, line 6");
            assertThat(store.verify().get(1)).contains("frame 3, line 11");
            assertThat(store.verify().get(2)).contains("frame 4, line 15");
            assertThat(store.verify().get(3)).contains("blank line");
        }
        Files.writeString(file, good + "3\n\nH 0 0 0\n");
        try (ExtxyzStore store = open(file);
                ExtxyzStore hiding = hiding(file)) {
            assertThat(store.verify()).hasSize(1);
            assertThat(store.verify().get(0)).contains("frame 1, line 4");
            assertThat(hiding.verify()).hasSize(1);
            assertThat(hiding.verify().get(0)).contains("byte 11").contains("torn");
        }
        Files.writeString(file, good.repeat(3));
        try (ExtxyzStore store = open(file)) {
            assertThat(store.verify()).isEmpty();
            AppendRecord.of(file, 22, new byte[40], 40).write(file);
            assertThat(store.verify()).isEmpty();
            byte[] tail = good.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            AppendRecord.of(file, 22, java.util.Arrays.copyOf(tail, 40), 40).write(file);
        }
        try (ExtxyzStore store = open(file)) {
            assertThat(store.size()).isEqualTo(2);
            assertThat(store.verify()).hasSize(1);
            assertThat(store.verify().get(0)).contains("11 bytes").contains("append");
        }
    }
}
