package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.NdArray;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@Timeout(120)
class RecordEnsembleTest {

    private static final int TRAJECTORIES = 500;
    private static final int STRIDE = 5;
    private static final Pattern NUMBERS =
            Pattern.compile("(\\d+) samples until t = ([\\d.]+): mean ([\\d.]+) ± ([\\d.]+), by theory ([\\d.]+)");

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "a run is plotted by another process while it goes on, is killed, continued, and equal to an unbroken one")
    void recordsAndPlots() throws Exception {
        Path place = folder.resolve("ensemble.zarr");
        Path png = folder.resolve("mean.png");
        Recording<NdArray> recording = Recording.of(ZarrRecording.at(place));
        try (Child plot = Child.start(PlotEnsemble.class, folder, place, png, "every=40");
                BufferedReader plotted = plot.output()) {
            try (Child run = Child.start(RecordEnsemble.class, folder, arguments(place, 1_000_000, 1))) {
                assertThat(plotted.readLine()).as(plot.errors()).startsWith("40 samples until t = 0.0195: mean ");
                Pixels.assertShowsBand(png);
                assertThat(run.isAlive()).isTrue();
            } // killed
            long steps = Math.max(1000, (recording.size().block() + 60) * STRIDE);
            assertThat(ExamplesTest.outputOf(RecordEnsemble::main, arguments(place, steps, 0)))
                    .startsWith(steps / STRIDE + 1 + " samples of float64 (1, 500) in ");

            List<String> updates = plotted.lines().toList(); // until the run was closed
            assertThat(updates).as(plot.errors()).isNotEmpty();
            assertThat(plot.exitValue()).as(plot.errors()).isZero();
            Pixels.assertShowsBand(png);
            assertTold(updates.get(updates.size() - 1), recording, steps);
            assertUnbroken(recording, steps);
        }
    }

    private static Object[] arguments(Path place, long steps, int pause) {
        return new Object[] {
            place, "trajectories=" + TRAJECTORIES, "stride=" + STRIDE, "chunk=4", "steps=" + steps, "pause=" + pause
        };
    }

    private static void assertTold(String line, Recording<NdArray> recording, long steps) {
        Matcher told = NUMBERS.matcher(line);
        assertThat(told.matches()).as(line).isTrue();
        double[] last = recording.data().get("0, :, -1").block().toDoubleArray();
        double mean = Arrays.stream(last).average().orElseThrow();
        assertThat(Long.parseLong(told.group(1))).isEqualTo(steps / STRIDE + 1);
        assertThat(Double.parseDouble(told.group(2))).isCloseTo(steps * 1e-4, within(1e-4));
        assertThat(Double.parseDouble(told.group(3))).isCloseTo(mean, within(1e-4));
        double band = Double.parseDouble(told.group(4));
        double squares = Arrays.stream(last).map(x -> (x - mean) * (x - mean)).sum();
        assertThat(band).isCloseTo(1.96 * Math.sqrt(squares / (TRAJECTORIES - 1) / TRAJECTORIES), within(1e-4));
        double theory = Double.parseDouble(told.group(5));
        assertThat(theory).isCloseTo(Math.exp(0.1 * steps * 1e-4), within(1e-4));
        assertThat(mean).isCloseTo(theory, within(2 * band));
    }

    private static void assertUnbroken(Recording<NdArray> recording, long steps) {
        List<Sample<NdArray>> unbroken = new BrownianEnsemble(TRAJECTORIES, 0.1, 0.4, 1, 1e-4, 7)
                .samples()
                .take(steps + 1)
                .filter(sample -> sample.iteration() % STRIDE == 0)
                .collectList()
                .block();
        assertThat(recording.data().all().block())
                .isEqualTo(TimeLast.stack(unbroken.stream().map(Sample::frame).toList()));
        assertThat(recording.times().all().block().toDoubleArray())
                .isEqualTo(unbroken.stream().mapToDouble(Sample::time).toArray());
    }
}
