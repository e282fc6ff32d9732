package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.npz.NpzRecording;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/** Recordings between us and NumPy and zarr-python, in the layouts of PySDE. */
@Tag("live")
class RecorderInteropTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private Path script;

    @BeforeEach
    void putScript() throws IOException {
        script = Live.script("recorder.py", directory);
    }

    private List<String> python(Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Live.python(), script.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Live.lines(command);
    }

    /** The state that the script makes, too. */
    private static Sample<NdArray> sample(int i, DType dtype, int d, int n) {
        double[] cells = new double[d * n];
        for (int cell = 0; cell < cells.length; cell++) {
            cells[cell] = cell * 0.5 + i;
        }
        return new Sample<>(i, i * 0.25, NdArray.of(cells, d, n).as(dtype));
    }

    private static Flux<Sample<NdArray>> samples(int from, int to, DType dtype, int d, int n) {
        return Flux.range(from, to - from).map(i -> sample(i, dtype, d, n));
    }

    private static Progress record(Recorder<NdArray> recorder, Flux<Sample<NdArray>> samples) {
        return Objects.requireNonNull(
                recorder.record(samples).then(recorder.close()).block(PATIENCE));
    }

    private static void assertSamples(RecordingStorage<NdArray> storage, int count, DType dtype, int d, int n) {
        List<Sample<NdArray>> read =
                Recording.of(storage).samples().collectList().block(PATIENCE);
        List<Sample<NdArray>> expected =
                samples(0, count, dtype, d, n).collectList().block(PATIENCE);
        assertThat(read)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("iteration")
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}, {2} samples in chunks of {1}, ({3}, {4})")
    @CsvSource({"float64, 5, 17, 2, 3", "float32, 5, 15, 1, 4", "float64, 1, 3, 1, 1", "float64, 64, 640, 3, 50"})
    @DisplayName(
            "Standard formats: a group of ours has the documents, arrays, attributes and listing of one that PySDE wrote")
    void zarr(String dtype, int chunk, int count, int d, int n) throws IOException, InterruptedException {
        Path theirs = directory.resolve("theirs");
        python("zarr-write", theirs, dtype, chunk, count, d, n);
        Path ours = directory.resolve("ours");
        record(
                Recorder.to(ZarrRecording.at(ours)).chunk(chunk).build(),
                samples(0, count, DType.of(dtype.equals("float64") ? "<f8" : "<f4"), d, n));

        assertThat(python("zarr-tell", ours)).isEqualTo(python("zarr-tell", theirs));
        assertThat(python("compare", ours, theirs)).isEmpty();
    }

    @Test
    @DisplayName(
            "a group that PySDE wrote is read and continued here, and then read there; what is appended there is read here")
    void continued() throws IOException, InterruptedException {
        Path group = directory.resolve("run");
        python("zarr-write", group, "float64", 4, 10, 2, 3);
        assertSamples(ZarrRecording.at(group), 10, DType.FLOAT64, 2, 3);

        record(Recorder.to(ZarrRecording.at(group)).chunk(4).resume().build(), samples(10, 23, DType.FLOAT64, 2, 3));
        python("zarr-append", group, 4);
        assertSamples(ZarrRecording.at(group), 27, DType.FLOAT64, 2, 3);

        Path unbroken = directory.resolve("unbroken");
        python("zarr-write", unbroken, "float64", 4, 27, 2, 3);
        assertThat(python("zarr-tell", group)).isEqualTo(python("zarr-tell", unbroken));
    }

    @Test
    @DisplayName(
            "who opens the group in Python while it grows sees times and data of one length, and what was recorded")
    void live() throws Exception {
        Path group = directory.resolve("run");
        Recorder<NdArray> recorder = Recorder.to(ZarrRecording.at(group))
                .chunk(8)
                .flushEvery(Duration.ofMillis(20))
                .build();
        CompletableFuture<List<String>> watching = CompletableFuture.supplyAsync(() -> {
            try {
                return python("zarr-watch", group);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        recorder.record(samples(0, 1500, DType.FLOAT64, 2, 3).delayElements(Duration.ofMillis(4)))
                .block(PATIENCE);
        Files.createFile(directory.resolve("run.stop"));

        List<String> seen = watching.get();
        recorder.close().block(PATIENCE);
        assertThat(seen).singleElement().asString().startsWith("[true, true,");
    }

    @ParameterizedTest(name = "{0}, {1} samples of ({2}, {3})")
    @CsvSource({"float64, 7, 2, 3", "float32, 1, 1, 1", "float64, 300, 1, 20"})
    @DisplayName("an npz file of ours is what NumPy wrote of the same run; theirs is read, and continued")
    void npz(String dtype, int count, int d, int n) throws IOException, InterruptedException {
        DType type = DType.of(dtype.equals("float64") ? "<f8" : "<f4");
        python("npz-write", directory.resolve("theirs.npz"), dtype, count, d, n);
        record(Recorder.to(NpzRecording.at(directory.resolve("ours"))).build(), samples(0, count, type, d, n));
        List<String> theirs = python("npz-tell", directory.resolve("theirs.npz"));
        assertThat(python("npz-tell", directory.resolve("ours.npz"))).isEqualTo(theirs);
        assertSamples(NpzRecording.at(directory.resolve("theirs.npz")), count, type, d, n);

        record(
                Recorder.to(NpzRecording.at(directory.resolve("theirs.npz")))
                        .resume()
                        .build(),
                samples(count, count + 5, type, d, n));
        python("npz-write", directory.resolve("longer.npz"), dtype, count + 5, d, n);
        assertThat(python("npz-tell", directory.resolve("theirs.npz")))
                .isEqualTo(python("npz-tell", directory.resolve("longer.npz")));
    }
}
