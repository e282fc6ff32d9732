package io.atomflux.file.columnar.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.codec.FileStores;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZarrCodecTest {

    private final ArtifactStore store = ArtifactStore.inMemory();

    @AfterEach
    void close() {
        store.close().block();
    }

    private static PutOptions zarr(String compression) {
        return PutOptions.none().codec("zarr").codecOption("compression", compression);
    }

    private FileSource files(Path folder) {
        store.put("files", folder).block();
        return store.require("files").block().files();
    }

    private static void unpack(Path folder) throws IOException {
        try (InputStream in = ZarrCodecTest.class.getResourceAsStream("arrays.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }
    }

    private static NdArray read(FileSource files, String folder, Map<String, Object> options) {
        return (NdArray) new ZarrCodec()
                .read(files, Map.of("file", folder), NdArray.class, options)
                .block();
    }

    @ParameterizedTest
    @ValueSource(strings = {"blosc2.zarr", "plain2.zarr", "fortran2.zarr", "three.zarr"})
    @DisplayName("arrays that zarr-python wrote are read, of versions 2 and 3, whole or some rows of them")
    void arraysOfPython(String name, @TempDir Path folder) throws IOException {
        unpack(folder);
        NdArray expected = NdArray.of(IntStream.range(0, 105).asDoubleStream().toArray(), 7, 5, 3);
        FileSource files = files(folder);
        assertThat(read(files, name, Map.of())).isEqualTo(expected);
        assertThat(read(files, name, Map.of("rows", "2:6"))).isEqualTo(expected.slice(2, 6));
        assertThat(read(files, name, Map.of("rows", "-1:"))).isEqualTo(expected.slice(6, 7));
        assertThat(read(files, name, Map.of("rows", "7:"))).isEqualTo(expected.slice(0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zlib"})
    @DisplayName("I17: arrays of all types and shapes come back equal, also over several chunks")
    void roundTrip(String compression) {
        int i = 0;
        for (DType dtype : List.of(
                DType.BOOL, DType.INT8, DType.UINT16, DType.INT64, DType.UINT64, DType.FLOAT16, DType.COMPLEX128)) {
            for (int[] shape : new int[][] {{}, {0}, {3}, {0, 4}, {4, 0}, {5, 2, 3}}) {
                byte[] bytes = new byte[NdArray.zeros(dtype, shape).byteSize()];
                for (int j = 0; j < bytes.length; j++) {
                    bytes[j] = (byte) (dtype == DType.BOOL ? j & 1 : 7 * j + 1);
                }
                NdArray array = NdArray.wrap(dtype, shape, bytes, 0);
                store.put("a" + i, array, zarr(compression)).block();
                assertThat(store.get("a" + i, NdArray.class).block()).isEqualTo(array);
                i++;
            }
        }
        double[] many = IntStream.range(0, 1_500_000).asDoubleStream().toArray();
        NdArray large = NdArray.of(many, 500_000, 3);
        store.put("large", large, zarr(compression)).block();
        assertThat(store.require("large").block().files().entries()).hasSize(4);
        assertThat(store.get("large", NdArray.class).block()).isEqualTo(large);
        assertThat(store.get("large", NdArray.class, Map.of("rows", "170000:180000"))
                        .block())
                .isEqualTo(large.slice(170_000, 180_000));
        assertThatThrownBy(() -> store.put("text", NdArray.ofTexts(List.of("a")), zarr("none"))
                        .block())
                .isInstanceOfAny(UnsupportedDataException.class, IllegalArgumentException.class);
    }

    @Test
    @DisplayName("a document that asks for more memory than its files hold is refused, as are damaged chunks")
    void hostile(@TempDir Path folder) throws IOException {
        unpack(folder);
        Path document = folder.resolve("plain2.zarr/.zarray");
        String text = Files.readString(document);
        Files.write(folder.resolve("plain2.zarr/0.0.0"), new byte[10]);
        FileSource cut = files(folder);
        assertThatThrownBy(() -> read(cut, "plain2.zarr", Map.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("plain2.zarr/0.0.0");
        Files.writeString(document, text.replaceAll("(\"shape\": \\[\\s*)7", "$1100000000"));
        FileSource huge = files(folder);
        assertThatThrownBy(() -> read(huge, "plain2.zarr", Map.of())).isInstanceOf(LimitExceededException.class);
        Files.write(document, "{\"zarr_format\": 2}".getBytes(StandardCharsets.UTF_8));
        FileSource bare = files(folder);
        assertThatThrownBy(() -> read(bare, "plain2.zarr", Map.of())).isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(() -> read(bare, "none.zarr", Map.of())).isInstanceOf(CorruptDataException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zarr", "h5md", "h5"})
    @DisplayName("Out-of-memory data: structures are kept in a layout of this module and opened where they are")
    void rowsInLayout(String layout) {
        List<Atoms> frames = IntStream.range(0, 20)
                .mapToObj(i -> Atoms.builder()
                        .numbers(new int[] {8, 1, 1})
                        .positions(new double[][] {{i, 0, 0}, {0, i, 0}, {0, 0, i}})
                        .build())
                .toList();
        store.put("md", frames, PutOptions.none().codec("rows").codecOption("layout", layout))
                .block();
        AtomsIO back = store.get("md", AtomsIO.class).block();
        assertThat(back.size().block()).isEqualTo(20);
        assertThat(back.get(7).block().positions()).isEqualTo(frames.get(7).positions());
        back.close().block();
        AtomsIO same = FileStores.atoms(store.require("md").block().files(), "rows." + layout)
                .block();
        assertThat(same.get(-1).block().positions()).isEqualTo(frames.get(19).positions());
        same.close().block();
    }
}
