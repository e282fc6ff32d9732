package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import io.atomflux.statistics.Statistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statistics of stores that Python wrote, compared with numpy's. */
@Tag("live")
class StatisticsInteropTest {

    @TempDir
    Path directory;

    private static Map<?, ?> map(Map<?, ?> of, String key) {
        return (Map<?, ?>) Objects.requireNonNull(of.get(key), key);
    }

    private static double number(Map<?, ?> of, String key) {
        return ((Number) Objects.requireNonNull(of.get(key), key)).doubleValue();
    }

    private static void assertSame(String what, Map<?, ?> ours, Map<?, ?> theirs) {
        for (String key : List.of("count", "least", "greatest", "nans", "infinities", "negative_infinities")) {
            assertThat(ours.get(key)).as("%s, %s", what, key).isEqualTo(theirs.get(key));
        }
        double variance = number(theirs, "variance");
        double size = Math.max(Math.abs(number(theirs, "least")), Math.abs(number(theirs, "greatest")));
        assertThat(number(ours, "variance")).as("%s, variance", what).isCloseTo(variance, within(1e-11 * variance));
        assertThat(number(ours, "mean"))
                .as("%s, mean", what)
                .isCloseTo(number(theirs, "mean"), within(1e-13 * Math.sqrt(variance) + 4e-16 * size));
    }

    private static void assertSameDistribution(String what, Map<?, ?> ours, Map<?, ?> theirs) {
        assertSame(what, ours, theirs);
        assertThat(map(ours, "histogram").get("counts")).as("%s, counts", what).isEqualTo(theirs.get("counts"));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "3, 500", "4, 4000", "5, 700", "6, 1000"})
    @DisplayName("moments, histograms, components and energies of elements are numpy's, on random rows")
    void isNumpys(int seed, int count) throws Exception {
        String script = Live.script("statistics.py", directory).toString();
        String store = directory.resolve("random.lmdb").toString();
        Live.lines(List.of(Live.python(), script, "write", store, "" + seed, "" + count));
        ObjectIO db = ObjectIO.open(store);
        Statistics found = Objects.requireNonNull(Statistics.of(db).block());
        db.close().block();
        Path file = directory.resolve("ours.json");
        Files.writeString(file, found.toJson());
        Map<?, ?> ours = (Map<?, ?>) Objects.requireNonNull(Json.readPlain(found.toJson()));
        List<String> lines = Live.lines(List.of(Live.python(), script, "numpy", store, file.toString()));
        Map<?, ?> theirs = (Map<?, ?>) Objects.requireNonNull(Json.readPlain(lines.get(0)));

        Map<?, ?> keys = map(theirs, "keys");
        assertThat(keys.size()).isBetween(11, 12);
        for (Object key : keys.keySet()) {
            String name = key.toString();
            Map<?, ?> mine = map(map(ours, "keys"), name);
            Map<?, ?> numpys = map(keys, name);
            assertThat(mine.get("rows")).as("%s, rows", name).isEqualTo(numpys.get("rows"));
            assertSameDistribution(name, map(mine, "values"), numpys);
            if (mine.containsKey("components")) {
                List<?> components = (List<?>) Objects.requireNonNull(mine.get("components"));
                List<?> same = (List<?>) Objects.requireNonNull(numpys.get("components"));
                assertThat(components).as("%s, components", name).hasSameSizeAs(same);
                for (int i = 0; i < components.size(); i++) {
                    assertSame(name + "[" + i + "]", (Map<?, ?>) components.get(i), (Map<?, ?>) same.get(i));
                }
            }
        }
        assertSameDistribution("per atom", map(map(ours, "composition"), "energy_per_atom"), map(theirs, "per_atom"));

        Map<?, ?> fit = map(theirs, "references");
        Map<?, ?> mine = map(ours, "references");
        assertThat(mine.get("rank")).isEqualTo(fit.get("rank"));
        assertThat(number(mine, "rmse")).isCloseTo(number(fit, "rmse"), within(1e-8));
        double[] energies = map(mine, "energies").values().stream()
                .mapToDouble(energy -> ((Number) energy).doubleValue())
                .toArray();
        double[] same = ((List<?>) Objects.requireNonNull(fit.get("energies")))
                .stream().mapToDouble(energy -> ((Number) energy).doubleValue()).toArray();
        assertThat(energies).containsExactly(same, within(1e-7));
    }
}
