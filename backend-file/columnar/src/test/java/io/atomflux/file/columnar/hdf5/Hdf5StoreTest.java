package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Hdf5StoreTest {

    private static final Compression GZIP = new Compression("gzip", 4, false);

    @TempDir
    Path folder;

    @AfterEach
    void nothingStaysOpen() throws IOException {
        assertThat(Hdf5File.openFiles()).isZero();
        assertThat(Hdf5File.openIds()).isZero();
    }

    private Hdf5Store store() {
        return store("x.h5");
    }

    private Hdf5Store store(String name) {
        return Hdf5Store.of(folder.resolve(name), false, Duration.ofSeconds(5), 1 << 24);
    }

    static Chunk doubles(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return Chunk.of(bytes.array());
    }

    static double[] doubles(Chunk chunk) {
        double[] values = new double[chunk.bytes().length / 8];
        ByteBuffer.wrap(chunk.bytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer()
                .get(values);
        return values;
    }

    @Test
    @DisplayName("arrays that are made, written and grown are read again")
    void writtenChunksAreRead() throws IOException {
        try (Hdf5Store store = store()) {
            assertThatThrownBy(() -> store.read(tree -> tree.hasGroup(""))).isInstanceOf(StoreNotFoundException.class);
            store.edit(edit -> {
                edit.createGroup("default");
                ArrayInfo a = edit.createArray(
                        "default/x",
                        new ArraySpec(ElementType.of(DType.FLOAT64), Shape.of(3, 2), Shape.of(2, 2), GZIP));
                edit.writeChunk(a, Shape.of(0, 0), doubles(1, 2, 3, 4));
                assertThat(doubles(edit.chunk(a, Shape.of(0, 0)))).containsExactly(1, 2, 3, 4);
                assertThat(doubles(edit.chunk(a, Shape.of(1, 0)))).containsOnly(Double.NaN);
                edit.commit("new", "default");
                return null;
            });
            assertThat(Files.exists(folder.resolve("x.h5"))).isTrue();
            Object before = store.stamp();
            store.edit(edit -> {
                ArrayInfo a = edit.array("default/x").orElseThrow();
                a = edit.resize(a, Shape.of(5, 2));
                edit.writeChunk(a, Shape.of(2, 0), doubles(9, 8, Double.NaN, Double.NaN));
                edit.commit("more", "default");
                return null;
            });
            assertThat(store.stamp()).isNotEqualTo(before);
            store.read(tree -> {
                assertThat(tree.names("")).containsExactly("default");
                assertThat(tree.names("default")).containsExactly("x");
                ArrayInfo a = tree.array("default/x").orElseThrow();
                assertThat(a.shape()).isEqualTo(Shape.of(5, 2));
                assertThat(a.chunk()).isEqualTo(Shape.of(2, 2));
                assertThat(a.codecs()).containsExactly("gzip(4)");
                assertThat(doubles(tree.chunk(a, Shape.of(0, 0)))).containsExactly(1, 2, 3, 4);
                assertThat(doubles(tree.chunk(a, Shape.of(2, 0)))).startsWith(9, 8);
                assertThat(tree.attributes("default")).isEqualTo(Map.of("atomflux_gen", 2L));
                assertThat(tree.storedBytes(a)).isBetween(1L, 200L);
                return null;
            });
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("attributes come back as they were given")
    void attributesComeBack() throws IOException {
        Map<String, Object> values = Map.of(
                "long",
                7L,
                "double",
                2.5,
                "bool",
                true,
                "text",
                "Å",
                "texts",
                List.of("a", "", "ü"),
                "array",
                NdArray.of(new long[] {1, 1}, 2),
                "empty",
                NdArray.of(new double[0], 0));
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                edit.createGroup("g");
                for (Map.Entry<String, Object> entry : values.entrySet()) {
                    edit.attribute("g", entry.getKey(), entry.getValue());
                    edit.attribute("g", entry.getKey(), entry.getValue());
                }
                edit.attribute("g", "gone", 1L);
                edit.attribute("g", "gone", null);
                edit.attribute("g", "long", 8L);
                edit.commit("attributes", "");
                return null;
            });
            store.read(tree -> {
                Map<String, Object> want = new java.util.HashMap<>(values);
                want.put("long", 8L);
                assertThat(tree.attributes("g")).isEqualTo(want);
                return null;
            });
        }
    }

    @Test
    @DisplayName("an attribute that HDF5 cannot hold is refused, and nothing of its edit is in the file")
    void tooLargeAttributeIsRefused() throws IOException {
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                edit.createGroup("g");
                edit.attribute("g", "columns", List.of("a"));
                edit.commit("new", "g");
                return null;
            });
            byte[] before = Files.readAllBytes(folder.resolve("x.h5"));
            assertThatThrownBy(() -> store.edit(edit -> {
                        edit.attribute("g", "other", 1L);
                        edit.attribute("g", "columns", java.util.Collections.nCopies(5000, "a"));
                        edit.commit("columns", "g");
                        return null;
                    }))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("columns");
            assertThat(Files.readAllBytes(folder.resolve("x.h5"))).isEqualTo(before);
            store.read(tree -> {
                assertThat(tree.attributes("g")).containsOnlyKeys("columns", "atomflux_gen");
                return null;
            });
        }
    }

    @Test
    @DisplayName("texts of any length are kept, written in parts of chunks, and empty where nobody wrote")
    void textsAreKept() throws IOException {
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                ArrayInfo a = edit.createArray(
                        "t", new ArraySpec(ElementType.TEXT, Shape.of(3), Shape.of(4), Compression.NONE));
                edit.writeChunk(a, Shape.of(0), Chunk.of(new String[] {"one", "zwö", "", ""}));
                a = edit.resize(a, Shape.of(6));
                edit.writeChunk(a, Shape.of(0), Chunk.of(new String[] {"one", "zwei", "", "four"}));
                edit.commit("new", "");
                return null;
            });
            store.read(tree -> {
                ArrayInfo a = tree.array("t").orElseThrow();
                assertThat(tree.chunk(a, Shape.of(0)).texts()).containsExactly("one", "zwei", "", "four");
                assertThat(tree.chunk(a, Shape.of(1)).texts()).containsExactly("", "", "", "");
                return null;
            });
        }
    }

    @Test
    @DisplayName("what was not committed has never been")
    void uncommittedIsForgotten() throws IOException {
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                edit.createGroup("g");
                return null;
            });
            assertThat(folder.resolve("x.h5")).doesNotExist();
            store.edit(edit -> {
                edit.createGroup("g");
                edit.commit("new", "g");
                return null;
            });
            store.edit(edit -> {
                edit.createGroup("h");
                assertThat(edit.names("")).containsExactly("g", "h");
                return null;
            });
            assertThatThrownBy(() -> store.edit(edit -> {
                        edit.delete("g");
                        throw new IllegalStateException("given up");
                    }))
                    .hasMessage("given up");
            store.read(tree -> {
                assertThat(tree.names("")).containsExactly("g");
                return null;
            });
        }
    }

    @Test
    @DisplayName("a rewriting keeps what it does not write anew")
    void rewritingKeepsTheRest() throws IOException {
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                for (String group : List.of("p/a", "p/b", "q")) {
                    edit.createGroup(group);
                    ArrayInfo a = edit.createArray(
                            group + "/x", new ArraySpec(ElementType.of(DType.FLOAT64), Shape.of(2), Shape.of(2), GZIP));
                    edit.writeChunk(a, Shape.of(0), doubles(1, 2));
                    edit.attribute(group, "name", group);
                }
                edit.attribute("", "root", "yes");
                edit.attribute("p", "over", List.of("a", "b"));
                edit.commit("new", "");
                return null;
            });
            store.rewrite(List.of("p/a"), (before, edit) -> {
                assertThat(before.names("p")).containsExactly("a", "b");
                assertThat(edit.names("p")).containsExactly("b");
                assertThat(edit.attributes("p")).isEqualTo(Map.of("over", List.of("a", "b")));
                edit.createGroup("p/a");
                ArrayInfo a = edit.createArray(
                        "p/a/y", new ArraySpec(ElementType.of(DType.FLOAT64), Shape.of(1), Shape.of(2), GZIP));
                double first = doubles(before.chunk(before.array("p/a/x").orElseThrow(), Shape.of(0)))[0];
                edit.writeChunk(a, Shape.of(0), doubles(first, 0));
                edit.commit("rewrite", "");
                return null;
            });
            store.read(tree -> {
                assertThat(tree.names("p")).containsExactly("a", "b");
                assertThat(tree.names("p/a")).containsExactly("y");
                assertThat(tree.attributes("")).isEqualTo(Map.of("root", "yes", "atomflux_gen", 2L));
                assertThat(tree.attributes("p/a")).isEmpty();
                assertThat(doubles(tree.chunk(tree.array("q/x").orElseThrow(), Shape.of(0))))
                        .containsExactly(1, 2);
                return null;
            });
            assertThat(store.verify()).isEmpty();
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("x.h5", "x.h5.lock");
    }

    @Test
    @DisplayName("a single element is read as it was written, at once and after the commit, by the store that wrote it")
    void singleElement() throws IOException {
        try (Hdf5Store store = store()) {
            store.edit(edit -> {
                edit.createGroup("g");
                ArrayInfo one = edit.createArray(
                        "g/one",
                        new ArraySpec(ElementType.of(DType.FLOAT64), Shape.of(), Shape.of(), Compression.NONE));
                edit.writeChunk(one, Shape.of(), doubles(7));
                assertThat(doubles(edit.chunk(one, Shape.of()))).containsExactly(7);
                edit.commit("new", "g");
                return null;
            });
            double[] read =
                    store.read(tree -> doubles(tree.chunk(tree.array("g/one").orElseThrow(), Shape.of())));
            assertThat(read).containsExactly(7);
        }
    }
}
