package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A file of a trajectory")
class TrajFilesTest {

    @TempDir
    Path folder;

    private TrajStore open(String name) {
        return new TrajStore(folder.resolve(name), TrajOptions.defaults());
    }

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(TrajRows::row).toList();
    }

    private static List<Row> content(TrajStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    private static Row with(String key, Object value) {
        Map<String, Object> row = new LinkedHashMap<>(TrajRows.row(3).toMap());
        row.put(key, value);
        return Row.of(row);
    }

    static Stream<Map.Entry<String, Object>> refusals() {
        return Stream.of(
                Map.entry("arrays.custom", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("arrays.numbers", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("arrays.positions", NdArray.zeros(DType.FLOAT64, 2, 3)),
                Map.entry("arrays.tags", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("arrays.masses", NdArray.zeros(DType.FLOAT64, 4)),
                Map.entry("arrays.momenta", NdArray.zeros(DType.COMPLEX128, 3, 3)),
                Map.entry("info.k", Bytes.of((byte) 1)),
                Map.entry("info.k", List.of(Map.of("a", NdArray.zeros(DType.bytes(2), 1)))),
                Map.entry("info.k", Map.of("__ndarray__", 5L)),
                Map.entry("info.__complex__", 5L),
                Map.entry("calc.bandgap", 5.0),
                Map.entry("calc.energy", "x"),
                Map.entry("calc.forces", List.of()),
                Map.entry("cell", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("pbc", true),
                Map.entry("extra", 1L),
                Map.entry("constraints", List.of()),
                Map.entry("constraints", List.of("FixAtoms")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    @DisplayName("refuses what an item cannot hold, naming row and key, and stays as it was")
    void refusesWhatIsLost(Map.Entry<String, Object> entry) throws IOException {
        try (TrajStore store = open("refusing.traj")) {
            store.apply(new Write.Append<>(rows(0, 2)));
            byte[] before = Files.readAllBytes(folder.resolve("refusing.traj"));
            Row bad = with(entry.getKey(), entry.getValue());
            String place = entry.getKey().startsWith("info.") ? "key info" : "key " + entry.getKey();
            assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(TrajRows.row(5), bad))))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("refusing.traj")
                    .hasMessageContaining("row 3, " + place);
            assertThatThrownBy(() -> store.apply(new Write.Insert<>(1, List.of(bad))))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("row 1, " + place);
            assertThat(Files.readAllBytes(folder.resolve("refusing.traj"))).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("gives back random rows, appended in batches and changed by position")
    void randomRowsComeBack() throws IOException {
        SplittableRandom random = new SplittableRandom(77);
        List<Row> rows = new ArrayList<>();
        try (TrajStore store = open("random.traj")) {
            for (int i = 0; i < 30; i++) {
                List<Row> batch = Stream.generate(() -> TrajRows.random(random))
                        .limit(random.nextInt(6))
                        .toList();
                store.apply(new Write.Append<>(batch));
                rows.addAll(batch);
                if (i % 4 == 3) {
                    int at = random.nextInt(rows.size());
                    rows.set(at, TrajRows.random(random));
                    store.apply(new Write.Put<>(Selection.at(at), List.of(rows.get(at)), Optional.empty()));
                    rows.remove(0);
                    store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
                }
                assertThat(content(store)).isEqualTo(rows);
            }
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("widens numbers as ASE does")
    void widensNumbers() throws IOException {
        try (TrajStore store = open("wide.traj")) {
            store.apply(new Write.Append<>(List.of(
                    with("info.k", NdScalar.of(0.5f)),
                    with("arrays.tags", NdArray.of(new int[] {1, 2, 3})),
                    with("calc.forces", NdArray.zeros(DType.FLOAT32, 3, 3)),
                    with("calc.energy", NdScalar.of(2)))));
            assertThat(store.get(0, Columns.ALL).get("info.k")).isEqualTo(0.5);
            assertThat(store.get(1, Columns.ALL).get("arrays.tags")).isEqualTo(NdArray.of(new long[] {1, 2, 3}));
            assertThat(store.get(2, Columns.ALL).get("calc.forces")).isEqualTo(NdArray.zeros(DType.FLOAT64, 3, 3));
            assertThat(store.get(3, Columns.ALL).get("calc.energy")).isEqualTo(2L);
        }
    }

    @Test
    @DisplayName("keeps values of info JSON has not")
    void keepsTaggedValues() throws IOException {
        Row row = with("info.k", Map.of("z", new Complex(0, -0.0), "12", List.of(NdArray.zeros(DType.INT8, 0, 2))));
        assertThat(TrajRows.isKept(row)).isTrue();
        Row time = with("info.k", Map.of("__datetime__", "2020-01-02T03:04:05.000006"));
        assertThat(TrajRows.isKept(time)).isTrue();
    }

    @Test
    @DisplayName("shows frames appended by another store at once, to this one and to none of its running streams")
    void seesAppends() throws IOException {
        try (TrajStore one = open("shared.traj");
                TrajStore two = open("shared.traj")) {
            one.apply(new Write.Append<>(rows(0, 3)));
            assertThat(two.size()).isEqualTo(3);
            try (var reader = two.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                assertThat(reader.next(1).orElseThrow().size()).isEqualTo(1);
                one.apply(new Write.Append<>(rows(3, 50)));
                assertThat(two.size()).isEqualTo(50);
                assertThat(reader.next(1 << 20).orElseThrow().size()).isEqualTo(2);
                assertThat(reader.next(1)).isEmpty();
            }
            assertThat(content(two)).isEqualTo(rows(0, 50));
            assertThat(one.etag()).isEqualTo(two.etag());
        }
    }

    @Test
    @DisplayName("goes on with the file it began with while it is rewritten, and tells if it is overwritten in place")
    void streamsKeepTheirFile() throws IOException {
        Path file = folder.resolve("moving.traj");
        try (TrajStore store = open("moving.traj")) {
            store.apply(new Write.Append<>(rows(0, 5)));
            try (var reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                reader.next(1);
                store.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
                assertThat(store.size()).isEqualTo(4);
                assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(TrajRows.row(1));
            }
            try (var reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                reader.next(1);
                byte[] other;
                try (TrajStore second = open("second.traj")) {
                    second.apply(new Write.Append<>(rows(10, 20)));
                    other = Files.readAllBytes(folder.resolve("second.traj"));
                }
                Files.write(file, other, StandardOpenOption.TRUNCATE_EXISTING);
                assertThatThrownBy(() -> reader.next(1)).isInstanceOf(StoreChangedException.class);
            }
            assertThat(content(store)).isEqualTo(rows(10, 20));
        }
    }

    @Test
    @DisplayName("does not show what a writer left behind the last frame, and appends behind it")
    void leftoversStayAGap() throws IOException {
        Path file = folder.resolve("gap.traj");
        try (TrajStore store = open("gap.traj")) {
            store.apply(new Write.Append<>(rows(0, 2)));
            Files.write(file, new byte[333], StandardOpenOption.APPEND);
            assertThat(content(store)).isEqualTo(rows(0, 2));
            store.apply(new Write.Append<>(rows(2, 4)));
            assertThat(content(store)).isEqualTo(rows(0, 4));
        }
    }

    /** Every beginning of the steps of an append, as a crash would leave it. */
    @Test
    @DisplayName("has the frames before or after an append, whatever of it was done when the power went")
    void everyPointOfAnAppendIsSound() throws IOException {
        for (int before : new int[] {0, 1, 3, 41, 42}) {
            Path file = folder.resolve("crash-" + before + ".traj");
            byte[] old;
            byte[] done;
            try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
                store.apply(new Write.Append<>(rows(0, before)));
                old = Files.readAllBytes(file);
                store.apply(new Write.Append<>(rows(before, before + 3)));
                done = Files.readAllBytes(file);
            }
            SplittableRandom random = new SplittableRandom(before);
            for (int i = 0; i < 40; i++) {
                byte[] torn = java.util.Arrays.copyOf(old, random.nextInt(old.length, done.length + 1));
                // Places in the old table and whatever part of the new bytes was written, in any order.
                for (int at = 48; at < torn.length; at++) {
                    if ((at >= old.length || torn[at] != done[at]) && random.nextBoolean()) {
                        torn[at] = done[at];
                    }
                }
                Files.write(file, torn);
                try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
                    assertThat(content(store)).isEqualTo(rows(0, before));
                    store.apply(new Write.Append<>(rows(before, before + 2)));
                    assertThat(content(store)).isEqualTo(rows(0, before + 2));
                }
            }
            byte[] moved = done.clone();
            System.arraycopy(old, 32, moved, 32, 8); // the table's place was written, the number not
            Files.write(file, moved);
            try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
                assertThat(content(store)).isEqualTo(rows(0, before));
                store.apply(new Write.Append<>(rows(before, before + 2)));
                assertThat(content(store)).isEqualTo(rows(0, before + 2));
            }
        }
    }

    @Test
    @DisplayName("tells what is wrong with a file that is no trajectory, or cut")
    void tellsWhatIsWrong() throws IOException {
        assertThatThrownBy(() -> open("none.traj").size()).isInstanceOf(StoreNotFoundException.class);
        Files.write(folder.resolve("other.traj"), "12 atoms".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> open("other.traj").size()).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> open("other.traj").apply(new Write.Append<>(rows(0, 1))))
                .isInstanceOf(ForeignDataException.class);
        Files.write(folder.resolve("empty.traj"), new byte[0]);
        assertThatThrownBy(() -> open("empty.traj").size())
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("empty");
        byte[] full = Golden.bytes("changing.traj");
        Files.write(folder.resolve("head.traj"), java.util.Arrays.copyOf(full, 40));
        assertThatThrownBy(() -> open("head.traj").size()).isInstanceOf(CorruptDataException.class);
        Files.write(folder.resolve("cut.traj"), java.util.Arrays.copyOf(full, 3000));
        try (TrajStore store = open("cut.traj")) {
            assertThat(store.size()).isEqualTo(7);
            assertThat(store.get(5, Columns.ALL).size()).isGreaterThan(3);
            assertThatThrownBy(() -> store.get(6, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("frame 6");
            assertThat(store.verify()).hasSize(1);
        }
    }

    @Test
    @DisplayName("keeps text another program wrote as UTF-8, and tells of text that is none")
    void readsUtf8() throws IOException {
        Path file = Golden.copy("full.traj", folder);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String utf8 = new String("\u00e9\u2603".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String escaped = "\"\\u00e9\\u2603\"";
        assertThat(text).contains(escaped);
        String plain = text.replace(escaped, "\"" + utf8 + "\"       ");
        Files.write(file, plain.getBytes(StandardCharsets.ISO_8859_1));
        try (TrajStore store = open("full.traj")) {
            assertThat(store.get(0, Columns.ALL))
                    .isEqualTo(Golden.rows("full.traj").get(0));
            store.apply(new Write.Insert<>(0, rows(0, 1)));
            assertThat(store.get(1, Columns.ALL))
                    .isEqualTo(Golden.rows("full.traj").get(0));
        }
        Files.write(file, plain.replace(utf8, "\u00ff".repeat(5)).getBytes(StandardCharsets.ISO_8859_1));
        try (TrajStore store = open("full.traj")) {
            assertThatThrownBy(() -> store.get(0, Columns.ALL))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("UTF-8");
        }
    }

    @Test
    @DisplayName("refuses numbers of atoms, lengths and places the file cannot hold before it makes room for them")
    void refusesHugeNumbers() throws IOException {
        Path file = Golden.copy("full.traj", folder);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        for (String[] change : new String[][] {
            {"[[3, 3], \"float64\", 104]", "[[999999999, 3], \"float64\", 104]"},
            {"[[3, 3], \"float64\", 104]", "[[3, 3], \"float64\", 9999999]"},
            {"[[3, 3], \"float64\", 104]", "[[3, 3], \"float64\", -9]"},
            {"[[3, 3], \"float64\", 104]", "[[3, -3], \"float64\", 104]"},
            {"[[3, 3], \"float64\", 104]", "[[3, 3], \"object\", 104]"},
            {"[[3, 3], \"float64\", 104]", "[[3], \"float64\", 104]"}
        }) {
            String changed = text.replace(
                    change[0], change[1] + " ".repeat(Math.max(0, change[0].length() - change[1].length())));
            int grown = changed.length() - text.length();
            byte[] bytes = changed.getBytes(StandardCharsets.ISO_8859_1);
            long length = java.nio.ByteBuffer.wrap(bytes)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getLong(608)
                    + grown;
            java.nio.ByteBuffer.wrap(bytes)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .putLong(608, length);
            Files.write(file, bytes);
            try (TrajStore store = open("full.traj")) {
                assertThatThrownBy(() -> store.get(0, Columns.ALL))
                        .as(change[1])
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("positions");
                assertThat(store.get(0, Columns.of(List.of("calc.energy"))).size())
                        .isEqualTo(1);
            }
        }
        Golden.copy("full.traj", folder);
        try (TrajStore store = new TrajStore(file, TrajOptions.defaults().withMaxFrameBytes(100))) {
            assertThatThrownBy(() -> store.get(0, Columns.ALL)).isInstanceOf(LimitExceededException.class);
        }
        try (RandomAccessFile head = new RandomAccessFile(file.toFile(), "rw")) {
            head.seek(32);
            head.writeLong(Long.reverseBytes(1L << 30));
        }
        assertThatThrownBy(() -> open("full.traj").size()).isInstanceOf(CorruptDataException.class);
    }
}
