package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that h5py 3.16 wrote ({@code kinds-h5py} as it writes by default, {@code indices-h5py} with libver=v110). */
class ForeignHdf5Test {

    @TempDir
    Path folder;

    @AfterEach
    void nothingStaysOpen() throws IOException {
        assertThat(Hdf5File.openFiles()).isZero();
        assertThat(Hdf5File.openIds()).isZero();
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = new GZIPInputStream(
                Objects.requireNonNull(ForeignHdf5Test.class.getResourceAsStream(name + ".gz"), name))) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static Hdf5Store store(Path file) {
        return Hdf5Store.of(file, false, Duration.ofSeconds(5), 1 << 20);
    }

    private void kinds(TreeStore.Reading<?> reading) throws IOException {
        try (Hdf5Store store = store(file("kinds-h5py.h5"))) {
            store.read(reading);
        }
    }

    /** Reads an array of one axis. */
    private static NdArray whole(Tree tree, String path) throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow();
        DType dtype = array.element().dtype();
        int length = (int) array.shape().at(0);
        byte[] bytes = new byte[length * dtype.itemSize()];
        int step = (int) array.chunk().at(0) * dtype.itemSize();
        for (int i = 0; i < array.chunksAlong(0); i++) {
            byte[] chunk = tree.chunk(array, Shape.of(i)).bytes();
            assertThat(chunk).hasSize(step);
            System.arraycopy(chunk, 0, bytes, i * step, Math.min(step, bytes.length - i * step));
        }
        return NdArray.wrap(dtype, new int[] {length}, bytes, 0);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "i1,int8",
        "i2,int16",
        "i4,int32",
        "i8,int64",
        "u1,uint8",
        "u2,uint16",
        "u4,uint32",
        "u8,uint64",
        "f2,float16",
        "f4,float32",
        "f8,float64",
        "be_i4,int32",
        "be_f8,float64",
        "be_u2,uint16",
        "c8,complex64",
        "c16,complex128",
        "be_c16,complex128",
        "b1,bool"
    })
    @DisplayName(
            "numbers of every type are read, in chunks, compressed and in one piece, whatever their order of bytes")
    void numbersAreRead(String name, String type) throws IOException {
        kinds(tree -> {
            for (String storage : List.of("chunked", "gzip", "flat")) {
                NdArray found = whole(tree, "g/" + storage + "/" + name);
                assertThat(found.dtype().name()).isEqualTo(type);
                for (int i = 0; i < 10; i++) {
                    Object at = found.at(i);
                    if (at instanceof Boolean b) {
                        assertThat(b).isEqualTo(i % 3 == 0);
                    } else if (at instanceof Number n) {
                        assertThat(n.doubleValue()).isEqualTo(i);
                    } else {
                        byte[] bytes = new byte[found.byteSize()];
                        found.copyTo(bytes, 0);
                        int half = found.dtype().itemSize() / 2;
                        NdArray parts = NdArray.wrap(DType.of("<f" + half), new int[] {20}, bytes, 0);
                        assertThat(parts.doubleAt(2 * i)).isEqualTo(i);
                        assertThat(parts.doubleAt(2 * i + 1)).isZero();
                    }
                }
            }
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"g/lzf", "g/scale"})
    @DisplayName("filters that Java knows and those that only the library knows are undone")
    void filtersAreUndone(String path) throws IOException {
        kinds(tree -> {
            long[] values = whole(tree, path).toLongArray();
            for (int i = 0; i < 1000; i++) {
                assertThat(values[i]).isEqualTo(i);
            }
            return null;
        });
    }

    @Test
    @DisplayName("chunks of several axes, missing ones and those at the edge are whole, with the fill of the file")
    void chunksAreWhole() throws IOException {
        kinds(tree -> {
            ArrayInfo grid = tree.array("grid").orElseThrow();
            assertThat(grid.shape()).isEqualTo(Shape.of(5, 7, 3));
            assertThat(grid.chunksAlong(1)).isEqualTo(3);
            float[] edge = floats(tree.chunk(grid, Shape.of(2, 2, 0)));
            float[] want = new float[18];
            Arrays.fill(want, Float.NaN);
            want[0] = 4 * 21 + 6 * 3;
            want[1] = want[0] + 1;
            want[2] = want[0] + 2;
            assertThat(edge).containsExactly(want);
            ArrayInfo sparse = tree.array("sparse").orElseThrow();
            NdArray missing = NdArray.wrap(
                    DType.INT32,
                    new int[] {12},
                    tree.chunk(sparse, Shape.of(0, 0)).bytes(),
                    0);
            assertThat(missing.toLongArray()).containsOnly(-7);
            NdArray there = NdArray.wrap(
                    DType.INT32,
                    new int[] {12},
                    tree.chunk(sparse, Shape.of(1, 0)).bytes(),
                    0);
            assertThat(there.toLongArray()).containsExactly(-7, -7, -7, -7, 1, 2, 3, 4, -7, -7, -7, -7);
            return null;
        });
    }

    private static float[] floats(Chunk chunk) {
        float[] values = new float[chunk.bytes().length / 4];
        java.nio.ByteBuffer.wrap(chunk.bytes())
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    @Test
    @DisplayName("texts of any and of fixed length, single elements, compact and empty arrays, enumerations are read")
    void otherKindsAreRead() throws IOException {
        kinds(tree -> {
            assertThat(texts(tree, "vlen", 0)).containsExactly("a", "Å");
            assertThat(texts(tree, "vlen", 1)).containsExactly("", "");
            assertThat(texts(tree, "vlen_flat", 0)).containsExactly("a", "Å", "long ".repeat(10));
            assertThat(texts(tree, "fixed", 0)).containsExactly("ab", "c");
            ArrayInfo scalar = tree.array("scalar").orElseThrow();
            assertThat(scalar.shape()).isEqualTo(Shape.of());
            assertThat(Hdf5StoreTest.doubles(tree.chunk(scalar, Shape.of()))).containsExactly(3.5);
            assertThat(tree.chunk(tree.array("scalar_text").orElseThrow(), Shape.of())
                            .texts())
                    .containsExactly("häh");
            assertThat(whole(tree, "compact").toDoubleArray()).containsExactly(1, 2, 3);
            assertThat(tree.array("empty").orElseThrow().shape()).isEqualTo(Shape.of(0, 3));
            ArrayInfo enumeration = tree.array("enum").orElseThrow();
            assertThat(enumeration.labels()).isEqualTo(Map.of(1L, "H", 2L, "O"));
            assertThat(whole(tree, "enum").toLongArray()).containsExactly(1, 2, 1);
            return null;
        });
    }

    private static String[] texts(Tree tree, String path, int chunk) throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow();
        assertThat(array.element().isText()).isTrue();
        return tree.chunk(array, Shape.of(chunk)).texts();
    }

    @Test
    @DisplayName("attributes of every kind are read; what is of no kind we know is null")
    void attributesAreRead() throws IOException {
        kinds(tree -> {
            Map<String, Object> found = tree.attributes("attrs");
            assertThat(found)
                    .containsEntry("int", 5L)
                    .containsEntry("f4", .5)
                    .containsEntry("f8", 1.25)
                    .containsEntry("b", true)
                    .containsEntry("s", "Å")
                    .containsEntry("bytes", "fix")
                    .containsEntry("latin", "Å")
                    .containsEntry("list", List.of("a", "b"))
                    .containsEntry("fixedlist", List.of("x", "yy"))
                    .containsEntry("grid", List.of(List.of("a", "b"), List.of("c", "d")))
                    .containsEntry("empty", NdArray.of(new double[0], 0))
                    .containsEntry("ver", NdArray.of(new long[] {1, 1}, 2))
                    .containsEntry("be", NdArray.of(new short[] {1, 2}, 2))
                    .containsEntry("bools", NdArray.of(new boolean[] {true, false}, 2))
                    .containsEntry("ref", new Reference("grid"))
                    .containsEntry("null", null);
            assertThat(((List<?>) found.get("regions")).get(1)).isEqualTo(new Reference("grid"));
            assertThat(((NdArray) found.get("u8")).at(0)).hasToString("18446744073709551615");
            assertThat(((NdArray) found.get("cplx")).dtype()).isEqualTo(DType.COMPLEX128);
            return null;
        });
    }

    @Test
    @DisplayName(
            "links inside the file are followed, cycles end, dangling ones are nothing, those to other files are refused")
    void linksAreFollowedInsideOnly() throws IOException {
        kinds(tree -> {
            assertThat(tree.array("soft").orElseThrow().shape()).isEqualTo(Shape.of(5, 7, 3));
            assertThat(tree.array("z_hard").orElseThrow().shape()).isEqualTo(Shape.of(5, 7, 3));
            assertThat(tree.hasGroup("g/cycle/cycle/cycle/gzip")).isTrue();
            assertThat(tree.array("dangling")).isEmpty();
            assertThat(tree.hasGroup("loop")).isFalse();
            assertThat(tree.array("grid/below")).isEmpty();
            assertThat(tree.array("")).isEmpty();
            assertThat(tree.names("")).contains("ext", "soft", "z_hard", "g").doesNotContain("dangling", "loop");
            assertThatThrownBy(() -> tree.array("ext"))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("/ext");
            for (String path : List.of("opaque", "vlenints", "null")) {
                assertThatThrownBy(() -> tree.array(path))
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("/" + path);
            }
            return null;
        });
        try (Hdf5Store store = store(file("kinds-h5py.h5"))) {
            assertThat(store.verify()).hasSize(4).allMatch(problem -> problem.contains("refused data"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fixed_array", "extensible", "single", "implicit", "flat"})
    @DisplayName("arrays of every index of chunks are read, behind a user block, and changed")
    void indexesAreRead(String path) throws IOException {
        try (Hdf5Store store = store(file("indices-h5py.h5"))) {
            store.read(tree -> {
                double[] values = whole(tree, path).toDoubleArray();
                for (int i = 0; i < 100; i++) {
                    assertThat(values[i]).isEqualTo(i);
                }
                return null;
            });
            store.edit(edit -> {
                ArrayInfo array = edit.array(path).orElseThrow();
                double[] values = Hdf5StoreTest.doubles(edit.chunk(array, Shape.of(0)));
                values[3] = -1;
                edit.writeChunk(array, Shape.of(0), Hdf5StoreTest.doubles(values));
                assertThat(Hdf5StoreTest.doubles(edit.chunk(array, Shape.of(0))))
                        .containsExactly(values);
                edit.commit("change", "");
                return null;
            });
            store.read(tree -> {
                assertThat(whole(tree, path).toDoubleArray())
                        .startsWith(0, 1, 2, -1, 4)
                        .endsWith(99);
                return null;
            });
        }
    }

    @Test
    @DisplayName("an array of two growing axes in the newest format, and many and long attributes, are read")
    void newestFormatIsRead() throws IOException {
        try (Hdf5Store store = store(file("indices-h5py.h5"))) {
            store.read(tree -> {
                ArrayInfo array = tree.array("btree2").orElseThrow();
                double[] corner = Hdf5StoreTest.doubles(tree.chunk(array, Shape.of(3, 3)));
                assertThat(corner).startsWith(99);
                assertThat(Hdf5StoreTest.doubles(tree.chunk(array, Shape.of(1, 2))))
                        .containsExactly(36, 37, 38, 46, 47, 48, 56, 57, 58);
                Map<String, Object> attributes = tree.attributes("");
                assertThat(attributes).hasSize(41).containsEntry("a39", 39L);
                assertThat((List<?>) attributes.get("many")).hasSize(6000);
                return null;
            });
        }
    }

    @Test
    @DisplayName("what is no HDF5 file, and one that is cut, are told apart")
    void otherFilesAreTold() throws IOException {
        Path garbage = folder.resolve("garbage.h5");
        Files.writeString(garbage, "not at all".repeat(100));
        try (Hdf5Store store = store(garbage)) {
            assertThatThrownBy(() -> store.read(tree -> null)).isInstanceOf(ForeignDataException.class);
            assertThatThrownBy(() -> store.edit(edit -> null)).isInstanceOf(ForeignDataException.class);
        }
        Path empty = Files.createFile(folder.resolve("empty.h5"));
        try (Hdf5Store store = store(empty)) {
            assertThatThrownBy(() -> store.read(tree -> null)).isInstanceOf(ForeignDataException.class);
        }
        Path whole = file("kinds-h5py.h5");
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.h5");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        try (Hdf5Store store = store(cut)) {
            assertThatThrownBy(() -> store.read(tree -> null))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("truncated");
        }
    }

    @Test
    @DisplayName("a chunk larger than allowed is refused before it is read")
    void tooLargeChunksAreRefused() throws IOException {
        try (Hdf5Store store = Hdf5Store.of(file("indices-h5py.h5"), true, Duration.ofSeconds(5), 100)) {
            store.read(tree -> {
                ArrayInfo array = tree.array("single").orElseThrow();
                assertThatThrownBy(() -> tree.chunk(array, Shape.of(0)))
                        .isInstanceOf(LimitExceededException.class)
                        .hasMessageContaining("/single");
                return null;
            });
        }
    }
}
