package io.atomflux.artifact.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutMode;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** A folder that MLtraq 0.1.165 wrote; make_folder.py, beside it, made it. */
@Timeout(60)
class MltraqFolderTest {

    private static final String EXPERIMENT = "00000000-0000-0000-0000-000000000001";
    private static final Bytes ENCODED =
            Bytes.of(HexFormat.of().parseHex("8005950a000000000000007d948c0163944b7b732e"));

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        folder = temp.resolve("mltraq.datastore");
        Path golden = Path.of(Objects.requireNonNull(getClass().getResource("mltraq.datastore"))
                .toURI());
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(golden.relativize(file).toString()));
            }
        }
    }

    @Test
    @DisplayName(
            "a folder of MLtraq is told by its content, and its payloads are artifacts whose values are their bytes")
    void detects() {
        ArtifactStore store = ArtifactStore.open(folder);
        assertThat(store.keys().map(ArtifactKey::toString).collectList().block())
                .containsExactly(
                        EXPERIMENT + "/00000000000000000000000000000003",
                        EXPERIMENT + "/00000000000000000000000000000004",
                        "self_managed/manual/00000000000000000000000000000005",
                        "undefined/00000000000000000000000000000006");
        assertThat(store.get("undefined/00000000000000000000000000000006", Bytes.class)
                        .block())
                .isEqualTo(ENCODED);
        assertThat(store.sub("self_managed")
                        .get("manual/00000000000000000000000000000005", Bytes.class)
                        .block())
                .isEqualTo(Bytes.ofText("raw bytes"));
        assertThat(store.names("").collectList().block()).containsExactly(EXPERIMENT, "self_managed", "undefined");
        assertThat(store.find("undefined/nothing").block()).isNull();
        assertThat(store.verify().collectList().block()).isEmpty();
        assertThat(store.id().block())
                .matches("[0-9a-f]{32}")
                .isEqualTo(ArtifactStore.open(folder).id().block());
    }

    @Test
    @DisplayName("its URLs are read by a payload store of the folder")
    void readsUrls() {
        PayloadStore store = PayloadStore.folder(folder);
        PayloadUrl url = PayloadUrl.parse("file:///self_managed/manual/00000000000000000000000000000005");
        assertThat(store.readObject(url, Bytes.class).block()).isEqualTo(Bytes.ofText("raw bytes"));
        assertThat(store.list(Scope.owner(EXPERIMENT)).collectList().block()).hasSize(2);
        assertThatThrownBy(() -> store.deleteScope(Scope.owner(EXPERIMENT)).block())
                .isInstanceOf(StoreAccessException.class);
    }

    @Test
    @DisplayName(
            "bytes are put, replaced, moved and deleted in place; anything else is refused, as the layout has no room for it")
    void writes() throws IOException {
        ArtifactStore store = ArtifactStore.open(folder);
        store.put("mine/x", Bytes.ofText("one")).block();
        assertThat(folder.resolve("mine/x")).hasContent("one");
        assertThatThrownBy(() -> store.put(
                                "mine/x", Bytes.ofText("two"), PutOptions.none().mode(PutMode.FAIL))
                        .block())
                .isInstanceOf(ArtifactExistsException.class);
        store.put("mine/x", Bytes.ofText("two")).block();
        assertThat(store.get("mine/x", Bytes.class).block()).isEqualTo(Bytes.ofText("two"));
        store.rename("mine/x", "mine/deep/y").block();
        assertThat(folder.resolve("mine/deep/y")).hasContent("two");
        assertThatThrownBy(() -> store.put("mine/z", NdArray.of(new double[3])).block())
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() -> store.put("single", Bytes.ofText("x")).block()).isInstanceOf(AtomfluxException.class);
        assertThat(store.delete("mine/deep/y").block()).isTrue();
        assertThat(folder.resolve("mine")).doesNotExist();
        assertThat(store.delete("mine/deep/y").block()).isFalse();
        store.sweep().block();
        try (Stream<Path> rest = Files.walk(folder.resolve(".atomflux/sets"))) {
            assertThat(rest.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(store.keys().collectList().block()).hasSize(4);
    }

    @Test
    @DisplayName("puts of one new key at once: one makes it, also from another handle")
    void parallel() {
        List<ArtifactStore> stores = List.of(ArtifactStore.open(folder), ArtifactStore.open(folder));
        Long made = Flux.range(0, 10)
                .flatMap(i -> stores.get(i % 2)
                        .put(
                                "race/x",
                                Bytes.ofText("value " + i),
                                PutOptions.none().mode(PutMode.FAIL))
                        .onErrorResume(ArtifactExistsException.class, taken -> reactor.core.publisher.Mono.empty()))
                .count()
                .block();
        assertThat(made).isEqualTo(1);
        assertThat(stores.get(0).get("race/x", Bytes.class).block().length()).isEqualTo(7);
    }

    @Test
    @DisplayName("what is replaced under a reader is an error of that reader, never other bytes")
    void replacedUnderReader() {
        ArtifactStore store = ArtifactStore.open(folder);
        store.put("a/x", Bytes.ofText("old")).block();
        Artifact old = store.require("a/x").block();
        store.put("a/x", Bytes.ofText("newer")).block();
        assertThatThrownBy(() -> old.value(Bytes.class).block()).isInstanceOf(ArtifactNotFoundException.class);
    }

    @Test
    @DisplayName("M1: links are not followed, neither for reading nor for writing")
    void links() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret"), "secret");
        Files.createSymbolicLink(folder.resolve("undefined/link"), secret);
        Files.createSymbolicLink(folder.resolve("out"), temp);
        ArtifactStore store = ArtifactStore.open(folder, ArtifactOptions.none().layout("mltraq"));
        assertThat(store.keys().collectList().block()).hasSize(4);
        assertThatThrownBy(() -> store.get("undefined/link", Bytes.class).block())
                .isInstanceOf(StoreAccessException.class);
        assertThatThrownBy(() -> store.get("out/secret", Bytes.class).block()).isInstanceOf(StoreAccessException.class);
        assertThatThrownBy(() -> store.put("out/new", Bytes.ofText("x")).block())
                .isInstanceOf(StoreAccessException.class);
        assertThat(temp.resolve("new")).doesNotExist();
        assertThat(new String(Files.readAllBytes(secret), UTF_8)).isEqualTo("secret");
    }

    @Test
    @DisplayName("opened for reading nothing is changed or made; a folder of something else is not taken for MLtraq's")
    void readOnly() throws IOException {
        ArtifactStore reading =
                ArtifactStore.open(folder, ArtifactOptions.none().readOnly());
        assertThat(reading.get("undefined/00000000000000000000000000000006", Bytes.class)
                        .block())
                .isEqualTo(ENCODED);
        assertThat(reading.id().block()).matches("[0-9a-f]{32}");
        assertThatThrownBy(() -> reading.put("a/b", Bytes.ofText("x")).block())
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThat(folder.resolve(".atomflux")).doesNotExist();
        ArtifactStore none = ArtifactStore.open(
                temp.resolve("none"), ArtifactOptions.none().layout("mltraq").readOnly());
        assertThatThrownBy(() -> none.get("a/b", Bytes.class).block()).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> none.keys().collectList().block()).isInstanceOf(StoreNotFoundException.class);
        Files.writeString(folder.resolve("file"), "x");
        assertThat(new MltraqStorageProvider().detects(folder)).isFalse();
        Files.delete(folder.resolve("file"));
        assertThat(new MltraqStorageProvider().detects(folder)).isTrue();
        Files.writeString(folder.resolve(EXPERIMENT + "/readme"), "x");
        assertThat(new MltraqStorageProvider().detects(folder)).isFalse();
    }

    @Test
    @DisplayName("getOrCompute is refused, as the layout has no locks")
    void noLocks() {
        ArtifactStore store = ArtifactStore.open(folder);
        assertThatThrownBy(() -> store.getOrCompute(
                                "a/b", Bytes.class, reactor.core.publisher.Mono.just(Bytes.ofText("x")))
                        .block(Duration.ofSeconds(60)))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() -> store.require("a/b").block()).isInstanceOf(ArtifactNotFoundException.class);
    }

    @Test
    @DisplayName("queries by codec find the payloads, though the layout keeps no index")
    void foundByCodec() {
        ArtifactStore store = ArtifactStore.open(folder);
        assertThat(store.query(Query.artifacts().codec("datapak-0")).count().block())
                .isEqualTo(4);
        assertThat(store.sub("undefined")
                        .query(Query.artifacts().codec("datapak-0"))
                        .map(match -> match.artifact().key())
                        .collectList()
                        .block())
                .containsExactly("00000000000000000000000000000006");
        assertThat(store.query(Query.artifacts().codec("npy")).count().block()).isZero();
    }
}
