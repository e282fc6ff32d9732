package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Rows that come where others were taken away. */
class ShrunkTest {

    static final List<String> SUFFIXES = Backends.SUFFIXES;

    @TempDir
    Path folder;

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Samples.row(i).merge(Row.of("info.more", (long) i)))
                .toList();
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("nothing of deleted rows comes back in reserved rows and in rows that lack a key")
    void staysDeleted(String suffix) {
        Path path = folder.resolve("shrunk" + suffix);
        List<Row> model = new ArrayList<>();
        List<Write<Row>> writes = List.of(
                new Write.Append<>(rows(0, 9)),
                new Write.Delete<>(Selection.at(8), Optional.empty()),
                new Write.Reserve<>(1),
                new Write.Update<>(Selection.ALL, List.of(Row.of("info.changed", 1L)), Optional.empty()),
                new Write.Delete<>(Selection.at(-1), Optional.empty()),
                new Write.Delete<>(Selection.at(-1), Optional.empty()),
                new Write.Append<>(List.of(Samples.row(20), Samples.row(21).without(List.of("info.count")))),
                new Write.Reserve<>(2),
                new Write.Insert<>(3, rows(30, 31)));
        for (boolean opensAnew : new boolean[] {false, true}) {
            RowBackend<Row> backend = Backends.open(path);
            for (Write<Row> write : writes) {
                if (opensAnew) {
                    Backends.close(backend);
                    backend = Backends.open(path);
                }
                model = write.applyTo(model, Row.reserved(), "model");
                Backends.apply(backend, write);
                assertThat(Backends.content(backend)).isEqualTo(model);
            }
            Backends.requireSound(backend);
            Backends.close(backend);
        }
    }
}
