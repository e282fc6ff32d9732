package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.Digest;
import io.atomflux.file.columnar.hdf5.Hdf5Store;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.file.columnar.zarr.ZarrStore;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stores written by asebytes 0.3.3 in two batches each; {@code golden/asebytes/make.py} made them and what Python reads. */
@DisplayName("Columns written by asebytes")
class ColumnGoldenTest {

    private static final long MOST = 1 << 26;

    @TempDir
    Path folder;

    private Path unpacked() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/golden/asebytes/stores.zip"));
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(Objects.requireNonNull(target.getParent()));
                    Files.copy(zip, target);
                }
            }
        }
        return folder;
    }

    private static List<String> expected(String suffix, String group) throws IOException {
        URL lines = Objects.requireNonNull(
                ColumnGoldenTest.class.getResource("/golden/asebytes/asebytes-" + suffix + "-" + group + ".jsonl"));
        try {
            return Files.readAllLines(Path.of(lines.toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private TreeStore open(String suffix) throws IOException {
        Path path = unpacked().resolve("asebytes." + suffix);
        return suffix.startsWith("zarr")
                ? ZarrStore.of(path, false, Duration.ofSeconds(5), MOST)
                : Hdf5Store.of(path, false, Duration.ofSeconds(5), MOST);
    }

    private static Layout layout(String suffix) {
        return new ColumnLayout(
                suffix.endsWith("p") ? KeyPlacement.PADDED : KeyPlacement.RAGGED,
                new LayoutOptions(
                        suffix.startsWith("zarr") ? new Compression("lz4", 5, true) : new Compression("gzip", 4, false),
                        OptionalLong.empty()));
    }

    private static List<Row> rows(TreeStore store, Layout layout, String group) throws IOException {
        return store.read(tree -> {
            Frames frames = layout.open(tree, group, "golden").orElseThrow();
            List<Row> all = frames.read(new TreeChunks(tree), Positions.range(0, frames.size()), Columns.ALL);
            assertThat(frames.problems(new TreeChunks(tree))).isEmpty();
            return all;
        });
    }

    private static List<String> digests(List<Row> rows) {
        List<String> lines = new ArrayList<>();
        for (Row row : rows) {
            lines.add(Digest.line(lines.size(), row));
        }
        return lines;
    }

    @ParameterizedTest
    @CsvSource({
        "zarr,default",
        "zarr,objects",
        "zarrp,default",
        "zarrp,objects",
        "h5,default",
        "h5,objects",
        "h5p,default",
        "h5p,objects"
    })
    @DisplayName("are read as Python reads them, grow by our rows, and what was there stays")
    void goldens(String suffix, String group) throws Exception {
        try (TreeStore store = open(suffix)) {
            Layout layout = layout(suffix);
            List<Row> before = rows(store, layout, group);
            assertThat(digests(before)).isEqualTo(expected(suffix, group));
            assertThat(store.<List<String>>read(layout::groups)).containsExactly("default", "objects");
            store.edit(edit -> {
                try {
                    FramesEdit frames = layout.edit(edit, group, "golden", TypeHints.NONE);
                    frames.append(List.of(Samples.row(3), Row.reserved(), Row.empty()));
                    frames.put(frames.size() - 1, Samples.row(4).without(List.of("pbc")));
                    frames.finish();
                    edit.commit("append", frames.holder());
                    return null;
                } catch (RewriteNeeded e) {
                    throw new IOException(e);
                }
            });
            List<Row> after = rows(store, layout, group);
            assertThat(after.subList(0, before.size())).isEqualTo(before);
            assertThat(after.subList(before.size(), after.size()))
                    .containsExactly(
                            Samples.row(3), Row.reserved(), Samples.row(4).without(List.of("pbc")));
        }
    }
}
