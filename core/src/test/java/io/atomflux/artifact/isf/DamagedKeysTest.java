package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders of keys that were damaged, or made to do damage. */
@Timeout(60)
class DamagedKeysTest {

    private static final NdArray GOOD = NdArray.of(new double[] {1, 2});

    @TempDir
    Path temp;

    private IsfDatabase db;
    private Path bad;

    @BeforeEach
    void fill() {
        db = IsfDatabase.open(temp.resolve("db")).block();
        db.set(GOOD, "good").block();
        db.set(NdArray.of(new double[] {3, 4}), "bad").block();
        bad = temp.resolve("db/bad");
    }

    /** The others are listed and read; of the damaged one the error names the file. */
    private void onlyOneIsDamaged(String file) {
        assertThat(db.keys().collectList().block()).as(file).containsExactly("bad", "good");
        assertThat(db.get(NdArray.class, "good").block()).as(file).isEqualTo(GOOD);
        assertThat(catchThrowable(() -> db.get(NdArray.class, "bad").block()))
                .as(file)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("bad/" + file);
        assertThat(catchThrowable(() -> db.metadata("bad").block()))
                .as(file)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("bad/" + file);
        assertThat(db.store().verify().collectList().block())
                .as(file)
                .singleElement()
                .matches(finding -> finding.key().equals("bad"));
    }

    private Path emptied(String file) throws IOException {
        Files.deleteIfExists(bad.resolve(Sidecar.FILE));
        Files.deleteIfExists(bad.resolve(file));
        return bad.resolve(file);
    }

    @Test
    @DisplayName("I22: one key whose loader or metadata are no JSON is damaged, and does not hide the other keys")
    void noJson() throws IOException {
        for (String text : List.of("", "{", "[1]", "[".repeat(200_000), "\ufffe\0")) {
            Files.writeString(emptied("Loader.json"), text);
            onlyOneIsDamaged("Loader.json");
        }
        for (String rest : List.of("99999999999,\"parameters\":\"{}\"", "1,\"parameters\":\"{bad\"")) {
            Files.writeString(emptied("Loader.json"), "{\"Loader\":\"atomflux.loader.json\",\"version\":" + rest + "}");
            onlyOneIsDamaged("Loader.json");
        }
        Files.writeString(
                emptied("Loader.json"), "{\"Loader\":\"data_base.isf_data_base.IO.LoaderDumper.numpy_to_npy\"}");
        Files.writeString(emptied("metadata.json"), "{");
        onlyOneIsDamaged("metadata.json");
    }

    @Test
    @DisplayName("I22: a link, a folder or a pipe in place of a loader is not followed and not waited for")
    void noFile() throws IOException, InterruptedException {
        Path outside = Files.writeString(temp.resolve("outside.json"), "{\"Loader\": \"secret\"}");
        Files.createSymbolicLink(emptied("Loader.json"), outside);
        onlyOneIsDamaged("Loader.json");
        Files.createDirectory(emptied("Loader.json"));
        onlyOneIsDamaged("Loader.json");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")));
        Path pipe = emptied("Loader.json");
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        onlyOneIsDamaged("Loader.json");
    }

    @Test
    @DisplayName("A record of ours that is no text any more is passed over: what the framework's files tell is there")
    void sidecarIsNoText() throws IOException {
        Files.write(bad.resolve(Sidecar.FILE), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThat(db.keys().collectList().block()).containsExactly("bad", "good");
        assertThat(db.get(NdArray.class, "bad").block()).isEqualTo(NdArray.of(new double[] {3, 4}));
    }

    @Test
    @DisplayName("I5: the name of a loader never finds a class, and the file a loader names stays in its folder")
    void hostileLoaders() throws IOException {
        for (Map.Entry<String, String> loader : Map.of(
                        "java.lang.Runtime", "{}",
                        "atomflux.loader.java.lang.Runtime", "{}",
                        "io.atomflux.artifact.codec.NpyCodec", "{}",
                        "data_base.isf_data_base.IO.LoaderDumper.../../../os", "{}",
                        "atomflux.loader.npy", "{\\\"file\\\":\\\"../good/np.npy\\\"}")
                .entrySet()) {
            Files.writeString(
                    emptied("Loader.json"),
                    "{\"Loader\":\"%s\",\"version\":1,\"parameters\":\"%s\"}"
                            .formatted(loader.getKey(), loader.getValue()));
            assertThat(db.keys().collectList().block()).containsExactly("bad", "good");
            assertThat(catchThrowable(() -> db.get(Object.class, "bad").block()))
                    .as(loader.getKey())
                    .isInstanceOf(AtomfluxException.class);
        }
    }
}
