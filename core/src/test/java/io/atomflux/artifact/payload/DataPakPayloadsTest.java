package io.atomflux.artifact.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.codec.DataPak;
import io.atomflux.artifact.payload.PayloadFormat.Compression;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Values that MLtraq 0.1.165 wrote as payloads; make_values.py, beside them, made the files. */
@Timeout(60)
class DataPakPayloadsTest {

    private static final Scope MINE = Scope.kept("mine");

    @TempDir
    Path folder;

    private PayloadStore store;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        Path golden = Path.of(Objects.requireNonNull(getClass().getResource("values.datastore"))
                .toURI());
        Files.createDirectories(folder.resolve("values"));
        try (Stream<Path> files = Files.list(golden.resolve("values"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("values/" + file.getFileName()));
            }
        }
        store = PayloadStore.folder(folder);
    }

    private static PayloadUrl url(int number) {
        return PayloadUrl.parse("file:///values/%032d".formatted(number));
    }

    private PayloadRef raw(byte[] bytes) {
        return store.write(MINE, Flux.just(ByteBuffer.wrap(bytes))).block();
    }

    @Test
    @DisplayName(
            "M11: values of MLtraq are read with named series and frames, whose Arrow files are there, and addresses of data stores")
    void valuesOfMltraq() {
        Map<?, ?> value = store.readObject(url(3), Map.class).block();
        assertThat(value.get("array")).isEqualTo(NdArray.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3));
        assertThat(value.get("none")).isNull();
        assertThat(value.containsKey("none")).isTrue();
        assertThat(value.get("inner")).isEqualTo(new DataPak.Tagged("mltraq.DataStore-0", url(2).toString()));
        for (String frame : List.of("series", "frame")) {
            DataPak.Tagged tagged = (DataPak.Tagged) value.get(frame);
            assertThat(tagged.tag()).isEqualTo(frame.equals("frame") ? "pandas.DataFrame-0" : "pandas.Series-0");
            assertThat(((Bytes) tagged.value()).toArray())
                    .startsWith("ARROW1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        DataPak.Tagged series = (DataPak.Tagged) value.get("series");
        assertThat(new String(((Bytes) series.value()).toArray(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .as("the name of the series")
                .contains("loss");
    }

    @Test
    @DisplayName("M3: payloads that MLtraq compressed are read, which its own reading cannot")
    void compressed() {
        assertThat(store.readObject(url(5), Object.class).block())
                .isEqualTo(Map.of("words", "the same words ".repeat(20)));
    }

    @Test
    @DisplayName("data stores inside of data stores are followed on demand; a circle and too many bytes are refused")
    void follows() throws IOException {
        Map<?, ?> whole = store.readWhole(url(3), Map.class).block();
        assertThat(whole.get("inner")).isEqualTo(Map.of("text", "nested", "deep", Map.of("n", 7L)));
        assertThat(whole.get("array")).isInstanceOf(NdArray.class);
        assertThat(whole.containsKey("none")).isTrue();
        assertThatThrownBy(() -> store.limit(3800).readWhole(url(3), Map.class).block())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("together");
        Bytes circle = DataPak.write(Map.of("a", new DataPak.Tagged("mltraq.DataStore-0", url(9).toString())));
        Files.write(folder.resolve("values/" + url(9).name()), circle.toArray());
        assertThatThrownBy(() -> store.readWhole(url(9), Map.class).block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("circle");
        Bytes outside = DataPak.write(Map.of("a", new DataPak.Tagged("mltraq.DataStore-0", "file:///../secret")));
        PayloadUrl evil = raw(outside.toArray()).url();
        assertThatThrownBy(() -> store.readWhole(evil, Map.class).block())
                .isInstanceOf(io.atomflux.error.InvalidNameException.class);
        Files.delete(folder.resolve("values/" + url(1).name()));
        assertThatThrownBy(() -> store.readWhole(url(3), Map.class).block())
                .isInstanceOf(io.atomflux.error.ArtifactNotFoundException.class)
                .hasMessageContaining(url(1).toString());
    }

    @Test
    @DisplayName("values written as datapak-0 have the bytes of MLtraq's form, without a header, and are read back")
    void writes() throws IOException {
        Map<String, Object> value = Map.of("b", NdArray.of(new long[] {1, 2}), "list", List.of(1L, 2.5, "x"));
        for (Compression compression : Compression.values()) {
            PayloadRef ref = store.writeObject(MINE, value, new PayloadFormat("datapak-0", compression))
                    .block();
            byte[] stored =
                    Files.readAllBytes(folder.resolve("mine/" + ref.url().name()));
            assertThat(HexFormat.of().formatHex(stored))
                    .startsWith(compression == Compression.ZLIB ? "433031789c" : "8005");
            assertThat((Object) store.readObject(ref, Map.class).block()).isEqualTo(value);
            assertThat(store.readObject(ref.url(), Object.class).block()).isEqualTo(value);
        }
        Bytes bytes = Bytes.ofText("x");
        PayloadRef ref =
                store.writeObject(MINE, bytes, PayloadFormat.of("datapak-0")).block();
        assertThat(store.readObject(ref, Bytes.class).block())
                .as("by reference it is the value")
                .isEqualTo(bytes);
    }

    @Test
    @DisplayName(
            "what is given as bytes stays bytes: by its reference always, and by its address for who asks for bytes")
    void rawBytes() {
        byte[] pickle = DataPak.write(Map.of("a", 1)).toArray();
        PayloadRef ref = raw(pickle);
        assertThat(store.readObject(ref, Object.class).block()).isEqualTo(Bytes.wrap(pickle));
        assertThat(store.readObject(ref, Bytes.class).block()).isEqualTo(Bytes.wrap(pickle));
        assertThat(store.readObject(ref.url(), Bytes.class).block()).isEqualTo(Bytes.wrap(pickle));
        assertThat(store.readObject(ref.url(), Object.class).block()).isEqualTo(Map.of("a", 1L));
        assertThat((Object) store.readObject(ref, Map.class).block()).isEqualTo(Map.of("a", 1L));
        assertThat(store.readObject(url(4), Object.class).block())
                .as("a pickle of another protocol")
                .isEqualTo(Bytes.wrap(new byte[] {(byte) 0x80, 4, 0x4b, 1, '.'}));
        for (String text : List.of("", "C", "C01", "C01 and C02", "C01x", "\u0001")) {
            PayloadUrl url = raw(Bytes.ofText(text).toArray()).url();
            assertThat(store.readObject(url, Object.class).block()).as(text).isEqualTo(Bytes.ofText(text));
        }
    }

    @Test
    @DisplayName(
            "M5, M17: what begins as a value and is none, is cut or would run code, is an error naming its address")
    void refuses() throws IOException {
        PayloadUrl code =
                raw(HexFormat.of().parseHex("80058c026f738c0673797374656d932e")).url();
        assertThatThrownBy(() -> store.readObject(code, Object.class).block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining(code.toString())
                .hasMessageContaining("ask for Bytes");
        byte[] whole = Files.readAllBytes(folder.resolve("values/" + url(2).name()));
        for (int length = 4; length < whole.length; length++) {
            PayloadUrl cut = raw(java.util.Arrays.copyOf(whole, length)).url();
            assertThatThrownBy(() -> store.readObject(cut, Object.class).block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(cut.toString());
        }
    }

    @Test
    @DisplayName(
            "as artifacts, payloads of MLtraq are values or bytes, as asked, and values by codec datapak-0 are put")
    void artifacts() throws IOException {
        ArtifactStore artifacts =
                ArtifactStore.open(folder, ArtifactOptions.none().layout("mltraq"));
        String nested = "values/" + url(2).name();
        byte[] stored = Files.readAllBytes(folder.resolve(nested));
        assertThat(artifacts.require(nested).block().value(Object.class).block())
                .isEqualTo(
                        Map.of("text", "nested", "deep", new DataPak.Tagged("mltraq.DataStore-0", url(1).toString())));
        assertThat(artifacts.get("values/" + url(1).name(), Map.class).block().get("n"))
                .isEqualTo(7L);
        assertThat(artifacts.get(nested, Bytes.class).block()).isEqualTo(Bytes.wrap(stored));
        assertThat(artifacts.get(nested, byte[].class).block()).isEqualTo(stored);
        assertThat(artifacts.get(nested, ByteBuffer.class).block()).isEqualTo(ByteBuffer.wrap(stored));
        assertThat(artifacts.get("values/" + url(4).name(), Object.class).block())
                .isEqualTo(Bytes.wrap(new byte[] {(byte) 0x80, 4, 0x4b, 1, '.'}));

        Map<String, Object> value = Map.of("c", 123L);
        artifacts.put("mine/x", value, PutOptions.none().codec("datapak-0")).block();
        assertThat(store.readObject(PayloadUrl.parse("file:///mine/x"), Object.class)
                        .block())
                .isEqualTo(value);
        assertThat((Object) artifacts.get("mine/x", Map.class).block()).isEqualTo(value);
        artifacts.close().block();
    }

    @Test
    @DisplayName("in stores of other layouts codec datapak-0 gives back what was put, bytes too")
    void codecElsewhere(@TempDir Path elsewhere) {
        ArtifactStore artifacts = ArtifactStore.open(elsewhere.resolve("store"));
        PutOptions named = PutOptions.none().codec("datapak-0");
        artifacts.put("a", Bytes.ofText("x"), named).block();
        assertThat(artifacts.get("a", Bytes.class).block()).isEqualTo(Bytes.ofText("x"));
        artifacts.put("b", Map.of("id", new UUID(1, 2)), named).block();
        assertThat((Object) artifacts.get("b", Map.class).block()).isEqualTo(Map.of("id", new UUID(1, 2)));
        assertThatThrownBy(() -> artifacts
                        .put("c", Map.of("x", Thread.currentThread()), named)
                        .block())
                .hasMessageContaining("Thread");
        assertThat(artifacts.find("c").block()).isNull();
        ArtifactStore mltraq = ArtifactStore.open(folder, ArtifactOptions.none().layout("mltraq"));
        artifacts
                .put("copy", mltraq.get("values/" + url(2).name(), Object.class).block(), named)
                .block();
        assertThat(artifacts.get("copy", Map.class).block().get("text")).isEqualTo("nested");
        Mono.when(artifacts.close(), mltraq.close()).block();
    }
}
