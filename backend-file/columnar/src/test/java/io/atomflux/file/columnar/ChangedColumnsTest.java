package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written when one column of many rows changes. */
class ChangedColumnsTest {

    private static final int ROWS = 1000;

    @TempDir
    private Path folder;

    private static Row row(int i, double energy) {
        return Row.of(Map.of("calc.energy", energy, "info.id", (long) i, "info.name", "frame " + i));
    }

    /** Returns when each chunk was written. */
    private static Map<Path, FileTime> changed(Path store) throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(store)) {
            files.filter(file -> file.getParent().endsWith("c")).forEach(file -> {
                try {
                    times.put(store.relativize(file), Files.getLastModifiedTime(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return times;
    }

    @Test
    @DisplayName("new values for one column leave the files of the others as they are")
    void onlyTheirChunks() throws IOException {
        Path store = folder.resolve("a.zarr");
        ObjectIO db = ObjectIO.open(store);
        db.extend(IntStream.range(0, ROWS).mapToObj(i -> row(i, -i)).toList()).block();
        Map<Path, FileTime> before = changed(store);
        List<Double> energies = IntStream.range(0, ROWS).mapToObj(i -> i / 2.0).toList();
        db.column("calc.energy").set(energies).block();
        Map<Path, FileTime> after = changed(store);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.keySet().stream().filter(file -> !after.get(file).equals(before.get(file))))
                .isNotEmpty()
                .allMatch(file -> file.toString().contains("calc.energy"));
        db.close().block();
        ObjectIO again = ObjectIO.open(store);
        assertThat(again.rows().collectList().block())
                .isEqualTo(
                        IntStream.range(0, ROWS).mapToObj(i -> row(i, i / 2.0)).toList());
        again.close().block();
    }
}
