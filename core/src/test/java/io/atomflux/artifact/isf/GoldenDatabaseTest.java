package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Databases as the framework lays them out, with data files by the Python packages; see the README beside them. */
@Timeout(60)
class GoldenDatabaseTest {

    private static final NdArray ARRAY = NdArray.of(new double[] {0, 0.25, 0.5, 0.75, 1, 1.25}, 2, 3);

    @TempDir
    Path temp;

    private Path base;
    private IsfDatabase db;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        base = temp.resolve("golden");
        Path golden = Path.of(GoldenDatabaseTest.class.getResource("golden").toURI());
        Files.walkFileTree(golden, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(base.resolve(golden.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, base.resolve(golden.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
        db = IsfDatabase.open(base).block();
    }

    @Test
    @DisplayName(
            "id, keys, arrays, pickles as bytes, folders, databases inside and growing arrays are what the framework wrote")
    void opens() throws IOException {
        assertThat(db.id().block()).isEqualTo("2026-11-20_29400_uBhghNd");
        assertThat(db.sub("sub").block().id().block()).isEqualTo("2026-11-20_29400_abcDEF1");
        assertThat(db.keys().collectList().block())
                .containsExactly(
                        "arrays", "bare", "cloud", "folder", "msgpack", "npy", "npz", "old", "parts", "pickle", "sub",
                        "table", "zarr");
        assertThat(db.keysBelow().collectList().block())
                .contains(List.of("sub", "x"))
                .hasSize(13);
        assertThat(db.get(NdArray.class, "npy").block()).isEqualTo(ARRAY);
        assertThat(db.get(NdArray.class, "npz").block()).isEqualTo(ARRAY);
        assertThat(db.get(NdArray.class, "sub", "x").block()).isEqualTo(ARRAY);
        assertThat(db.get(NdArray.class, "bare").block()).isEqualTo(NdArray.of(new double[0]));
        for (String pickle : List.of("pickle", "cloud")) {
            assertThat(db.get(Bytes.class, pickle).block())
                    .isEqualTo(Bytes.of(Files.readAllBytes(base.resolve(pickle).resolve("to_pickle_dump"))));
            StepVerifier.create(db.get(Map.class, pickle)).verifyError(UnsupportedDataException.class);
        }
        for (String refused : List.of("msgpack", "old")) {
            StepVerifier.create(db.get(Object.class, refused)).verifyError(UnsupportedDataException.class);
        }
        assertThat(db.managedFolder("folder").block().getFile(".txt").block()).hasContent("text");
        SharedArrays arrays = db.sharedArrays("arrays").block();
        assertThat(arrays.load("a").block()).isEqualTo(ARRAY);
        assertThat(arrays.append("a", ARRAY).block()).isEqualTo(4);
        assertThat(db.store().verify().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("I1: metadata are shown as the framework wrote them, and stay in their files to the byte")
    void metadata() throws IOException {
        Map<String, String> before = metadataFiles();
        assertThat(db.metadata("npy").block())
                .containsEntry("dumper", "numpy_to_npy")
                .containsEntry("hostname", "node1\n")
                .containsEntry("version", "0.5.0-beta")
                .containsEntry("dirty", false)
                .containsEntry("metadata_creation_time", "together_with_new_key");
        assertThat(db.metadata("bare").block()).containsEntry("metadata_creation_time", "post_hoc");
        db.set(1L, "new").block();
        db.delete("new").block();
        IsfDatabase.open(base).block().keys().collectList().block();
        assertThat(metadataFiles()).isEqualTo(before);
    }

    private Map<String, String> metadataFiles() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String key : db.keys().collectList().block()) {
            Path file = base.resolve(key).resolve("metadata.json");
            if (Files.exists(file)) {
                files.put(key, Files.readString(file));
            }
        }
        return files;
    }

    @Test
    @DisplayName("I16: a table in parts is complete or damaged: a missing part and parts of another number are told")
    void partsAreComplete() throws IOException {
        List<FileEntry> entries = db.store().find("parts").block().files().entries();
        assertThat(PartitionsCodec.parts(entries))
                .containsExactly("pandas_to_parquet.2.0.parquet", "pandas_to_parquet.2.1.parquet");
        Files.move(
                base.resolve("parts/pandas_to_parquet.2.1.parquet"),
                base.resolve("parts/pandas_to_parquet.3.1.parquet"));
        StepVerifier.create(db.get(Flux.class, "parts")).verifyError(CorruptDataException.class);
        Files.delete(base.resolve("parts/pandas_to_parquet.3.1.parquet"));
        StepVerifier.create(db.get(Flux.class, "parts"))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("pandas_to_parquet.2.1.parquet"));
        StepVerifier.create(db.get(List.class, "parts")).verifyError(UnsupportedDataException.class);
        List<FileEntry> many = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            many.add(new FileEntry("pandas_to_parquet.12.%d.parquet".formatted(i), 1, Optional.empty()));
        }
        assertThat(PartitionsCodec.parts(many).get(2)).isEqualTo("pandas_to_parquet.12.2.parquet");
    }

    @Test
    @DisplayName(
            "Out-of-memory data: the files of any key are streamed by name, also of formats that are not decoded here")
    void filesAreStreamed() {
        for (String file :
                List.of("table/pandas_to_parquet.parquet", "zarr/obj.zarr/.zarray", "msgpack/pandas_to_msgpack")) {
            String key = file.substring(0, file.indexOf('/'));
            assertThat(db.openFile(file.substring(key.length() + 1), key)
                            .blockFirst()
                            .hasRemaining())
                    .isTrue();
        }
    }
}
