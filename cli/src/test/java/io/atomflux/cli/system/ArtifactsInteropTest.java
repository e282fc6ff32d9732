package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.evaluator.EvaluatorStorage;
import io.atomflux.artifact.evaluator.ForceFieldSource;
import io.atomflux.artifact.isf.IsfDatabase;
import io.atomflux.artifact.payload.PayloadFormat;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.payload.PayloadUrl;
import io.atomflux.artifact.payload.Scope;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Artifacts between us and NumPy, zarr-python and MLtraq. */
@Tag("live")
class ArtifactsInteropTest {

    @TempDir
    Path directory;

    private Path script;

    @BeforeEach
    void putScript() throws IOException {
        script = Live.script("artifacts.py", directory);
    }

    private List<String> python(String program, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program, script.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Live.lines(command);
    }

    @Test
    @DisplayName("arrays kept as npy, npz and Zarr are what NumPy and zarr-python read in the folder of the artifact")
    void arrays() throws IOException, InterruptedException {
        ArtifactStore store = ArtifactStore.open(directory.resolve("results"));
        NdArray doubles = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        NdArray longs = NdArray.of(new long[] {1, 1 << 20, 7});
        store.put("npy", doubles).block();
        store.put("npz", Map.of("a", doubles, "b", longs)).block();
        store.put("zarr", longs, PutOptions.none().codec("zarr")).block();
        List<String> found = new ArrayList<>();
        for (String key : List.of("npy", "npz", "zarr")) {
            Artifact artifact = Objects.requireNonNull(store.require(key).block());
            found.addAll(Objects.requireNonNull(artifact.files()
                    .local()
                    .flatMap(local -> reactor.core.publisher.Mono.fromCallable(
                                    () -> python(Live.python(), "arrays", local.path()))
                            .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
                            .flatMap(lines -> local.close().thenReturn(lines)))
                    .block()));
        }
        assertThat(found)
                .containsExactly(
                        "[\"\", \"<f8\", [2, 3], 21.0]",
                        "[\"a\", \"<f8\", [2, 3], 21.0]",
                        "[\"b\", \"<i8\", [3], 1048584.0]",
                        "[\"\", \"<i8\", [3], 1048584.0]");
        store.close().block();
    }

    @Test
    @DisplayName("arrays of an ISF database are plain files in their key's folder, which NumPy reads")
    void isf() throws IOException, InterruptedException {
        Path place = directory.resolve("database");
        IsfDatabase database = Objects.requireNonNull(IsfDatabase.open(place).block());
        database.set(NdArray.of(new double[] {1.5, 2.5}), "sub", "array").block();
        database.close().block();
        assertThat(python(Live.python(), "arrays", place.resolve("sub/db/array")))
                .containsExactly("[\"\", \"<f8\", [2], 4.0]");
    }

    @Test
    @DisplayName(
            "a folder of ours in the evaluator's layout has the registry, sections and type tags that its opening checks")
    void evaluator() throws IOException, InterruptedException {
        Path place = directory.resolve("stored_data");
        EvaluatorStorage storage = EvaluatorStorage.open(place);
        String key = Objects.requireNonNull(storage.storeForceField(new ForceFieldSource.Smirnoff("<SMIRNOFF/>"))
                        .block())
                .key()
                .toString();
        storage.close().block();
        assertThat(python(Live.python(), "evaluator", place)).containsExactly("ForceFieldData " + key);
    }

    @Test
    @DisplayName(
            "payloads that MLtraq wrote are read with their values, and those written here are the same bytes there")
    void mltraq() throws IOException, InterruptedException {
        String tracker = Live.property("atomflux.mltraq");
        Path base = directory.resolve("payloads");
        List<String> told = python(tracker, "mltraq-write", base);
        PayloadStore payloads = PayloadStore.folder(base);
        assertThat(Bytes.wrap(bytes(payloads.read(PayloadUrl.parse(told.get(1))))))
                .isEqualTo(Bytes.wrap("\0raw bytes\u00ff".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat((Object) payloads.readObject(PayloadUrl.parse(told.get(2)), Map.class)
                        .block())
                .isEqualTo(Map.of("a", java.util.Arrays.asList(1L, 2.5, null)));

        ArtifactStore artifacts = ArtifactStore.open(base).readOnly();
        List<Artifact> of = Objects.requireNonNull(
                artifacts.artifacts(told.get(0)).collectList().block());
        assertThat(of).hasSize(1);
        assertThat(of.get(0).value(Object.class).block())
                .isEqualTo(Map.of(
                        "weights", NdArray.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3),
                        "name", "spring",
                        "sizes", List.of(1L, 2L, 3L)));
        artifacts.close().block();

        byte[] content = "from here".getBytes(StandardCharsets.UTF_8);
        PayloadRef ref = Objects.requireNonNull(payloads.write(Scope.kept("ours"), Flux.just(ByteBuffer.wrap(content)))
                .block());
        assertThat(python(tracker, "mltraq-read", base, ref.url()))
                .containsExactly(java.util.HexFormat.of().formatHex(content));

        Map<String, Object> value = Map.of(
                "name",
                "spring",
                "sizes",
                List.of(1L, -(1L << 40), 2.5),
                "weights",
                NdArray.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3));
        String ours = payloads.writeObject(Scope.kept("ours"), value, PayloadFormat.of("datapak-0"))
                .map(written -> written.url().toString())
                .block();
        assertThat(python(tracker, "mltraq-load", base, ours))
                .containsExactly(
                        "DataStore {\"name\": \"spring\", \"sizes\": [1, -1099511627776, 2.5], \"weights\": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]}",
                        "dict {\"name\": \"spring\", \"sizes\": [1, -1099511627776, 2.5], \"weights\": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]}");

        ArtifactStore writable = ArtifactStore.open(base); // told by the folder of the experiment
        writable.put("ours/" + "0".repeat(32), value, PutOptions.none().codec("datapak-0"))
                .block();
        assertThat(python(tracker, "mltraq-load", base, "file:///ours/" + "0".repeat(32)))
                .hasSize(2);
        writable.close().block();
    }

    @Test
    @DisplayName(
            "M11: named series and frames of MLtraq are tables here, and a table written here is one in Arrow there")
    void tables() throws IOException, InterruptedException {
        String tracker = Live.property("atomflux.mltraq");
        Path base = directory.resolve("payloads");
        List<String> told = python(tracker, "mltraq-frames", base);
        PayloadStore payloads = PayloadStore.folder(base);
        Map<?, ?> read =
                payloads.readWhole(PayloadUrl.parse(told.get(0)), Map.class).block();
        Table series = (Table) ((Map<?, ?>) Objects.requireNonNull(read)).get("series");
        assertThat(series.names()).contains("loss");
        assertThat(series.list("loss")).containsExactly(1.5, 2.5);
        Map<?, ?> inner = (Map<?, ?>) Objects.requireNonNull(read.get("inner"));
        assertThat(((Table) Objects.requireNonNull(inner.get("frame"))).list("s"))
                .containsExactly("a", "b");

        ArtifactStore store = ArtifactStore.open(directory.resolve("results"));
        store.put(
                        "table",
                        Table.of(Map.of("x", List.of(1L, 2L))),
                        PutOptions.none().codec("arrow"))
                .block();
        Artifact artifact = Objects.requireNonNull(store.require("table").block());
        String file = artifact.files().entries().get(0).name();
        Path copy = directory.resolve("table.arrow");
        java.nio.file.Files.write(copy, bytes(artifact.files().read(file)));
        assertThat(python(Live.python(), "table", copy)).containsExactly("{\"x\": [1, 2]}");
        store.close().block();
    }

    private static byte[] bytes(Flux<ByteBuffer> content) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (ByteBuffer buffer : content.toIterable()) {
            while (buffer.hasRemaining()) {
                all.write(buffer.get());
            }
        }
        return all.toByteArray();
    }
}
