package io.atomflux.artifact.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.NoBackendException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

class RowsAndFoldersTest {

    private static final RowsCodec ROWS = new RowsCodec();
    private static final FolderCodec FOLDER = new FolderCodec();

    private static List<Row> rows(int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(
                    i % 7 == 3
                            ? Row.reserved()
                            : i % 7 == 4
                                    ? Row.empty()
                                    : Row.of("info.i", (long) i, "calc.forces", NdArray.of(new double[3 * (i % 5)])));
        }
        return rows;
    }

    private static List<Atoms> atoms(int count) {
        List<Atoms> atoms = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            int[] numbers = new int[i];
            Arrays.fill(numbers, i);
            atoms.add(Atoms.builder()
                    .numbers(numbers)
                    .positions(new double[i][3])
                    .info("i", (long) i)
                    .build());
        }
        return atoms;
    }

    private static Object read(MemoryFiles files, Map<String, @Nullable Object> parameters, Class<?> wanted) {
        return ROWS.read(files, parameters, wanted, Map.of()).block();
    }

    @Test
    @DisplayName(
            "Out-of-memory data: a collection in an artifact is opened as a store, read by position, slice and key")
    void collection() {
        ListBackend source = new ListBackend();
        source.rows = rows(1000);
        ObjectIO store = ObjectIO.of(source);
        MemoryFiles files = new MemoryFiles(500);
        Map<String, @Nullable Object> parameters =
                ROWS.write(store, files, Map.of()).block();
        assertThat(source.closed).as("the store that was given stays open").isZero();
        ObjectIO back = (ObjectIO) read(files, parameters, Object.class);
        assertThat(back.size().block()).isEqualTo(1000);
        assertThat(back.rows().collectList().block()).isEqualTo(source.rows);
        assertThat(back.rows("::-1").collectList().block().get(0)).isEqualTo(source.rows.get(999));
        assertThat(back.rowsAt(7, 3, 7, 999).collectList().block())
                .containsExactly(source.rows.get(7), source.rows.get(3), source.rows.get(7), source.rows.get(999));
        assertThat(back.get(-1).block()).isEqualTo(source.rows.get(999));
        assertThat(back.get(0, "info.i").block()).isEqualTo(Row.of("info.i", 0L));
        assertThat(back.rows("5:900:140")
                        .column("info.i", Long.class)
                        .collectList()
                        .block())
                .containsExactly(5L, 145L, 285L, 425L, 565L, 705L, 845L);
        assertThatThrownBy(() -> back.get(1000).block()).isInstanceOf(RowOutOfBoundsException.class);
        assertThatThrownBy(() -> back.append(Row.empty()).block()).isInstanceOf(ReadOnlyStoreException.class);
        back.close().block();
        store.close().block();
    }

    @Test
    @DisplayName("I17: structures and rows come back in the form they were put, or the one asked for")
    void forms() {
        Codecs codecs = Codecs.installed();
        List<Atoms> three = atoms(3);
        for (Object value : List.of(three, three.get(0), Row.of("a", 1L), List.of(Row.of("a", 1L), Row.empty()))) {
            assertThat(codecs.choose(value).id()).isEqualTo("rows");
            MemoryFiles files = new MemoryFiles();
            Map<String, @Nullable Object> parameters =
                    ROWS.write(value, files, Map.of()).block();
            assertThat(read(files, parameters, Object.class)).isEqualTo(value);
        }
        MemoryFiles files = new MemoryFiles();
        Map<String, @Nullable Object> parameters =
                ROWS.write(Flux.fromIterable(three), files, Map.of()).block();
        AtomsIO store = (AtomsIO) read(files, parameters, AtomsIO.class);
        assertThat(store.rows().collectList().block()).isEqualTo(three);
        MemoryFiles again = new MemoryFiles();
        assertThat(codecs.choose(store.rows("1:")).id()).isEqualTo("rows");
        Map<String, @Nullable Object> part =
                ROWS.write(store.rows("1:"), again, Map.of()).block();
        assertThat(((ObjectIO) read(again, part, ObjectIO.class)).size().block())
                .isEqualTo(2);
        assertThatThrownBy(() -> read(again, part, Atoms.class)).isInstanceOf(ValueTypeException.class);
        Map<String, @Nullable Object> none =
                ROWS.write(Flux.empty(), again, Map.of()).block();
        assertThat(((ObjectIO) read(again, none, ObjectIO.class))
                        .rows()
                        .collectList()
                        .block())
                .isEmpty();
        MemoryFiles all = new MemoryFiles();
        Map<String, @Nullable Object> kept = ROWS.write(three, all, Map.of()).block();
        assertThat(((Flux<?>) read(all, kept, Flux.class))
                        .cast(Atoms.class)
                        .collectList()
                        .block())
                .isEqualTo(three);
        assertThatThrownBy(() -> ROWS.write(Flux.just("x"), all, Map.of()).block())
                .isInstanceOf(UnsupportedDataException.class);
    }

    @Test
    @DisplayName("I16: damaged or cut rows are told, with file and row, and never read as others")
    void damagedRows() {
        List<Row> rows = rows(20);
        MemoryFiles files = new MemoryFiles();
        Map<String, @Nullable Object> parameters =
                ROWS.write(rows, files, Map.of()).block();
        byte[] whole = files.content.get("rows.afr");
        Random random = new Random(2);
        int told = 0;
        for (int i = 0; i < 1200; i++) {
            byte[] damaged = i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (i % 2 == 1) {
                damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            }
            files.content.put("rows.afr", damaged);
            try {
                assertThat(read(files, parameters, List.class)).isEqualTo(rows);
            } catch (CorruptDataException e) {
                assertThat(e).hasMessageContaining("rows.afr");
                told++;
            }
        }
        assertThat(told).as("all but the first eight bytes").isGreaterThan(1150);
    }

    @Test
    @DisplayName("a layout whose backend is absent is refused by name, with what to add; nothing stays open")
    void absentBackend() {
        MemoryFiles files = new MemoryFiles();
        assertThatThrownBy(() ->
                        ROWS.write(rows(1), files, Map.of("layout", "h5md")).block())
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("columnar");
        files.content.put("trajectory.xyz", new byte[0]);
        assertThatThrownBy(() -> FileStores.atoms(files, "trajectory.xyz").block())
                .isInstanceOf(NoBackendException.class);
        assertThatThrownBy(() -> FileStores.atoms(files, "other.xyz").block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("other.xyz");
        assertThat(files.open).hasValue(0);
        assertThatThrownBy(() -> ROWS.write(rows(1), files, Map.of("group", "x")))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    @DisplayName("Ancillary files: a folder is copied with the folders in it, and a file under its name")
    void folder(@TempDir Path temporary) throws IOException {
        Path source = Files.createDirectories(temporary.resolve("source/inner/deep"))
                .getParent()
                .getParent();
        Files.writeString(source.resolve("a.txt"), "a");
        Files.write(source.resolve("inner/deep/b.bin"), new byte[600_000]);
        Files.createFile(source.resolve("inner/empty"));
        MemoryFiles files = new MemoryFiles();
        assertThat(Codecs.installed().choose(source).id()).isEqualTo("folder");
        Map<String, @Nullable Object> parameters =
                FOLDER.write(source, files, Map.of()).block();
        assertThat(files.content).containsOnlyKeys("a.txt", "inner/deep/b.bin", "inner/empty");
        FileSource.LocalFiles local =
                (FileSource.LocalFiles) FOLDER.read(files, parameters, FileSource.LocalFiles.class, Map.of())
                        .block();
        assertThat(local.path().resolve("inner/deep/b.bin")).hasSize(600_000);
        local.close().block();
        assertThat(files.open).hasValue(0);
        assertThat(FOLDER.read(files, parameters, FileSource.class, Map.of()).block())
                .isSameAs(files);
        assertThat(source.resolve("a.txt")).as("the folder stays").exists();
        MemoryFiles one = new MemoryFiles();
        Map<String, @Nullable Object> single =
                FOLDER.write(source.resolve("a.txt"), one, Map.of()).block();
        assertThat((Path) FOLDER.read(one, single, Path.class, Map.of()).block())
                .hasContent("a");
    }

    @Test
    @DisplayName("links in a folder are refused, as they could lead anywhere; so is a place that is not there")
    void linksAndMissing(@TempDir Path temporary) throws IOException {
        Path source = Files.createDirectory(temporary.resolve("source"));
        Path secret = Files.writeString(temporary.resolve("secret"), "s");
        Files.createSymbolicLink(source.resolve("link"), secret);
        MemoryFiles files = new MemoryFiles();
        assertThatThrownBy(() -> FOLDER.write(source, files, Map.of()).block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("link");
        assertThatThrownBy(() ->
                        FOLDER.write(temporary.resolve("gone"), files, Map.of()).block())
                .isInstanceOf(StoreNotFoundException.class);
        assertThat(files.content).isEmpty();
    }
}
