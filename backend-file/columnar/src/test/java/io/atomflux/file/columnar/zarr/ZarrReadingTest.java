package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Zarr stores that zarr-python wrote")
class ZarrReadingTest {

    private static final long MOST = 1 << 20;

    @TempDir
    static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        Golden.unpack(folder);
    }

    static ZarrStore open(Path path) {
        return new ZarrStore(new PlainAccess(path), true, MOST);
    }

    @ParameterizedTest(name = "version {0}")
    @DisplayName("have every array's elements as zarr-python reads them")
    @ValueSource(ints = {2, 3})
    void arrays(int version) throws IOException {
        Path expected = folder.resolve("v%d.zarr.expected".formatted(version));
        List<String> seen = new ArrayList<>();
        try (ZarrStore store = open(folder.resolve("v%d.zarr".formatted(version)))) {
            store.read(tree -> {
                assertThat(tree.hasGroup("")).isTrue();
                assertThat(tree.names("")).containsExactly("default");
                for (String file : Golden.files(expected)) {
                    String path = "default/" + file.substring(0, file.lastIndexOf('.'));
                    ArrayInfo info = tree.array(path).orElseThrow(() -> new AssertionError(path));
                    if (file.endsWith(".json")) {
                        assertThat(Golden.texts(tree, info)).as(path).isEqualTo(Golden.list(expected.resolve(file)));
                    } else {
                        assertThat(Golden.bytes(tree, info))
                                .as(path)
                                .isEqualTo(Files.readAllBytes(expected.resolve(file)));
                    }
                    seen.add(path);
                }
                return null;
            });
        }
        assertThat(seen).hasSizeGreaterThan(version == 2 ? 35 : 55);
    }

    @ParameterizedTest(name = "version {0}")
    @DisplayName("have groups, names and attributes")
    @ValueSource(ints = {2, 3})
    void attributes(int version) throws IOException {
        try (ZarrStore store = open(folder.resolve("v%d.zarr".formatted(version)))) {
            store.read(tree -> {
                Map<String, Object> attributes = tree.attributes("default");
                assertThat(attributes)
                        .containsEntry("n_frames", 5L)
                        .containsEntry("columns", List.of("a", "b.c"))
                        .containsEntry("nan", Double.NaN)
                        .containsEntry("big", Math.pow(2, 70))
                        .containsEntry("text", "é\u2028😀");
                List<Object> list = new ArrayList<>(List.of(1L, 2.5));
                list.add(null);
                list.add(true);
                list.add(List.of());
                assertThat(attributes.get("nested")).isEqualTo(Map.of("list", list));
                assertThat(tree.names("default/deep")).containsExactly("er");
                assertThat(tree.names("default/deep/er")).containsExactly("x");
                assertThat(tree.attributes("default/deep/er/x")).isEqualTo(Map.of("unit", "eV"));
                assertThat(tree.hasGroup("default/deep/er/x")).isFalse();
                assertThat(tree.array("default/deep")).isEmpty();
                assertThat(tree.array("default/nothing")).isEmpty();
                assertThat(tree.names("default/nothing")).isEmpty();
                assertThat(tree.attributes("default/nothing")).isEmpty();
                return null;
            });
        }
    }

    @Test
    @DisplayName("tell what chunks went through, how large they are and what they take")
    void describes() throws IOException {
        try (ZarrStore store = open(folder.resolve("v3.zarr"))) {
            store.read(tree -> {
                ArrayInfo sharded = tree.array("default/sharded").orElseThrow();
                assertThat(sharded.chunk()).isEqualTo(Shape.of(2, 2));
                assertThat(sharded.codecs()).first().asString().startsWith("sharding_indexed");
                assertThat(tree.storedBytes(sharded)).isPositive();
                ArrayInfo none = tree.array("default/none").orElseThrow();
                assertThat(tree.storedBytes(none)).isEqualTo(6 * 4 * 8);
                ArrayInfo plain = tree.array("default/separated").orElseThrow();
                assertThat(tree.storedBytes(plain)).isPositive();
                return null;
            });
        }
    }

    @Test
    @DisplayName("are read by many threads at once through one tree")
    void threads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ZarrStore store = open(folder.resolve("v3.zarr"))) {
            byte[] expected = Files.readAllBytes(folder.resolve("v3.zarr.expected/sharded.bin"));
            store.read(tree -> {
                List<Callable<byte[]>> calls = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    calls.add(() ->
                            Golden.bytes(tree, tree.array("default/sharded").orElseThrow()));
                }
                try {
                    for (Future<byte[]> call : threads.invokeAll(calls)) {
                        assertThat(call.get()).isEqualTo(expected);
                    }
                } catch (Exception e) {
                    throw new IOException(e);
                }
                return null;
            });
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("refuse names that could lead elsewhere before they touch a file")
    @ValueSource(strings = {"..", "a/../b", "/a", "a/", "a//b", ".", "a\\b", "a\u0000b", "default/zarr.json", "a\nb"})
    void names(String path) throws IOException {
        try (ZarrStore store = open(folder.resolve("v3.zarr"))) {
            assertThatThrownBy(() -> store.read(tree -> tree.array(path))).isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> store.read(tree -> tree.attributes(path)))
                    .isInstanceOf(InvalidNameException.class);
        }
    }

    @Test
    @DisplayName("that are not there are told from files that are something else")
    void missing() throws IOException {
        try (ZarrStore store = open(folder.resolve("nothing.zarr"))) {
            assertThatThrownBy(() -> store.read(tree -> 1)).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(store::stamp).isInstanceOf(StoreNotFoundException.class);
        }
        Path file = Files.writeString(folder.resolve("file.zarr"), "x");
        try (ZarrStore store = open(file)) {
            assertThatThrownBy(() -> store.read(tree -> 1)).isInstanceOf(ForeignDataException.class);
        }
    }

    @Test
    @DisplayName("have nothing to find for verify")
    void verifies() throws IOException {
        for (int version = 2; version <= 3; version++) {
            try (ZarrStore store = open(folder.resolve("v%d.zarr".formatted(version)))) {
                assertThat(store.verify()).isEmpty();
            }
        }
    }
}
