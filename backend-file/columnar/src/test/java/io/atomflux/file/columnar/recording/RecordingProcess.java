package io.atomflux.file.columnar.recording;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.zarr.ZarrChunks;
import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;

/** A process with little memory that records an ensemble, and writes the same chunks by the codec alone for comparison. */
public final class RecordingProcess {

    private RecordingProcess() {}

    /** Takes a folder, the number of trajectories, of samples, and of samples in a chunk. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int trajectories = Integer.parseInt(arguments[1]);
        int samples = Integer.parseInt(arguments[2]);
        int chunk = Integer.parseInt(arguments[3]);
        List<NdArray> frames = new ArrayList<>(); // Brownian motion, one chunk of it again and again
        SplittableRandom random = new SplittableRandom(7);
        double[] state = new double[trajectories];
        for (int t = 0; t < chunk; t++) {
            for (int i = 0; i < trajectories; i++) {
                state[i] += random.nextGaussian();
            }
            frames.add(NdArray.of(state.clone(), 1, trajectories));
        }
        double megabytes = 8e-6 * trajectories * samples;
        double bare = megabytes / bare(folder.resolve("bare"), frames, samples / chunk);
        long begin = System.nanoTime();
        ZarrRecording<NdArray> storage = ZarrRecording.at(folder.resolve("run"));
        Recorder<NdArray> recorder = Recorder.to(storage).chunk(chunk).build();
        recorder.record(Flux.range(0, samples).map(t -> new Sample<>(t, t * 0.01, frames.get(t % chunk))))
                .block();
        recorder.close().block();
        double recorded = megabytes / ((System.nanoTime() - begin) / 1e9);
        check(storage, frames, samples);
        System.out.printf(
                Locale.ROOT,
                "recorded %.0f MB: recorder %.1f MB/s, bare codec %.1f MB/s, ratio %.2f%n",
                megabytes,
                recorded,
                bare,
                recorded / bare);
    }

    private static double bare(Path folder, List<NdArray> frames, int count) throws Exception {
        NdArray stacked = TimeLast.stack(frames);
        byte[] chunk = new byte[stacked.byteSize()];
        stacked.copyTo(chunk, 0);
        Series series = new Series("data", DType.FLOAT64, List.of(1, stacked.length(1)), stacked.length(1));
        ZarrChunks chunks = ZarrChunks.of(
                Map.of("zarr.json", ZarrJson.write(Documents.array(series, frames.size(), 0))), "bare", 1 << 30);
        Files.createDirectories(folder);
        Disk disk = new Disk();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            disk.write(folder.resolve("" + i), Objects.requireNonNull(chunks.stored(Chunk.of(chunk))), true);
            disk.sync(folder);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        disk.deleteTree(folder);
        return seconds;
    }

    private static void check(ZarrRecording<NdArray> storage, List<NdArray> frames, int samples) {
        Recording<NdArray> recording = Recording.of(storage);
        if (!Long.valueOf(samples).equals(recording.size().block())) {
            throw new AssertionError("size " + recording.size().block());
        }
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 20; i++) {
            int t = i == 0 ? samples - 1 : random.nextInt(samples);
            Sample<NdArray> found = recording.samples(t, t + 1).blockFirst();
            if (!new Sample<>(t, t * 0.01, frames.get(t % frames.size())).equals(found)) {
                throw new AssertionError("sample " + t);
            }
        }
    }
}
