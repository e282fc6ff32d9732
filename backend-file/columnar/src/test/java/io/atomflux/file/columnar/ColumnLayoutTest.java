package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Rows in columns")
class ColumnLayoutTest {

    private static final String GROUP = "default";
    private static final String STORE = "a tree in memory";

    /** A group and what is to be in it. */
    private static final class Place {
        final KeyPlacement placement;
        final Layout layout;
        final MemoryTree tree = new MemoryTree("memory " + UUID.randomUUID());
        List<Row> model = new ArrayList<>();

        Place(KeyPlacement placement, long chunkFrames) {
            this.placement = placement;
            this.layout = new ColumnLayout(
                    placement,
                    new LayoutOptions(
                            Compression.NONE, chunkFrames == 0 ? OptionalLong.empty() : OptionalLong.of(chunkFrames)));
        }

        interface Change {
            void make(FramesEdit edit) throws IOException, RewriteNeeded;
        }

        void change(Change change) throws IOException {
            change(change, change, (i, row) -> row);
        }

        interface Replacing {
            Row of(long position, Row row);
        }

        /** Changes in place, or writes all rows anew, some replaced, and makes another change then. */
        void change(Change change, Change afterwards, Replacing replacing) throws IOException {
            TypeHints hints = TypeHints.NONE;
            boolean anew = false;
            for (int attempt = 0; attempt < 20; attempt++) {
                try {
                    TypeHints wanted = hints;
                    if (anew) {
                        rewrite(wanted, afterwards, replacing);
                    } else {
                        edit(wanted, change);
                    }
                    return;
                } catch (Carried needed) {
                    assertThat(anew && hints.plus(needed.needed.hints()).equals(hints))
                            .as("asked again for %s", needed.needed.getMessage())
                            .isFalse();
                    hints = hints.plus(needed.needed.hints());
                    anew = true;
                }
            }
            throw new AssertionError("no end of rewriting");
        }

        private void edit(TypeHints hints, Change change) throws IOException {
            tree.edit(edit -> {
                try {
                    FramesEdit frames = layout.edit(edit, GROUP, STORE, hints);
                    change.make(frames);
                    frames.finish();
                    edit.commit("change", frames.holder());
                    return null;
                } catch (RewriteNeeded e) {
                    throw new Carried(e);
                }
            });
        }

        private void rewrite(TypeHints hints, Change change, Replacing replacing) throws IOException {
            tree.rewrite(layout.paths(GROUP), (before, edit) -> {
                try {
                    Frames old = layout.open(before, GROUP, STORE).orElseThrow();
                    FramesEdit frames = layout.edit(edit, GROUP, STORE, hints);
                    for (long i = 0; i < old.size(); i += 3) {
                        long end = Math.min(old.size(), i + 3);
                        List<Row> rows = new ArrayList<>();
                        for (Row row : old.read(new TreeChunks(before), Positions.range(i, end), Columns.ALL)) {
                            rows.add(replacing.of(i + rows.size(), row));
                        }
                        frames.append(rows);
                    }
                    frames.finish();
                    FramesEdit again = layout.edit(edit, GROUP, STORE, hints);
                    change.make(again);
                    again.finish();
                    edit.commit("rewrite", frames.holder());
                    return null;
                } catch (RewriteNeeded e) {
                    throw new Carried(e);
                }
            });
        }

        void append(Row... rows) throws IOException {
            append(List.of(rows));
        }

        void append(List<Row> rows) throws IOException {
            change(edit -> edit.append(rows));
            model.addAll(rows);
        }

        void put(int position, Row row) throws IOException {
            change(edit -> edit.put(position, row), edit -> {}, (i, old) -> i == position ? row : old);
            model.set(position, row);
        }

        void reserve(int count) throws IOException {
            change(edit -> edit.reserve(count));
            for (int i = 0; i < count; i++) {
                model.add(Row.reserved());
            }
        }

        void truncate(int size) throws IOException {
            change(edit -> edit.truncate(size));
            model = new ArrayList<>(model.subList(0, size));
        }

        List<Row> read(Positions positions, Columns columns) throws IOException {
            return tree.read(
                    now -> layout.open(now, GROUP, STORE).orElseThrow().read(new TreeChunks(now), positions, columns));
        }

        List<Row> all() throws IOException {
            return read(Positions.range(0, tree.read(now -> frames(now).size())), Columns.ALL);
        }

        Frames frames(io.atomflux.file.columnar.tree.Tree now) throws IOException {
            return layout.open(now, GROUP, STORE).orElseThrow();
        }

        List<String> problems() throws IOException {
            return tree.read(now -> frames(now).problems(new TreeChunks(now)));
        }

        void raw(RawChange change) throws IOException {
            tree.edit(edit -> {
                change.make(edit);
                edit.commit("raw", GROUP);
                return null;
            });
        }

        interface RawChange {
            void make(TreeEdit edit) throws IOException;
        }

        void verify() throws IOException {
            List<Row> found = all();
            assertThat(found).hasSameSizeAs(model);
            for (int i = 0; i < model.size(); i++) {
                assertSame(found.get(i), model.get(i), "row " + i);
                Row one = read(Positions.list(i), Columns.ALL).get(0);
                assertSame(one, model.get(i), "single row " + i);
            }
            assertThat(problems()).isEmpty();
        }

        boolean has(String path) throws IOException {
            return tree.read(now -> now.array(GROUP + "/" + path).isPresent());
        }

        ArrayInfo array(String path) throws IOException {
            return tree.read(now -> now.array(GROUP + "/" + path).orElseThrow());
        }
    }

    private static final class Carried extends IOException {
        private static final long serialVersionUID = 1;
        final transient RewriteNeeded needed;

        Carried(RewriteNeeded needed) {
            super(needed);
            this.needed = needed;
        }
    }

    private static void assertSame(Row found, Row expected, String what) {
        if (!found.equals(expected)) {
            assertThat(found.isReserved()).as(what + " reserved").isEqualTo(expected.isReserved());
            assertThat(found.toMap()).as(what).isEqualTo(expected.toMap());
            throw new AssertionError(what);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Ordinary structures come back equal, and nothing is kept beside them")
    void structuresNeedNothingBesideThem(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 0);
        place.append(IntStream.range(0, 7).mapToObj(Samples::row).toList());
        place.append(IntStream.range(7, 40).mapToObj(Samples::row).toList());
        place.verify();
        assertThat(place.has("_atomflux_exact")).isFalse();
        assertThat(place.array("info.count").element().dtype()).isEqualTo(DType.INT64);
        assertThat(place.array("pbc").element().dtype()).isEqualTo(DType.BOOL);
        assertThat(place.array("info.a.b").element().isText()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Molecules of any size come back equal with small chunks")
    void moleculesWithSmallChunks(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 3);
        for (Row row : Samples.molecules()) {
            place.append(row);
        }
        place.verify();
        place.append(Samples.molecules());
        place.verify();
    }

    private static List<Row> storable() {
        List<Row> rows = new ArrayList<>();
        for (Row row : Samples.rowsOfEveryKind()) {
            try {
                Object value = row.get("info.value");
                ColumnType.wanted(value, false, 0);
                if (!(value instanceof NdArray array && array.dtype().kind() == DType.Kind.COMPLEX)) {
                    rows.add(row);
                }
            } catch (IllegalArgumentException e) {
                assertThat(row.get("info.value")).isNotInstanceOf(String.class);
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Values of every kind come back equal from one column, written together, alone, or in any order")
    void valuesOfEveryKind(KeyPlacement placement) throws IOException {
        Place together = new Place(placement, 4);
        together.append(storable());
        together.verify();
        for (Row row : storable()) {
            Place alone = new Place(placement, 4);
            alone.append(row, Row.empty(), Row.reserved(), row);
            alone.verify();
        }
        Place singly = new Place(placement, 4);
        for (Row row : storable()) {
            singly.append(row);
        }
        singly.verify();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("What no array expresses is refused, naming the key")
    void inexpressibleIsRefused(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 0);
        place.append(Row.of("info.text", "x", "info.number", 1.5));
        List<Object> refused = List.of(
                Bytes.of((byte) 1),
                new Complex(1, 2),
                List.of(1L, Bytes.of((byte) 1)),
                Map.of("a", new Complex(1, 2)),
                NdArray.zeros(DType.bytes(5), 2),
                NdScalar.of(NdArray.zeros(DType.COMPLEX128)));
        for (String key : List.of("info.new", "info.text", "info.number", "arrays.x")) {
            for (Object value : refused) {
                assertThatThrownBy(() -> place.append(Row.of(key, value)))
                        .as("%s %s", key, value)
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining(key);
            }
        }
        for (String key : List.of("a/b", "_x", "", ".", "..", "zarr.json", "k".repeat(300), "a\nb")) {
            assertThatThrownBy(() -> place.append(Row.of(key, 1))).as(key).isInstanceOf(UnsupportedDataException.class);
        }
        place.verify();
    }

    private static Row random(SplittableRandom random, List<Row> kinds) {
        int which = random.nextInt(12);
        if (which == 0) {
            return Row.reserved();
        } else if (which == 1) {
            return Row.empty();
        }
        Row row = Samples.row(random.nextInt(1000));
        if (which < 5) {
            return row;
        }
        Row.Builder more = Row.builder();
        more.put(
                "arrays.tags",
                NdArray.zeros(
                        random.nextBoolean() ? DType.INT64 : DType.INT32,
                        row.get("arrays.numbers", NdArray.class).length(0)));
        if (random.nextInt(3) == 0) {
            more.put("calc.forces", NdArray.of(new double[] {1, 2}, 2));
        }
        if (random.nextInt(3) == 0) {
            more.put("info.flag", random.nextBoolean());
        }
        if (random.nextInt(3) == 0) {
            more.put("info.mixed", random.nextBoolean() ? (Object) 5L : 2.5);
        }
        if (random.nextInt(3) == 0) {
            more.put("info.index", NdArray.zeros(DType.INT64, random.nextInt(4)));
        }
        if (random.nextInt(3) == 0) {
            more.put("info.scalar", NdScalar.of(random.nextBoolean() ? 1.5f : Float.NaN));
        }
        if (random.nextInt(4) == 0) {
            more.put("info.value", kinds.get(random.nextInt(kinds.size())).get("info.value"));
        }
        if (random.nextInt(4) == 0) {
            more.put("constraints", List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(0L)))));
        }
        if (random.nextInt(8) == 0) {
            more.put("arrays.numbers", NdArray.zeros(DType.INT64, 0))
                    .put("arrays.positions", NdArray.zeros(DType.FLOAT64, 0, 3));
        }
        Row merged = row.merge(more.build());
        return random.nextInt(4) == 0 ? merged.without(List.of("info.count", "pbc")) : merged;
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Any sequence of changes leaves what a list of rows would hold")
    void anyChanges(KeyPlacement placement) throws IOException {
        List<Row> kinds = storable();
        for (int seed = 0; seed < (Boolean.getBoolean("atomflux.proof") ? 400 : 40); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Place place = new Place(placement, 1 + random.nextInt(6));
            try {
                for (int step = 0; step < 14; step++) {
                    int what = random.nextInt(10);
                    if (what < 5) {
                        List<Row> rows = new ArrayList<>();
                        for (int i = random.nextInt(5); i >= 0; i--) {
                            rows.add(random(random, kinds));
                        }
                        place.append(rows);
                    } else if (what < 6) {
                        place.reserve(random.nextInt(4));
                    } else if (what < 7) {
                        place.truncate(random.nextInt(place.model.size() + 1));
                    } else if (!place.model.isEmpty()) {
                        place.put(random.nextInt(place.model.size()), random(random, kinds));
                    }
                    if (step == 0) {
                        place.reserve(1);
                    }
                    place.verify();
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Listed keys, repeats and any order are as asked for")
    void orderAndColumns(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 2);
        place.append(IntStream.range(0, 9).mapToObj(Samples::row).toList());
        place.reserve(1);
        place.append(Row.empty(), Row.of("info.other", 3.5));
        List<Row> read = place.read(
                Positions.list(11, 0, 0, 9, 10, 3), Columns.of(List.of("calc.energy", "arrays.positions", "none")));
        assertThat(read.get(0)).isEqualTo(Row.empty());
        assertThat(read.get(1)).isEqualTo(Samples.row(0).only(List.of("calc.energy", "arrays.positions")));
        assertThat(read.get(2)).isEqualTo(read.get(1));
        assertThat(read.get(3).isReserved()).isTrue();
        assertThat(read.get(4)).isEqualTo(Row.empty());
        assertThat(read.get(5)).isEqualTo(Samples.row(3).only(List.of("calc.energy", "arrays.positions")));
        assertThat(place.read(Positions.list(9, 3), Columns.of(List.of())))
                .extracting(Row::isReserved)
                .containsExactly(true, false);
    }

    @Test
    @DisplayName("A column of numbers is one array, unless a row has none there or another kind")
    void stacked() throws IOException {
        Place place = new Place(KeyPlacement.RAGGED, 2);
        place.append(IntStream.range(0, 5).mapToObj(Samples::row).toList());
        assertThat(stacked(place, "calc.energy")).isEqualTo(NdArray.of(new double[] {-10, -11, -12, -13, -14}));
        assertThat(stacked(place, "info.count")).isEqualTo(NdArray.of(new long[] {0, 1, 2, 3, 4}));
        assertThat(stacked(place, "cell")).matches(array -> array.hasShape(5, 3, 3));
        assertThat(stacked(place, "arrays.positions")).isNull();
        assertThat(stacked(place, "info.a.b")).isNull();
        place.append(Row.empty());
        assertThat(stacked(place, "calc.energy")).isNull();
    }

    private static @Nullable NdArray stacked(Place place, String key) throws IOException {
        return place.tree.read(now -> {
            Frames frames = place.frames(now);
            return frames.stacked(new TreeChunks(now), Positions.range(0, frames.size()), key)
                    .orElse(null);
        });
    }

    /** Appends a number to a column as Python does, which knows nothing of what is kept beside. */
    private static void appendNatively(TreeEdit edit, String name, double value) throws IOException {
        ArrayEdit array = new ArrayEdit(edit, edit.array(GROUP + "/" + name).orElseThrow(), 0);
        array.resize(array.length() + 1);
        CellWriterBytes.write(array, array.length() - 1, value);
        array.flush();
    }

    private static final class CellWriterBytes {
        static void write(ArrayEdit array, long at, double value) throws IOException {
            byte[] bytes = new byte[array.entryBytes()];
            NdArray number =
                    NdArray.of(new double[] {value}).as(array.info().element().dtype());
            number.copyTo(bytes, 0);
            array.write(at, 1, bytes, 0);
        }
    }

    @Test
    @DisplayName("What another program appends or sets is read as it is, and later appends stay exact")
    void otherWriters() throws IOException {
        Place place = new Place(KeyPlacement.RAGGED, 4);
        place.append(Row.of("info.x", 1.5), Row.of("info.x", 4L), Row.of("info.x", Double.NaN));
        place.verify();
        place.raw(edit -> {
            appendNatively(edit, "info.x", 7);
            ArrayEdit offsets =
                    new ArrayEdit(edit, edit.array(GROUP + "/_offsets").orElseThrow(), 0);
            offsets.resize(4);
            ArrayEdit lengths =
                    new ArrayEdit(edit, edit.array(GROUP + "/_lengths").orElseThrow(), 0);
            lengths.resize(4);
            edit.attribute(GROUP, "n_frames", 4L);
            ArrayEdit numbers =
                    new ArrayEdit(edit, edit.array(GROUP + "/info.x").orElseThrow(), 0);
            CellWriterBytes.write(numbers, 1, 9);
            numbers.flush();
        });
        place.model = new ArrayList<>(List.of(
                Row.of("info.x", 1.5), Row.of("info.x", 9.0), Row.of("info.x", Double.NaN), Row.of("info.x", 7.0)));
        place.verify();
        place.append(Row.of("info.x", 4L));
        place.verify();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("What a writer that died left beyond the rows is told, ignored, and cut before the next row")
    void debris(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 4);
        place.append(Samples.row(1), Samples.row(2));
        place.raw(edit -> {
            appendNatively(edit, "calc.energy", 7);
            for (String name : List.of("arrays.positions", "calc.forces")) {
                ArrayEdit array =
                        new ArrayEdit(edit, edit.array(GROUP + "/" + name).orElseThrow(), 0);
                long length = array.length();
                array.resize(length + 1);
                array.write(length, 1, new byte[array.entryBytes()], 0);
                array.flush();
            }
        });
        assertThat(place.problems()).hasSize(3).allMatch(problem -> problem.contains("did not finish"));
        assertThat(place.all()).isEqualTo(place.model);
        place.append(Row.of("info.count", 5L), Samples.row(3));
        place.verify();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("A column shorter than the rows is damaged: reading it fails and names it, others are read")
    void shorter(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 4);
        place.append(Samples.row(1), Samples.row(2));
        place.raw(edit -> {
            for (String name : List.of("calc.energy", "calc.forces")) {
                ArrayInfo array = edit.array(GROUP + "/" + name).orElseThrow();
                edit.resize(array, array.shape().with(0, 1));
            }
        });
        assertThat(place.problems()).hasSize(2);
        for (String name : List.of("calc.energy", "calc.forces")) {
            assertThatThrownBy(() -> place.read(Positions.list(1), Columns.of(List.of(name))))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(name);
        }
        assertThat(place.read(Positions.list(1), Columns.of(List.of("arrays.positions", "info.count"))))
                .containsExactly(Samples.row(2).only(List.of("arrays.positions", "info.count")));
        assertThatThrownBy(() -> place.append(Samples.row(3))).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("Claims that cannot be are told, and nothing is allocated for them")
    void impossibleClaims() throws IOException {
        Place place = new Place(KeyPlacement.RAGGED, 4);
        place.append(Samples.row(1), Samples.row(2));
        place.raw(edit -> edit.attribute(GROUP, "n_frames", 1L << 62));
        assertThatThrownBy(() -> place.all()).isInstanceOf(CorruptDataException.class);
        place.raw(edit -> edit.attribute(GROUP, "n_frames", 1L << 40));
        assertThatThrownBy(() -> place.read(Positions.list(1), Columns.ALL)).isInstanceOf(CorruptDataException.class);
        place.raw(edit -> {
            edit.attribute(GROUP, "n_frames", 2L);
            ArrayInfo offsets = edit.array(GROUP + "/_offsets").orElseThrow();
            byte[] bytes = edit.chunk(offsets, Shape.of(0)).bytes().clone();
            bytes[8 + 7] = -1;
            edit.writeChunk(offsets, Shape.of(0), Chunk.of(bytes));
        });
        assertThatThrownBy(() -> place.read(Positions.list(1), Columns.ALL)).isInstanceOf(CorruptDataException.class);
        assertThat(place.problems()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("A million reserved rows cost no cells, and can be written later")
    void manyReserved(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 0);
        place.append(Samples.row(1));
        place.change(edit -> edit.reserve(1_000_000));
        assertThat(place.read(Positions.list(500_000, 0), Columns.ALL))
                .extracting(Row::isReserved)
                .containsExactly(true, false);
        place.change(edit -> edit.put(1, Samples.row(7)));
        assertThat(place.read(Positions.list(1, 2), Columns.ALL)).containsExactly(Samples.row(7), Row.reserved());
    }

    @Test
    @DisplayName("The list of columns is in order of appearance, each batch sorted")
    void listOfColumns() throws IOException {
        Place place = new Place(KeyPlacement.RAGGED, 0);
        place.append(Row.of("info.z", 1.0, "info.b", 2.0));
        place.append(Row.of("info.a", 1.0, "info.b", 2.0));
        Map<String, @Nullable Object> attributes = place.tree.read(now -> now.attributes(GROUP));
        assertThat(attributes)
                .containsEntry("columns", List.of("info.b", "info.z", "info.a"))
                .containsEntry("per_atom_columns", List.of())
                .containsEntry("n_frames", 2L)
                .containsEntry("asebytes_version", "0.3.3");
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName(
            "Integers and booleans that some rows lack are float64, where NaN is nothing, and come back as what they are")
    void lackingIntegers(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 0);
        place.append(Row.of("info.n", 5L, "info.mixed", true), Row.of("info.x", 1.0, "info.mixed", -3L));
        place.append(Row.of("info.flag", true));
        place.append(Row.of("info.flag", false, "info.n", (1L << 60) + 1), Row.of("info.n", 2.5, "info.mixed", 0.5));
        for (String key : List.of("info.n", "info.flag", "info.mixed")) {
            assertThat(place.array(key).element().dtype()).as(key).isEqualTo(DType.FLOAT64);
        }
        place.verify();
    }

    @Test
    @DisplayName("An integer that float64 would round is text in a column that some rows lack")
    void lackingLargeIntegers() throws IOException {
        Place place = new Place(KeyPlacement.RAGGED, 0);
        place.append(Row.of("info.n", 1L << 53, "info.all", 1L << 53), Row.of("info.all", 7L));
        assertThat(place.array("info.n").element().isText()).isTrue();
        assertThat(place.array("info.all").element().dtype()).isEqualTo(DType.INT64);
        place.verify();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName("Nulls of a key stay when its first value comes later")
    void nullsBeforeTheFirstValue(KeyPlacement placement) throws IOException {
        Place place = new Place(placement, 0);
        place.append(Row.builder().put("info.x", null).put("info.n", null).build(), Row.of("info.y", 1.0));
        place.append(Row.of("info.x", 2.5, "info.n", NdArray.of(new long[] {1, 2})));
        assertThat(place.array("info.x").element().dtype()).isEqualTo(DType.FLOAT64);
        place.verify();
    }
}
