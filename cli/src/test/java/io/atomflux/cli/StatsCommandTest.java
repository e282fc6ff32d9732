package io.atomflux.cli;

import static io.atomflux.cli.Ran.map;
import static io.atomflux.cli.Ran.run;
import static io.atomflux.cli.Ran.watched;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command stats: what it prints, what it refuses, and what it draws. */
@Timeout(60)
class StatsCommandTest {

    @TempDir
    Path folder;

    private Path lmdb;

    /** Water and hydrogen: energies of -13 and -2040 eV for the elements, plus 0.5 and minus 0.5 eV in turn. */
    private static Row molecule(int i) {
        boolean water = i % 3 > 0;
        double[] positions = new double[water ? 9 : 6];
        Arrays.setAll(positions, k -> Math.sin(i + k));
        return Row.builder()
                .put("arrays.numbers", NdArray.of(water ? new long[] {8, 1, 1} : new long[] {1, 1}, water ? 3 : 2))
                .put("arrays.positions", NdArray.of(positions, positions.length / 3, 3))
                .put("calc.energy", -26.0 - (water ? 2040 : 0) + (i % 2 == 0 ? 0.5 : -0.5))
                .put("info.label", "frame " + i)
                .build();
    }

    private Path store(String name, List<Row> rows) {
        Path path = folder.resolve(name);
        ObjectIO db = ObjectIO.open(path);
        db.extend(rows).block();
        db.close().block();
        return path;
    }

    @BeforeEach
    void write() {
        lmdb = store(
                "md.lmdb",
                IntStream.range(0, 60).mapToObj(StatsCommandTest::molecule).toList());
    }

    @Test
    @DisplayName("a table of keys, then the elements with their energies, then what these leave")
    void prints() {
        assertThat(run("stats", lmdb).well().out()).isEqualTo("""
                60 rows

                key                   unit  rows  values            mean           std          least      greatest  not finite
                arrays.numbers                60     160            2.75   3.031088913            1.0           8.0
                arrays.positions      Å       60     480  0.004152652776  0.7071093795  -0.9999902066  0.9999118601
                calc.energy           eV      60      60         -1386.0   961.6653524        -2066.5         -25.5
                calc.energy per atom  eV      60      60    -463.4444444    318.512383   -688.8333333        -12.75
                info.label                    60     str

                60 structures of 2 to 3, on average 2.666666667, atoms
                element  atoms  structures  energy [eV]
                H          120          60        -13.0
                O           40          40      -2040.0

                residual of calc.energy as sums of these energies: RMSE 0.5 eV over 60 structures
                """);
    }

    @Test
    @DisplayName("what the compositions do not determine is said so")
    void undetermined() {
        Ran ran = run("stats", lmdb + "@1::3").well();
        assertThat(ran.out())
                .contains("20 structures of 3 atoms")
                .contains("not determined")
                .contains(
                        "rank 1 of 2: the compositions do not determine all energies; those shown have the least norm");
    }

    @Test
    @DisplayName("--json has all of it, slices, keys and bins count there too")
    void json() {
        Map<String, Object> all = run("stats", lmdb, "--json").well().object();
        assertThat(all).containsEntry("rows", 60L).containsKeys("keys", "composition", "references");
        assertThat(map(all.get("references")))
                .containsEntry("is_determined", true)
                .containsEntry("rank", 2L);
        Map<String, Object> some = run(
                        "stats", lmdb + "@:9", "--keys", "arrays.positions,info.label", "--json", "--bins", 5)
                .well()
                .object();
        assertThat(some).containsEntry("rows", 9L).doesNotContainKeys("composition", "references");
        assertThat(map(some.get("keys"))).containsOnlyKeys("arrays.positions", "info.label");
        Map<String, Object> values =
                map(map(map(some.get("keys")).get("arrays.positions")).get("values"));
        assertThat((List<?>) map(values.get("histogram")).get("counts")).hasSizeBetween(3, 5);
        assertThat(run("stats", lmdb, "--json", "--keys", "calc.energy").well().object())
                .containsKeys("composition", "references");
    }

    @Test
    @DisplayName("another key of energies can be named")
    void otherEnergy() {
        Path other =
                store("other.lmdb", List.of(Row.of("arrays.numbers", NdArray.of(new long[] {1}, 1), "info.e", -3.5)));
        assertThat(run("stats", other, "--energy", "info.e").well().out())
                .contains("residual of info.e", "-3.5", "info.e per atom");
        assertThat(run("stats", other).well().out())
                .contains("1 structure of 1 atom")
                .doesNotContain("energy");
        run("stats", other, "--energy", "info.none").refused("info.none", "the key of an energy");
    }

    @Test
    @DisplayName("a store without rows is an answer; a picture of it, or a key that no row has, is refused")
    void nothing() {
        Path empty = store("empty.lmdb", List.of());
        assertThat(run("stats", empty).well().out()).isEqualTo("0 rows\n");
        assertThat(run("stats", empty, "--json").well().object()).containsEntry("rows", 0L);
        assertThat(run("stats", empty, "--keys", "a").well().out()).contains("0 rows");
        run("stats", empty, "--plot", folder.resolve("a.png")).refused("nothing to draw");
        run("stats", lmdb, "--keys", "calc.energy,calc.enrgy").refused("calc.enrgy", "atomflux schema");
        run("stats", lmdb, "--keys", "info.label", "--plot", folder.resolve("a.png"))
                .refused("nothing to draw");
        run("stats", folder.resolve("none.lmdb")).refused("none.lmdb");
        assertThat(folder.resolve("a.png")).doesNotExist();
    }

    @Test
    @DisplayName("bins, files and folders that will not do are refused before anything is read")
    void refuses() {
        Path none = folder.resolve("none.lmdb");
        run("stats", lmdb, "--bins", 1).refused("bins: 1", "2 to 1000");
        run("stats", none, "--plot", folder.resolve("a.jpg")).refused("a.jpg", ".png");
        run("stats", none, "--plot", folder.resolve("no/a.png")).refused("a.png", "a folder that exists");
    }

    @Test
    @DisplayName("reserved rows, nulls and texts among numbers are told apart; more than a thousand keys are told of")
    void gaps() {
        Path gaps = store(
                "gaps.lmdb", List.of(Row.of("a", 1.0), Row.of("a", null), Row.of("a", "x"), Row.of("b", Double.NaN)));
        ObjectIO db = ObjectIO.open(gaps);
        db.reserve(2).block();
        db.close().block();
        assertThat(run("stats", gaps).well().lines())
                .startsWith("6 rows, 2 of them reserved")
                .anyMatch(line -> line.matches("a +1 +1 +1\\.0 +0\\.0 +1\\.0 +1\\.0"))
                .anyMatch(line -> line.matches("b +1 +0 +1"));
        List<Row> many =
                IntStream.range(0, 1100).mapToObj(i -> Row.of("k" + i, i)).toList();
        Ran ran = run("stats", store("many.lmdb", many)).well();
        assertThat(ran.err()).contains("100 values of further keys not looked at");
        assertThat(ran.lines()).hasSizeGreaterThan(1000);
    }

    @Test
    @DisplayName("several stores, stores of raw rows, and a row that does not decode, which is named")
    void manyAndDamaged() {
        assertThat(run("stats", folder + "/m*.lmdb", "--json").well().object()).containsEntry("rows", 60L);
        Path raw = folder.resolve("raw.lmdb");
        BlobIO db = BlobIO.open(raw);
        KeySet keys = KeySet.of(List.of("a"));
        db.extend(List.of(
                        BlobRow.of(keys, List.of(Bytes.of(new byte[] {7}))),
                        BlobRow.of(keys, List.of(Bytes.of(new byte[] {(byte) 0xc1})))))
                .block();
        db.close().block();
        run("stats", raw).refused("corrupt data", "row 1, key a");
        assertThat(run("stats", raw + "@0").well().out()).contains("7.0");
    }

    @Test
    @DisplayName("people who watch see a bar, gone at the end")
    void progress() {
        Ran ran = watched("stats", lmdb).well();
        assertThat(ran.err()).contains("reading [", "1 row,").endsWith("\r\u001b[K");
    }

    // Pictures

    private static BufferedImage image(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image).as("picture in %s", png).isNotNull();
        return image;
    }

    private static long count(BufferedImage image, Color color) {
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(i -> isAlike(new Color(image.getRGB(i % image.getWidth(), i / image.getWidth())), color))
                .count();
    }

    /** Tells whether a colour differs by no more than smoothed edges of lines do. */
    private static boolean isAlike(Color one, Color other) {
        return Math.abs(one.getRed() - other.getRed()) < 40
                && Math.abs(one.getGreen() - other.getGreen()) < 40
                && Math.abs(one.getBlue() - other.getBlue()) < 40;
    }

    @Test
    @DisplayName(
            "the picture has a panel for each key of numbers and the energy per atom, with bars, mean and deviation")
    void draws() throws IOException {
        Path png = folder.resolve("md.png");
        assertThat(run("stats", lmdb, "--plot", png).well().err()).contains("histograms in " + png);
        BufferedImage image = image(png);
        assertThat(image.getWidth()).isEqualTo(2 * StatsPlot.WIDTH);
        assertThat(image.getHeight()).isEqualTo(2 * StatsPlot.HEIGHT);
        for (int i = 0; i < 4; i++) {
            BufferedImage panel = image.getSubimage(
                    i % 2 * StatsPlot.WIDTH, i / 2 * StatsPlot.HEIGHT, StatsPlot.WIDTH, StatsPlot.HEIGHT);
            assertThat(count(panel, StatsPlot.BARS)).as("bars of panel %d", i).isGreaterThan(1500);
            assertThat(count(panel, StatsPlot.MEAN)).as("mean of panel %d", i).isGreaterThan(200);
            assertThat(count(panel, StatsPlot.DEVIATION))
                    .as("deviation of panel %d", i)
                    .isGreaterThan(200);
        }
        run("stats", lmdb, "--plot", png, "--keys", "calc.energy", "--json").well(); // in place of the other one
        assertThat(image(png).getHeight()).isEqualTo(StatsPlot.HEIGHT);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("md.lmdb", "md.png");
        }
    }

    @Test
    @DisplayName("the mean stands where the mean is, and half of the bars of even values on each side")
    void drawsInPlace() throws IOException {
        Path png = folder.resolve("even.png");
        List<Row> rows =
                IntStream.range(0, 1000).mapToObj(i -> Row.of("x", i / 1000.0)).toList();
        run("stats", store("even.lmdb", rows), "--plot", png).well();
        BufferedImage plot = image(png).getSubimage(0, 50, StatsPlot.WIDTH, 250); // title and legend left out
        double[] mean = columns(plot, StatsPlot.MEAN);
        double[] bars = columns(plot, StatsPlot.BARS);
        assertThat((bars[0] + bars[1]) / 2)
                .isCloseTo((mean[0] + mean[1]) / 2, org.assertj.core.api.Assertions.within(8.0));
        assertThat(bars[1] - bars[0]).isGreaterThan(300);
        assertThat(mean[1] - mean[0]).isLessThan(6);
    }

    /** The first and the last column with a colour. */
    private static double[] columns(BufferedImage image, Color color) {
        int[] found = IntStream.range(0, image.getWidth())
                .filter(x -> count(image.getSubimage(x, 0, 1, image.getHeight()), color) > 3)
                .toArray();
        assertThat(found).isNotEmpty();
        return new double[] {found[0], found[found.length - 1]};
    }

    @Test
    @DisplayName("one value, equal values, tiny spreads on large offsets, huge, tiny and infinite ones can be drawn")
    void drawsExtremes() throws IOException {
        Random random = new Random(1);
        List<Row> rows = IntStream.range(0, 50)
                .mapToObj(i -> Row.builder()
                        .put("constant", 7)
                        .put("zero", 0.0)
                        .put("large constant", 1e20)
                        .put("offset", 1e9 + random.nextGaussian() * 1e-3)
                        .put("neighbours", i % 2 == 0 ? 1.0 : Math.nextUp(1.0))
                        .put("huge", random.nextGaussian() * 1e90)
                        .put("too huge", random.nextGaussian() * 1e200)
                        .put("tiny", random.nextGaussian() * 1e-200)
                        .put("least", i * Double.MIN_VALUE)
                        .put("infinite", i == 0 ? Double.POSITIVE_INFINITY : i)
                        .build())
                .toList();
        Path png = folder.resolve("extremes.png");
        run("stats", store("extremes.lmdb", rows), "--plot", png).well();
        assertThat(image(png).getWidth()).isEqualTo(3 * StatsPlot.WIDTH);
        assertThat(image(png).getHeight()).isEqualTo(3 * StatsPlot.HEIGHT);
        run("stats", store("one.lmdb", rows.subList(1, 2)), "--plot", png, "--keys", "infinite")
                .well();
        assertThat(count(image(png), StatsPlot.BARS)).isGreaterThan(10_000);
    }

    @Test
    @DisplayName("more keys than one can look at are not all drawn, and that is told")
    void drawsSome() throws IOException {
        Row.Builder row = Row.builder();
        IntStream.range(0, 30).forEach(i -> row.put("k" + i, i));
        Path png = folder.resolve("some.png");
        assertThat(run("stats", store("wide.lmdb", List.of(row.build())), "--plot", png)
                        .well()
                        .err())
                .contains("of the first 24 of 30 keys");
        assertThat(image(png).getHeight()).isEqualTo(8 * StatsPlot.HEIGHT);
    }
}
