package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BandChartTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("the band, the mean in it and the theory are seen, of many more points than pixels too")
    void showsAll() throws Exception {
        List<MeanOverTime> means = IntStream.range(0, 20_001)
                .mapToObj(i -> new MeanOverTime(i * 1e-4, 1 + i * 1e-5, 0.001 + i * 1e-6))
                .toList();
        Path png = folder.resolve("mean.png");
        BandChart.write(means, time -> 1 + 0.105 * time, "many", png);
        Pixels.assertShowsBand(png);
        BandChart.write(means.subList(0, 2), time -> 1, "few", png); // in place of the other one
        Pixels.assertShowsBand(png);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(png);
        }
    }

    @Test
    @DisplayName("the first sample alone is a chart as well")
    void showsOne() throws Exception {
        Path png = folder.resolve("mean.png");
        BandChart.write(List.of(new MeanOverTime(0, 1, 0)), time -> 1, "one", png);
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(BandChart.WIDTH);
    }
}
