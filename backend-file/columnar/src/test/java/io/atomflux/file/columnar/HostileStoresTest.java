package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.atomflux.ObjectIO;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Zarr folders that somebody put together so that a reader stumbles. */
class HostileStoresTest {

    private static final int ROWS = 4;

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void write() {
        store = folder.resolve("x.zarr");
        ObjectIO io = open();
        io.extend(IntStream.range(0, ROWS)
                        .mapToObj(i -> Row.of(Map.of(
                                "arrays.positions",
                                NdArray.of(new double[] {i, 1, 2, 3, 4, 5}, 2, 3),
                                "calc.energy",
                                i + 0.5)))
                        .toList())
                .block();
        io.close().block();
    }

    private ObjectIO open() {
        return ObjectIO.open(store + "?compressor=none");
    }

    private Path inside(String path) {
        return store.resolve("default").resolve(path);
    }

    private static Row more() {
        return Row.of(Map.of("calc.energy", 9.5));
    }

    @Test
    @DisplayName(
            "A chunk that is a symbolic link is an error that names it, not a gap, and nothing is written anew without it")
    @DisabledOnOs(OS.WINDOWS)
    void refusesLinkedChunk() throws IOException {
        refuses("calc.energy/c/0");
    }

    @Test
    @DisplayName(
            "A column that is a symbolic link is an error that names it, not absent, and nothing is written anew without it")
    @DisabledOnOs(OS.WINDOWS)
    void refusesLinkedColumn() throws IOException {
        refuses("calc.energy");
    }

    private void refuses(String linked) throws IOException {
        Path away = folder.resolve("elsewhere");
        Files.move(inside(linked), away);
        Files.createSymbolicLink(inside(linked), away);
        ObjectIO io = open();

        assertThatThrownBy(() -> io.column("calc.energy").collectList().block())
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("calc.energy")
                .hasMessageContaining("symbolic link");
        assertThat(io.verify().collectList().block()).anyMatch(problem -> problem.contains("calc.energy"));
        assertThatThrownBy(() -> io.insert(0, more()).block()).isInstanceOf(ForeignDataException.class);
        assertThat(io.column("arrays.positions").count().block()).isEqualTo(ROWS);
        io.close().block();

        Files.delete(inside(linked));
        Files.move(away, inside(linked));
        ObjectIO again = open();
        assertThat(again.column("calc.energy").collectList().block()).containsExactly(0.5, 1.5, 2.5, 3.5);
        again.close().block();
    }

    @Test
    @DisplayName("Rows whose atoms lie in another order are read, and appending does not cut their atoms off")
    void keepsAtomsInAnotherOrder() throws IOException {
        Path offsets = inside("_offsets/c/0");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(offsets)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ROWS; i++) {
            bytes.putLong(8 * i, 2L * (ROWS - 1 - i));
        }
        Files.write(offsets, bytes.array());
        ObjectIO io = open();

        assertThat(io.column("arrays.positions")
                        .map(value -> ((NdArray) value).at(0))
                        .collectList()
                        .block())
                .isEqualTo(List.of(3.0, 2.0, 1.0, 0.0));
        assertThatThrownBy(() -> io.append(more()).block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("_offsets")
                .hasMessageContaining("nothing was changed");
        assertThat(io.column("arrays.positions").count().block()).isEqualTo(ROWS);
        io.close().block();
    }

    @Test
    @DisplayName("A hundred thousand listed columns are read in seconds")
    void readsManyColumns() throws IOException {
        listed(IntStream.range(0, 100_000).mapToObj(i -> "\"k" + i + "\"").collect(Collectors.joining(",")));
        ObjectIO io = open();

        assertThat(assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> io.size().block()))
                .isEqualTo(ROWS);
        io.close().block();
    }

    @Test
    @DisplayName("Listed names that no array can have are passed over")
    void passesOverOddNames() throws IOException {
        listed("\"\\ud800\",\"..\",\"a/b\",\"\",\"calc.energy\"");
        ObjectIO io = open();

        assertThat(io.keys(0).block()).containsExactly("calc.energy");
        io.close().block();
    }

    private void listed(String names) throws IOException {
        String document = Files.readString(inside("zarr.json"));
        Files.writeString(
                inside("zarr.json"),
                document.replaceFirst("(?s)(\"columns\": \\[).*?]", "$1" + names.replace("\\", "\\\\") + "]"));
    }

    @Test
    @DisplayName("An array in the place of a store is told as a group that is not there")
    void tellsThatGroupIsMissing() throws IOException {
        store = inside("calc.energy");
        Path array = folder.resolve("plain.zarr");
        Files.move(store, array);
        ObjectIO io = ObjectIO.open(array);

        assertThatThrownBy(() -> io.size().block())
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("plain.zarr, group default does not exist");
        io.close().block();
    }
}
