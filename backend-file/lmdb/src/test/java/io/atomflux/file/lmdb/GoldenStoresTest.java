package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.Digest;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores written by asebytes 0.3.2 with LMDB 0.9, and what Python reads from them as lines of {@link Digest}. */
class GoldenStoresTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"mixed", "edited", "split", "cleared"})
    @DisplayName("a store written by Python is read as Python reads it, found sound, and can be extended")
    void readsWhatPythonWrote(String name) throws Exception {
        Path place = folder.resolve(name + ".lmdb");
        Path group = Files.createDirectories(place.resolve("default"));
        Files.write(group.resolve("data.mdb"), resource(name + "/data.mdb"));
        List<String> expected = new String(resource(name + "/digest.jsonl"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(LmdbVerifier.verify(place, "default")).isEmpty();
        try (LmdbStore store = new LmdbStore(place, "default", false, LmdbOptions.defaults())) {
            assertThat(lines(store)).isEqualTo(expected);

            store.apply(new Write.Append<>(List.of(NumpyMsgpack.encode(Row.of("added", 1.5)))));
            store.apply(new Write.Insert<>(0, List.of(BlobRow.reserved())));
            List<String> after = lines(store);
            assertThat(after).hasSize(expected.size() + 2);
            assertThat(after.get(0)).isEqualTo("{\"row\": 0, \"value\": null}");
            assertThat(after.get(after.size() - 1)).contains("\"added\": {\"float\": \"3ff8000000000000\"}");
            assertThat(store.verify(true)).isEmpty();
        }
    }

    private static List<String> lines(LmdbStore store) throws Exception {
        List<String> lines = new ArrayList<>();
        for (BlobRow row : store.read(Positions.range(0, store.size()), Columns.ALL)) {
            lines.add(Digest.line(lines.size(), NumpyMsgpack.decode(row, store.name(), lines.size())));
        }
        return lines;
    }

    private static byte[] resource(String name) throws Exception {
        try (InputStream in = GoldenStoresTest.class.getResourceAsStream("/golden/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
