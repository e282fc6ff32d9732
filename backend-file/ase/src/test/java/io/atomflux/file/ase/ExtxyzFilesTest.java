package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtxyzFilesTest {

    @TempDir
    Path folder;

    private ExtxyzStore open(Path file) {
        return new ExtxyzStore(file, ExtxyzOptions.defaults());
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

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    @Test
    @DisplayName("frames of the 3BPA data set have the values of the file")
    void readsRealData() throws IOException {
        byte[] text;
        try (InputStream in = getClass().getResourceAsStream("/3bpa/3BPA-train_300K-first5.xyz")) {
            text = Objects.requireNonNull(in).readAllBytes();
        }
        List<Row> rows = TextFrames.rows(text);
        assertThat(rows).hasSize(5);
        Row first = rows.get(0);
        assertThat(first.get("calc.energy")).isEqualTo(-17660.461737861464);
        assertThat(first.get("info.dihedrals")).isEqualTo(NdArray.of(new double[] {209.44, 80.54, 59.96}));
        assertThat(first.get("cell")).isEqualTo(NdArray.of(new double[] {50, 0, 0, 0, 50, 0, 0, 0, 50}, 3, 3));
        assertThat(first.get("pbc")).isEqualTo(NdArray.of(new boolean[3]));
        NdArray forces = Objects.requireNonNull(first.get("calc.forces", NdArray.class));
        assertThat(forces.shape()).containsExactly(27, 3);
        assertThat(forces.doubleAt(5)).isEqualTo(-1.90941638);
        assertThat(Objects.requireNonNull(first.get("arrays.numbers", NdArray.class))
                        .longAt(3))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("where asked for, a torn last frame is hidden, and cut off by the next write, wherever it is torn")
    void hidesTornFrames() throws IOException {
        Path file = written(3);
        ExtxyzOptions hiding = ExtxyzOptions.defaults().withTorn(ExtxyzOptions.Torn.HIDE);
        byte[] whole = Files.readAllBytes(file);
        int last;
        try (ExtxyzStore store = open(file)) {
            store.get(2, Columns.ALL);
            last = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf("\n3\n") + 1;
        }
        for (int length = last + 1; length < whole.length; length += 5) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            boolean lastLine =
                    new String(whole, length, whole.length - length, StandardCharsets.ISO_8859_1).indexOf('\n')
                            == whole.length - length - 1;
            if (lastLine) {
                continue; // all lines are there: the format cannot tell that the last one is short
            }
            try (ExtxyzStore store = new ExtxyzStore(file, hiding)) {
                assertThat(store.size()).as("cut to %d bytes", length).isEqualTo(2);
                assertThat(content(store)).isEqualTo(rows(0, 2));
                assertThat(store.apply(new Write.Append<>(rows(7, 8)))).isEqualTo(3);
                assertThat(content(store)).containsExactly(Frames.row(0), Frames.row(1), Frames.row(7));
            }
        }
    }

    @Test
    @DisplayName(
            "a last frame another program left torn is an error for whoever reaches it, and nothing is glued to it")
    void refusesTornFrames() throws IOException {
        Path file = written(3);
        byte[] whole = Files.readAllBytes(file);
        byte[] torn = java.util.Arrays.copyOf(whole, whole.length - 120);
        Files.write(file, torn);
        try (ExtxyzStore store = open(file)) {
            assertThat(store.get(1, Columns.ALL)).isEqualTo(Frames.row(1));
            assertThatThrownBy(store::size)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 2")
                    .hasMessageContaining("torn=hide");
            assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(7, 8))))
                    .isInstanceOf(CorruptDataException.class);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(torn);
    }

    @Test
    @DisplayName("what an unfinished append left is hidden from readers, and gone after the next write")
    void hidesUnfinishedAppends() throws IOException {
        Path file = written(2);
        long before = Files.size(file);
        byte[] two = Files.readAllBytes(file);
        for (int there = 0; there < two.length; there += 101) {
            AppendRecord.of(file, before, two, two.length).write(file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(before);
                channel.write(java.nio.ByteBuffer.wrap(two, 0, there), before);
            }
            try (ExtxyzStore store = open(file)) {
                assertThat(content(store))
                        .as("%d of %d bytes", there, two.length)
                        .isEqualTo(rows(0, 2));
                assertThat(store.apply(new Write.Append<>(rows(5, 6)))).isEqualTo(3);
                assertThat(content(store)).containsExactly(Frames.row(0), Frames.row(1), Frames.row(5));
                store.apply(new Write.Delete<>(Selection.at(2), Optional.empty()));
            }
            assertThat(AppendRecord.beside(file)).doesNotExist();
        }
    }

    @Test
    @DisplayName("an append whose bytes are all there counts, though its record was never taken away")
    void keepsFinishedAppends() throws IOException {
        Path file = written(2);
        byte[] two = Files.readAllBytes(file);
        AppendRecord.of(file, two.length, two, two.length).write(file);
        Files.write(file, two, StandardOpenOption.APPEND);
        try (ExtxyzStore store = open(file)) {
            assertThat(store.size()).isEqualTo(4);
            assertThat(store.apply(new Write.Append<>(rows(5, 6)))).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("frames another program appends are found, and streams begun before do not show them")
    void findsAppendedFrames() throws IOException {
        Path file = written(3);
        String text = Files.readString(file);
        try (ExtxyzStore store = open(file);
                BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
            assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Frames.row(0));
            append(file, text);
            assertThat(store.size()).isEqualTo(6);
            assertThat(content(store).subList(3, 6)).isEqualTo(rows(0, 3));
            List<Row> rest = new ArrayList<>();
            for (var batch = reader.next(1); batch.isPresent(); batch = reader.next(1)) {
                rest.add(batch.get().row(0));
            }
            assertThat(rest).isEqualTo(rows(1, 3));
        }
    }

    @Test
    @DisplayName("a stream of a file that is overwritten in place ends, telling how many rows it gave")
    void tellsOverwriting() throws IOException {
        Path file = written(5);
        try (ExtxyzStore store = open(file);
                BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
            reader.next(1);
            reader.next(1);
            Files.writeString(file, "1\n\nH 0 0 0\n");
            assertThatThrownBy(() -> reader.next(1))
                    .isInstanceOfSatisfying(
                            StoreChangedException.class,
                            e -> assertThat(e.emitted()).isEqualTo(2));
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a last line without line end is whole, and stays apart from what is appended")
    void acceptsMissingLineEnd() throws IOException {
        Path file = Files.writeString(folder.resolve("b.xyz"), "1\n\nH 0 0 0\n1\n\nHe 1 2 3");
        try (ExtxyzStore store = open(file)) {
            assertThat(store.size()).isEqualTo(2);
            store.apply(new Write.Append<>(rows(0, 1)));
            assertThat(store.size()).isEqualTo(3);
            store.apply(new Write.Insert<>(0, rows(1, 2)));
            assertThat(store.get(0, Columns.ALL)).isEqualTo(Frames.row(1));
            assertThat(store.get(3, Columns.ALL)).isEqualTo(Frames.row(0));
        }
    }

    @Test
    @DisplayName("blank lines at the end go with the next append; text after a blank line is not overwritten")
    void mindsBlankLines() throws IOException {
        Path file = written(1);
        append(file, "\n  \n");
        try (ExtxyzStore store = open(file)) {
            assertThat(store.apply(new Write.Append<>(rows(1, 2)))).isEqualTo(2);
            assertThat(content(store)).isEqualTo(rows(0, 2));
        }
        append(file, "\n1\n\nH 0 0 0\n");
        String before = Files.readString(file);
        try (ExtxyzStore store = open(file)) {
            assertThat(store.size()).isEqualTo(2);
            assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(1, 2))))
                    .isInstanceOf(UnsupportedDataException.class);
            assertThatThrownBy(() -> store.apply(new Write.Delete<>(Selection.at(0), Optional.empty())))
                    .isInstanceOf(UnsupportedDataException.class);
        }
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    @DisplayName("text that is no frame is harmless to the frames before it, and told when its turn comes")
    void tellsGarbageInItsTurn() throws IOException {
        Path file = written(3);
        append(file, "garbage\n");
        try (ExtxyzStore store = open(file)) {
            assertThat(store.get(2, Columns.ALL)).isEqualTo(Frames.row(2));
            try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                int seen = 0;
                while (seen < 3) {
                    seen += reader.next(1 << 20).orElseThrow().size();
                }
                assertThatThrownBy(() -> reader.next(1 << 20))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("frame 3")
                        .hasMessageContaining("line 16");
            }
            assertThatThrownBy(store::size).isInstanceOf(CorruptDataException.class);
            assertThatThrownBy(() -> store.apply(new Write.Append<>(rows(1, 2))))
                    .isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    @DisplayName("errors in a late frame name its line in the file")
    void namesLines() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            text.append(i % 2 + 1).append("\r\n\r\n").append("H 0 0 0\r\n".repeat(i % 2 + 1));
        }
        Path file = Files.writeString(folder.resolve("c.xyz"), text + "1\n\nH 0 0 x\n");
        try (ExtxyzStore store = open(file)) {
            assertThatThrownBy(() -> store.get(-1, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 3000, line " + (1500 * 3 + 1500 * 4 + 3));
        }
    }

    @Test
    @DisplayName("a frame larger than the bound is refused before it is read; the others are there")
    void boundsFrames() throws IOException {
        Path file = Files.writeString(folder.resolve("d.xyz"), "1\n\nH 0 0 0\n" + "40\n\n" + "H 0 0 0\n".repeat(40));
        try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults().withMaxFrameBytes(100))) {
            assertThat(store.size()).isEqualTo(2);
            assertThat(store.get(0, Columns.ALL).size()).isEqualTo(4);
            assertThatThrownBy(() -> store.get(1, Columns.ALL))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("max_frame_bytes");
            assertThatThrownBy(() -> store.read(Positions.range(0, 2), Columns.ALL))
                    .isInstanceOf(LimitExceededException.class);
        }
    }

    @Test
    @DisplayName("sizes that a text claims and does not have are refused without allocating them")
    void refusesClaims() throws IOException {
        for (String text : List.of(
                "999999999999999999999999\n\nH 0 0 0\n",
                "2000000000\n\nH 0 0 0\n",
                "1\nProperties=species:S:1:pos:R:2000000000\nH 0 0 0\n",
                "1\nProperties=species:S:1:pos:R:3:x:R:1000000\nH 0 0 0\n",
                "1\na=\"_JSON " + "[".repeat(100_000) + "\"\nH 0 0 0\n",
                "2000\nProperties=species:S:1:pos:R:3:x:S:1\nH 0 0 0 " + "x".repeat(1_000_000) + "\n"
                        + "H 0 0 0 x\n".repeat(1999))) {
            try (ExtxyzStore store = open(Files.writeString(folder.resolve("e.xyz"), text))) {
                assertThatThrownBy(() -> store.get(0, Columns.ALL)).isInstanceOf(CorruptDataException.class);
            }
        }
    }

    @Test
    @DisplayName("a missing file is told as such and not made by reading; a folder is refused")
    void tellsMissingFiles() throws IOException {
        try (ExtxyzStore store = open(folder.resolve("none.xyz"))) {
            assertThatThrownBy(store::size).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> store.get(0, Columns.ALL)).isInstanceOf(StoreNotFoundException.class);
            assertThat(folder).isEmptyDirectory();
            assertThat(store.apply(new Write.Append<Row>(List.of()))).isZero();
            assertThat(store.size()).isZero();
            assertThatThrownBy(() -> store.get(0, Columns.ALL)).isInstanceOf(RowOutOfBoundsException.class);
        }
        Files.createDirectory(folder.resolve("folder.xyz"));
        try (ExtxyzStore store = open(folder.resolve("folder.xyz"))) {
            assertThatThrownBy(store::size).isInstanceOf(StoreIoException.class);
        }
    }

    @Test
    @DisplayName("through a symbolic link the file behind it is changed, and the link stays")
    void followsLinks() throws IOException {
        Path file = written(2);
        Path link = Files.createSymbolicLink(folder.resolve("link.xyz"), file);
        try (ExtxyzStore store = open(link)) {
            store.apply(new Write.Insert<>(0, rows(9, 10)));
            store.apply(new Write.Append<>(rows(10, 11)));
        }
        assertThat(link).isSymbolicLink();
        try (ExtxyzStore store = open(file)) {
            assertThat(content(store)).containsExactly(Frames.row(9), Frames.row(0), Frames.row(1), Frames.row(10));
        }
    }

    @Test
    @DisplayName("a refused row changes nothing, and nothing is left beside the file")
    void refusedRowsChangeNothing() throws IOException {
        Path file = written(3);
        byte[] before = Files.readAllBytes(file);
        List<Row> bad = List.of(Frames.row(1), Frames.row(2).merge(Row.of("info.energy", 1)));
        try (ExtxyzStore store = open(file)) {
            assertThatThrownBy(() -> store.apply(new Write.Append<>(bad)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("row 4, key info.energy");
            assertThatThrownBy(() -> store.apply(new Write.Put<>(Selection.ALL.pick(0, 1), bad, Optional.empty())))
                    .isInstanceOf(UnsupportedDataException.class);
            assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(Row.reserved()))))
                    .isInstanceOf(UnsupportedStoreOperationException.class);
            assertThatThrownBy(() -> store.apply(new Write.Drop<>(Selection.ALL, List.of("cell"))))
                    .isInstanceOf(UnsupportedStoreOperationException.class);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> names = Files.list(folder)) {
            assertThat(names.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("a.xyz", ".a.xyz.atomflux-lock");
        }
    }

    @Test
    @DisplayName("appends that come together are one commit, and a bad one among them fails alone")
    void groupsAppends() throws IOException {
        Path file = written(1);
        List<Write<Row>> writes = List.of(
                new Write.Append<>(rows(1, 3)),
                new Write.Append<>(List.of(Row.empty())),
                new Write.Append<>(rows(3, 4)),
                new Write.Append<>(rows(4, 5)));
        try (ExtxyzStore store = open(file)) {
            var results = store.applyAll(writes);
            assertThat(results.get(0).size()).isEqualTo(3);
            assertThat(results.get(1).failure()).isInstanceOf(UnsupportedDataException.class);
            assertThat(results.get(2).size()).isEqualTo(4);
            assertThat(results.get(3).size()).isEqualTo(5);
            assertThat(content(store)).isEqualTo(rows(0, 5));
        }
    }

    @Test
    @DisplayName("options are read by name or typed; unknown ones, groups and nonsense are refused")
    void readsOptions() {
        AseFilesProvider provider = new AseFilesProvider();
        Location place = Location.of(folder.resolve("o.xyz"));
        assertThat(ExtxyzOptions.from(java.util.Map.of("max_frame_bytes", "1M", "constraints", "drop")))
                .isEqualTo(ExtxyzOptions.defaults()
                        .withMaxFrameBytes(1 << 20)
                        .withConstraints(ExtxyzOptions.Constraints.DROP));
        for (OpenOptions options : List.of(
                OpenOptions.ofGroup("train"),
                OpenOptions.none().with("colour", "red"),
                OpenOptions.none().with("constraints", "keep"),
                OpenOptions.none().with("max_frame_bytes", "5G"),
                OpenOptions.none().with("max_frame_bytes", "5").with(ExtxyzOptions.defaults()))) {
            assertThatThrownBy(() -> provider.open(place, options)).isInstanceOf(InvalidOptionException.class);
        }
        assertThat(provider.open(place, OpenOptions.ofReadOnly()).capabilities())
                .doesNotContain(Capability.APPEND, Capability.SET, Capability.REMOVE);
        assertThat(folder).isEmptyDirectory();
    }
}
