package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache in an LMDB file is an ordinary store for asebytes. */
@Tag("live")
class CacheInteropTest {

    private static final String SCRIPT = """
            import sys, asebytes
            atoms, rows = asebytes.ASEIO(sys.argv[1]), asebytes.ObjectIO(sys.argv[1])
            print(len(atoms), len(rows))
            for i in range(1, len(atoms)):
                at = atoms[i]
                print(at.positions[0, 2], at.info["tag"], at.get_potential_energy(), rows[i]["calc.energy"])
            """;

    @TempDir
    Path directory;

    @Test
    @DisplayName("asebytes reads row i of the source at i + 1 of a cache, as structure and as record")
    void asebytesReadsCaches() throws Exception {
        Path cache = directory.resolve("cache.lmdb");
        ObjectIO source = ObjectIO.open(directory.resolve("source.lmdb"));
        source.extend(IntStream.range(0, 20).mapToObj(CacheInteropTest::row).toList())
                .block();
        ObjectIO cached = source.cached(ObjectIO.open(cache));
        assertThat(cached.rows().prefetch().block()).isEqualTo(20);
        cached.close().block();
        List<String> seen = Live.lines(List.of(Live.python(), "-c", SCRIPT, cache.toString()));
        assertThat(seen).hasSize(21).first().isEqualTo("21 21");
        for (int i = 0; i < 20; i++) {
            assertThat(seen.get(i + 1)).isEqualTo("%s t%d %s %s".formatted(i + 0.5, i, i * 1.5, i * 1.5));
        }
    }

    private static Row row(int i) {
        return Row.of("arrays.numbers", NdArray.of(new long[] {1, 8}, 2), "calc.energy", i * 1.5)
                .merge(Row.of(
                        "arrays.positions",
                        NdArray.of(new double[] {0, 0, i + 0.5, 1, 1, 1}, 2, 3),
                        "info.tag",
                        "t" + i));
    }
}
