package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What a store does beyond the contract, over a tree in memory: how often it reads, how it merges, when it writes anew. */
class ColumnarStoreTest {

    private static final String LONG_KEY = "info." + "k".repeat(120);

    private record Opened(MemoryTree tree, ColumnarStore store) {}

    private static Opened open(TestInfo test, String group, long cache) {
        MemoryTree tree = new MemoryTree(ColumnarStoreTest.class + test.getDisplayName());
        return new Opened(
                tree,
                new ColumnarStore(new ColumnarFile(
                        tree, at -> new TextLayout(), Optional.of(group), "test, group " + group, cache)));
    }

    private static Opened open(TestInfo test) {
        return open(test, "default", 1 << 20);
    }

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Samples::row).toList();
    }

    private static Write<Row> append(int from, int to) {
        return new Write.Append<>(rows(from, to));
    }

    private static List<Row> content(ColumnarStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    @Test
    @DisplayName("rows read one by one decode each chunk once, and what a commit did not touch stays decoded")
    void decodesOnce(TestInfo test) throws IOException {
        Opened opened = open(test);
        opened.store.apply(append(0, 20)); // chunks of 8 rows
        Opened another = open(test);
        another.tree.chunksRead().set(0);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20; i++) {
                assertThat(another.store.get(i, Columns.ALL)).isEqualTo(Samples.row(i));
            }
        }
        assertThat(another.tree.chunksRead()).hasValue(3);
        another.store.apply(append(20, 21));
        assertThat(content(another.store)).isEqualTo(rows(0, 21));
        assertThat(another.tree.chunksRead())
                .as("also to append, and to read what was appended")
                .hasValue(3);
    }

    @Test
    @DisplayName("what another opening committed is seen, and nothing decoded before is taken for it")
    void seesOthers(TestInfo test) throws IOException {
        Opened mine = open(test);
        Opened other = open(test);
        mine.store.apply(append(0, 20));
        assertThat(content(mine.store)).isEqualTo(rows(0, 20));
        other.store.apply(new Write.Put<>(Selection.at(3), rows(50, 51), Optional.empty()));
        mine.store.apply(append(20, 21)); // its own commit comes after one it has not seen
        assertThat(mine.store.get(3, Columns.ALL)).isEqualTo(Samples.row(50));
        assertThat(mine.store.size()).isEqualTo(21);
    }

    @Test
    @DisplayName("a cache that holds nothing is slow and right")
    void tinyCache(TestInfo test) throws IOException {
        Opened opened = open(test, "default", 1);
        opened.store.apply(append(0, 30));
        opened.tree.chunksRead().set(0);
        assertThat(content(opened.store)).isEqualTo(rows(0, 30));
        assertThat(opened.tree.chunksRead()).as("each chunk once for a batch").hasValue(4);
    }

    @Test
    @DisplayName("a stream in batches smaller than a chunk decodes each chunk once, whatever the cache holds")
    void streamsWithoutCache(TestInfo test) throws IOException {
        Opened opened = open(test, "default", 1);
        opened.store.apply(append(0, 30));
        opened.tree.chunksRead().set(0);
        List<Row> read = new ArrayList<>();
        BlockingReader<Row> reader = opened.store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        for (Optional<Batch<Row>> batch = reader.next(1); batch.isPresent(); batch = reader.next(1)) {
            assertThat(batch.get().size()).isEqualTo(1);
            read.add(batch.get().row(0));
        }
        assertThat(read).isEqualTo(rows(0, 30));
        assertThat(opened.tree.chunksRead()).hasValue(4);
    }

    @Test
    @DisplayName("appends that come together are one commit, each with its own answer; one that is refused fails alone")
    void mergesAppends(TestInfo test) throws IOException {
        Opened opened = open(test);
        opened.store.apply(append(0, 1));
        Object before = opened.tree.stamp();
        List<WriteResult> results = opened.store.applyAll(List.of(append(1, 3), append(3, 3), append(3, 6)));
        assertThat(results.stream().map(WriteResult::size)).containsExactly(3L, 3L, 6L);
        assertThat(opened.tree.stamp()).isNotEqualTo(before);
        assertThat(opened.tree.commits()).isEqualTo(2);
        Row bad = Row.of("info.x", "\ud800"); // a lone surrogate fits nowhere
        results = opened.store.applyAll(List.of(
                append(6, 7),
                new Write.Append<>(List.of(bad)),
                append(7, 8),
                new Write.Delete<>(Selection.at(0), Optional.empty())));
        assertThat(results.get(1).failure()).isNotNull();
        assertThat(List.of(
                        results.get(0).size(),
                        results.get(2).size(),
                        results.get(3).size()))
                .containsExactly(7L, 8L, 7L);
        assertThat(content(opened.store)).isEqualTo(rows(1, 8));
    }

    @Test
    @DisplayName("a value that needs another type of its column writes the group anew, wherever it comes")
    void rewritesForTypes(TestInfo test) throws IOException {
        Row wide = Row.of(LONG_KEY, 1L);
        for (int which = 0; which < 4; which++) {
            ColumnarStore store = open(test, "group " + which, 1 << 20).store;
            List<Row> expected = new ArrayList<>(which == 0 ? List.of() : rows(0, 20));
            if (which > 0) {
                store.apply(append(0, 20));
            }
            Write<Row> write = switch (which) {
                case 0, 1 -> new Write.Append<>(List.of(wide, Samples.row(3)));
                case 2 -> new Write.Insert<>(7, List.of(wide));
                default -> new Write.Put<>(Selection.at(-1), List.of(wide), Optional.empty());
            };
            expected = write.applyTo(expected, Row.reserved(), "model");
            assertThat(store.apply(write)).isEqualTo(expected.size());
            assertThat(content(store)).isEqualTo(expected);
            store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
            assertThat(content(store)).isEqualTo(expected.subList(1, expected.size()));
        }
    }

    @Test
    @DisplayName("many rows set or updated at once are as many rows set one by one")
    void changesMany(TestInfo test) throws IOException {
        ColumnarStore store = open(test).store;
        List<Row> model = rows(0, 600);
        store.apply(new Write.Append<>(model));
        long[] odd = IntStream.range(0, 400).mapToLong(i -> 599 - i % 300).toArray();
        List<Row> changes = IntStream.range(0, 400)
                .mapToObj(i -> Row.of("info.count", (long) -i))
                .toList();
        List<Write<Row>> writes = List.of(
                new Write.Update<>(Selection.ALL.pick(odd), changes, Optional.empty()),
                new Write.Put<>(Selection.ALL.pick(odd), rows(1000, 1400), Optional.empty()),
                new Write.Drop<>(Selection.ALL.slice(io.atomflux.value.Slice.parse("::2")), List.of("info.count")),
                new Write.Delete<>(Selection.ALL.pick(odd), Optional.empty()));
        for (Write<Row> write : writes) {
            model = write.applyTo(model, Row.reserved(), "model");
            assertThat(store.apply(write)).isEqualTo(model.size());
            assertThat(content(store)).as(write.operation()).isEqualTo(model);
        }
    }

    @Test
    @DisplayName("a stream goes on when rows were added behind it, and says so when rows moved under it")
    void streamsWatch(TestInfo test) throws IOException {
        ColumnarStore store = open(test).store;
        store.apply(append(0, 20));
        BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(0));
        store.apply(append(20, 30));
        assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(1));
        store.apply(new Write.Insert<>(0, rows(40, 41)));
        assertThatThrownBy(() -> reader.next(1))
                .isInstanceOfSatisfying(
                        StoreChangedException.class,
                        changed -> assertThat(changed.emitted()).isEqualTo(2));
        BlockingReader<Row> short1 = store.reader(ReadRequest.of(Selection.ALL, Columns.of(List.of())));
        short1.next(1);
        store.apply(new Write.Delete<>(Selection.at(-1), Optional.empty()));
        assertThatThrownBy(() -> short1.next(1)).isInstanceOf(StoreChangedException.class);
    }

    @Test
    @DisplayName(
            "a column that is an array is handed over as one, its rows are made when asked for and without the file")
    void handsOverArrays(TestInfo test) throws IOException {
        Opened opened = open(test);
        opened.store.apply(append(0, 30));
        Batch<Row> batch = opened.store
                .reader(ReadRequest.of(Selection.ALL, Columns.of(List.of("calc.energy"))))
                .next(1 << 20)
                .orElseThrow();
        opened.store.remove();
        assertThat(batch.size()).isEqualTo(30);
        assertThat(batch.array("calc.energy").orElseThrow().toDoubleArray())
                .containsExactly(
                        IntStream.range(0, 30).mapToDouble(i -> -10.0 - i).toArray());
        assertThat(batch.array("info.count")).isEmpty();
        assertThat(batch.row(29)).isEqualTo(Samples.row(29).only(List.of("calc.energy")));
    }

    @Test
    @DisplayName("a group goes alone, the file with the last of them")
    void removes(TestInfo test) throws IOException {
        ColumnarStore first = open(test, "first", 1 << 20).store;
        ColumnarStore second = open(test, "second", 1 << 20).store;
        first.apply(append(0, 3));
        second.apply(append(5, 9));
        assertThat(first.groups()).containsExactly("first", "second");
        first.remove();
        assertThat(second.groups()).containsExactly("second");
        assertThatThrownBy(first::size)
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("one of the groups second");
        first.remove();
        assertThat(content(second)).isEqualTo(rows(5, 9));
        second.remove();
        assertThat(second.groups()).isEmpty();
        assertThatThrownBy(second::size).isInstanceOf(StoreNotFoundException.class);
    }
}
