package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WantedColumnsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r-cell-pbc",
                "r-columns",
                "r-comment",
                "r-crlf",
                "r-move-mask",
                "r-results",
                "r-vec",
                "w-arrays",
                "w-counts-calc",
                "w-info",
                "w-move-mask",
                "w-vec"
            })
    @DisplayName("asking for some keys gives what the whole row has under them, in its order")
    void someKeysAreThoseOfTheWholeRow(String name) throws IOException {
        SplittableRandom random = new SplittableRandom(17);
        try (ExtxyzStore store = new ExtxyzStore(Golden.copy(name + ".xyz", folder), ExtxyzOptions.defaults())) {
            TreeSet<String> all = new TreeSet<>(List.of("info.none", "calc.none", "constraints"));
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < store.size(); i++) {
                rows.add(store.get(i, Columns.ALL));
                all.addAll(rows.get((int) i).keys());
            }
            List<List<String>> choices = new ArrayList<>(List.of(List.of()));
            all.forEach(key -> choices.add(List.of(key)));
            for (int i = 0; i < 50; i++) {
                choices.add(all.stream().filter(key -> random.nextInt(3) == 0).toList());
            }
            for (List<String> keys : choices) {
                for (int i = 0; i < rows.size(); i++) {
                    Row some = store.get(i, Columns.of(keys));
                    assertThat(some).isEqualTo(rows.get(i).only(keys));
                    assertThat(some.keys()).isEqualTo(rows.get(i).only(keys).keys());
                }
            }
        }
    }

    @Test
    @DisplayName("what nobody asks for is not parsed")
    void restIsNotParsed() throws IOException {
        Path file = Files.writeString(
                folder.resolve("x.xyz"),
                "1\nProperties=species:S:1:pos:R:3:q:R:1 energy=-2.5 virial=no\nH 0 0 0 bad\n");
        try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
            assertThat(store.get(0, Columns.of(List.of("calc.energy")))).isEqualTo(Row.of("calc.energy", -2.5));
            assertThat(store.get(0, Columns.of(List.of("arrays.positions"))).keys())
                    .containsExactly("arrays.positions");
        }
    }
}
