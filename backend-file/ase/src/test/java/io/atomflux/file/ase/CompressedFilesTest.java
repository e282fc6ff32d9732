package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of frames in files that are compressed as a whole. */
class CompressedFilesTest {

    @TempDir
    Path folder;

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Frames::row).toList();
    }

    private static byte[] text(int from, int to) {
        TextBuffer text = new TextBuffer();
        FrameWriter writer = new FrameWriter("test", ExtxyzOptions.defaults());
        for (int i = from; i < to; i++) {
            writer.write(Frames.row(i), i, text);
        }
        return text.toArray();
    }

    private static byte[] member(Compression kind, byte[] text) throws IOException {
        return kind.member(text, text.length);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private Path file(Compression kind, byte[]... parts) throws IOException {
        Path file = folder.resolve("a.xyz" + (kind == Compression.GZIP ? ".gz" : ".zst"));
        return Files.write(file, joined(parts));
    }

    private ExtxyzStore open(Path file) {
        return new ExtxyzStore(file, ExtxyzOptions.defaults());
    }

    private static List<Row> content(ExtxyzStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    private static BlockingReader<Row> stream(ExtxyzStore store) throws IOException {
        return store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
    }

    private static void addTo(List<Row> rows, Batch<Row> batch) {
        for (int i = 0; i < batch.size(); i++) {
            rows.add(batch.row(i));
        }
    }

    private static List<Row> rest(BlockingReader<Row> reader) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (var batch = reader.next(4096); batch.isPresent(); batch = reader.next(4096)) {
            addTo(rows, batch.get());
        }
        return rows;
    }

    private static byte[] plain(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                InputStream inflated =
                        file.toString().endsWith(".gz") ? new GZIPInputStream(in) : new ZstdInputStream(in)) {
            return inflated.readAllBytes();
        }
    }

    @Test
    @DisplayName("a gzip file that ASE wrote is read as ASE reads it")
    void readsTheGoldenFile() throws IOException {
        try (ExtxyzStore store = open(Golden.copy("w-short.xyz.gz", folder))) {
            assertThat(content(store)).isEqualTo(Golden.rows("w-short.xyz.gz"));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    @DisplayName("members behind each other are one text, wherever they cut it")
    void readsMembersBehindEachOther(Compression kind) throws IOException {
        byte[] text = text(0, 30);
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 20; round++) {
            List<byte[]> members = new ArrayList<>();
            for (int at = 0; at < text.length; ) {
                int end = Math.min(text.length, at + random.nextInt(0, 4000));
                members.add(member(kind, Arrays.copyOfRange(text, at, end)));
                at = end;
            }
            try (ExtxyzStore store = open(file(kind, members.toArray(byte[][]::new)))) {
                assertThat(store.get(-1, Columns.ALL)).isEqualTo(Frames.row(29));
                assertThat(content(store)).isEqualTo(rows(0, 30));
            }
        }
    }

    @Test
    @DisplayName("zeros behind gzip members, and skippable frames between those of Zstandard, are nothing")
    void readsPadding() throws IOException {
        byte[] zeros = new byte[700];
        try (ExtxyzStore store = open(file(
                Compression.GZIP,
                member(Compression.GZIP, text(0, 2)),
                zeros,
                member(Compression.GZIP, text(2, 4)),
                zeros))) {
            assertThat(content(store)).isEqualTo(rows(0, 4));
        }
        byte[] skippable = ByteBuffer.allocate(8 + 100_000)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x184D2A53)
                .putInt(100_000)
                .array();
        try (ExtxyzStore store = open(file(
                Compression.ZSTD,
                skippable,
                member(Compression.ZSTD, text(0, 2)),
                skippable,
                member(Compression.ZSTD, text(2, 4)),
                skippable))) {
            assertThat(content(store)).isEqualTo(rows(0, 4));
        }
    }

    @Test
    @DisplayName("optional fields of a gzip header are skipped")
    void readsLongHeaders() throws IOException {
        byte[] member = member(Compression.GZIP, text(0, 3));
        byte[] header = {0x1f, (byte) 0x8b, 8, 4 | 8 | 16 | 2, 1, 2, 3, 4, 0, 3};
        byte[] fields = joined(
                new byte[] {3, 0, 'e', 'x', 't'},
                "name\0".getBytes(StandardCharsets.ISO_8859_1),
                "comment\0".getBytes(StandardCharsets.ISO_8859_1),
                new byte[] {9, 9});
        try (ExtxyzStore store =
                open(file(Compression.GZIP, header, fields, Arrays.copyOfRange(member, 10, member.length)))) {
            assertThat(content(store)).isEqualTo(rows(0, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.xyz.gz", "a.extxyz.zst"})
    @DisplayName("what is appended is one more member, seen at once, and inflates to the text of a plain file")
    void appendsMembers(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] text = {};
        try (ExtxyzStore store = open(file);
                ExtxyzStore reader = open(file)) {
            for (int i = 0; i < 12; i++) {
                byte[] before = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
                assertThat(store.apply(new Write.Append<>(rows(2 * i, 2 * i + 2))))
                        .isEqualTo(2 * i + 2);
                assertThat(Arrays.copyOf(Files.readAllBytes(file), before.length))
                        .isEqualTo(before);
                text = joined(text, text(2 * i, 2 * i + 2));
                assertThat(plain(file)).isEqualTo(text);
                assertThat(reader.get(-1, Columns.ALL)).isEqualTo(Frames.row(2 * i + 1));
                assertThat(reader.size()).isEqualTo(2 * i + 2);
            }
        }
    }

    @Test
    @DisplayName("appending goes on behind a last line without an end, and behind blank lines")
    void appendsBehindOpenEnds() throws IOException {
        byte[] two = text(0, 2);
        try (ExtxyzStore store =
                open(file(Compression.GZIP, member(Compression.GZIP, Arrays.copyOf(two, two.length - 1))))) {
            store.apply(new Write.Append<>(rows(2, 3)));
            assertThat(content(store)).isEqualTo(rows(0, 3));
        }
        try (ExtxyzStore store = open(file(
                Compression.GZIP,
                member(Compression.GZIP, joined(two, "\n \n".getBytes(StandardCharsets.US_ASCII)))))) {
            assertThat(store.size()).isEqualTo(2);
            store.apply(new Write.Append<>(rows(2, 3)));
            assertThat(content(store)).isEqualTo(rows(0, 3));
        }
    }

    @Test
    @DisplayName("a stream shows the rows of its beginning while the file grows; a new one shows all")
    void streamsKeepTheirState() throws IOException {
        Path file = file(Compression.GZIP, member(Compression.GZIP, text(0, 50)));
        try (ExtxyzStore store = open(file);
                BlockingReader<Row> running = stream(store)) {
            List<Row> seen = new ArrayList<>();
            addTo(seen, running.next(1).orElseThrow());
            for (int i = 50; i < 53; i++) {
                store.apply(new Write.Append<>(rows(i, i + 1)));
                assertThat(store.size()).isEqualTo(i + 1);
            }
            seen.addAll(rest(running));
            assertThat(seen).isEqualTo(rows(0, 50));
            try (BlockingReader<Row> later = stream(store)) {
                assertThat(rest(later)).isEqualTo(rows(0, 53));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    @DisplayName("a stream cut short is told with the frame reached; those before can be read")
    void tellsTruncation(Compression kind) throws IOException {
        byte[] whole = joined(member(kind, text(0, 10)), member(kind, text(10, 20)), member(kind, text(20, 30)));
        int first = member(kind, text(0, 10)).length;
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 30; round++) {
            int length = random.nextInt(first + 1, whole.length);
            Path file = file(kind, Arrays.copyOf(whole, length));
            try (ExtxyzStore store = open(file);
                    BlockingReader<Row> running = stream(store)) {
                List<Row> seen = new ArrayList<>();
                assertThatThrownBy(() -> {
                            for (var batch = running.next(1); batch.isPresent(); batch = running.next(1)) {
                                addTo(seen, batch.get());
                            }
                            assertThat(seen).as("cut between members").hasSizeLessThan(30);
                            throw new CorruptDataException("", "frame " + seen.size(), "inside", null);
                        })
                        .as("cut to %d of %d bytes", length, whole.length)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("frame " + seen.size())
                        .hasMessageContaining("inside");
                assertThat(seen).hasSizeGreaterThanOrEqualTo(10).isEqualTo(rows(0, seen.size()));
                for (int i = 0; i < seen.size(); i++) {
                    assertThat(store.get(i, Columns.ALL)).isEqualTo(Frames.row(i));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    @DisplayName("a changed byte is told or changes nothing, and never hangs")
    void tellsDamage(Compression kind) throws IOException {
        byte[] whole = joined(member(kind, text(0, 10)), member(kind, text(10, 20)));
        int first = member(kind, text(0, 10)).length;
        SplittableRandom random = new SplittableRandom(15);
        int told = 0;
        for (int round = 0; round < 80; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(first + 10, whole.length)] ^= (byte) (1 << random.nextInt(8));
            try (ExtxyzStore store = open(file(kind, damaged))) {
                assertThat(store.get(8, Columns.ALL)).isEqualTo(Frames.row(8));
                List<String> problems = store.verify();
                if (problems.isEmpty()) {
                    assertThat(content(store)).isEqualTo(rows(0, 20));
                } else {
                    told++;
                    assertThat(problems)
                            .allSatisfy(problem -> assertThat(problem).contains("a.xyz", "frame "));
                    assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(20, 21))))
                            .isInstanceOf(CorruptDataException.class);
                }
            }
        }
        assertThat(told).isGreaterThan(65);
    }

    @Test
    @DisplayName("what stands behind a member and is none is told, after all frames")
    void tellsGarbage() throws IOException {
        try (ExtxyzStore store = open(file(
                Compression.GZIP,
                member(Compression.GZIP, text(0, 2)),
                "garbage".getBytes(StandardCharsets.US_ASCII)))) {
            assertThat(store.get(1, Columns.ALL)).isEqualTo(Frames.row(1));
            assertThatThrownBy(store::size)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 2")
                    .hasMessageContaining("no gzip member begins at byte");
        }
        Path plainText = Files.write(folder.resolve("plain.xyz.gz"), text(0, 2));
        try (ExtxyzStore store = open(plainText)) {
            assertThatThrownBy(() -> store.get(0, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("no gzip member begins at byte 0");
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    @DisplayName(
            "only as much is inflated as is read: the first frames of a bomb cost nothing, the rest meets its bound")
    void inflatesLazily(Compression kind) throws IOException {
        byte[] claim = "9\n".getBytes(StandardCharsets.US_ASCII);
        byte[] bomb = member(kind, new byte[16 << 20]);
        assertThat(bomb.length).isLessThan(100_000);
        Path file = file(kind, member(kind, joined(text(0, 5), claim)), bomb);
        ExtxyzOptions bounded = ExtxyzOptions.from(java.util.Map.of("max_inflated_bytes", "1M"));
        try (ExtxyzStore store = new ExtxyzStore(file, bounded)) {
            for (int i = 0; i < 4; i++) {
                assertThat(store.get(i, Columns.ALL)).isEqualTo(Frames.row(i));
            }
            assertThatThrownBy(store::size)
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("a.xyz")
                    .hasMessageContaining("max_inflated_bytes");
            assertThat(store.get(4, Columns.ALL)).isEqualTo(Frames.row(4));
        }
    }

    @Test
    @DisplayName("the inflated copy has no name where the system allows that, and is gone with the store")
    void leavesNothing() throws IOException {
        Path spool = Files.createDirectory(folder.resolve("spool"));
        Path file = file(Compression.GZIP, member(Compression.GZIP, text(0, 5)));
        ExtxyzOptions options = ExtxyzOptions.defaults().withSpoolFolder(spool);
        try (ExtxyzStore store = new ExtxyzStore(file, options)) {
            assertThat(store.size()).isEqualTo(5);
            if (java.io.File.separatorChar == '/') {
                assertThat(list(spool)).isEmpty();
            }
        }
        assertThat(list(spool)).isEmpty();
        Files.delete(spool);
        try (ExtxyzStore store = new ExtxyzStore(file, options)) {
            assertThatThrownBy(store::size)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("spool_dir")
                    .hasMessageContaining(spool.toString());
            Files.createDirectory(spool);
            assertThat(store.size()).isEqualTo(5);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    @Test
    @DisplayName("members that another program adds or takes away are seen by the next call")
    void seesOtherPrograms() throws IOException {
        byte[] first = member(Compression.GZIP, text(0, 5));
        Path file = file(Compression.GZIP, first);
        try (ExtxyzStore store = open(file)) {
            assertThat(store.size()).isEqualTo(5);
            byte[] second = member(Compression.GZIP, text(5, 8));
            Files.write(file, Arrays.copyOf(second, 20), StandardOpenOption.APPEND);
            assertThatThrownBy(store::size).isInstanceOf(CorruptDataException.class);
            assertThat(store.get(4, Columns.ALL)).isEqualTo(Frames.row(4));
            Files.write(file, Arrays.copyOfRange(second, 20, second.length), StandardOpenOption.APPEND);
            assertThat(content(store)).isEqualTo(rows(0, 8));
            Files.write(file, member(Compression.GZIP, text(7, 9)));
            assertThat(content(store)).isEqualTo(rows(7, 9));
            Files.write(file, new byte[0]);
            assertThat(store.size()).isZero();
        }
    }

    @Test
    @DisplayName("a process killed while it appends members leaves whole batches only")
    void killedProcessesLeaveWholeMembers() throws Exception {
        Path file = folder.resolve("killed.xyz.gz");
        int known = 0;
        for (int kill = 0; kill < 2; kill++) {
            Process process = AppendingProcess.start(file, 1000 * kill, 1000);
            try (var output = AppendingProcess.output(process)) {
                for (String line; (line = output.readLine()) != null; ) {
                    known += line.startsWith("done ") ? 1 : 0;
                    if (known % 4 == 3) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            process.waitFor();
            try (ExtxyzStore store = open(file)) {
                assertThat(store.size() % AppendingProcess.BATCH).isZero();
                assertThat(store.size() / AppendingProcess.BATCH).isBetween((long) known, known + kill + 1L);
                for (Row row : content(store)) {
                    assertThat(row)
                            .isEqualTo(Frames.row(
                                    ((Long) java.util.Objects.requireNonNull(row.get("info.step"))).intValue()));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.xyz.bz2", "a.extxyz.XZ"})
    @DisplayName("other compressions are refused at the call, with what to do")
    void refusesOthers(String name) {
        assertThatThrownBy(() -> new AseFilesProvider().open(Location.of(folder.resolve(name)), OpenOptions.none()))
                .isInstanceOf(UnsupportedStoreOperationException.class)
                .hasMessageContaining("--keep");
    }
}
