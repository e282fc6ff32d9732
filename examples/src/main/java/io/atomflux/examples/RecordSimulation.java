package io.atomflux.examples;

import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Records a small simulation step by step, and reads it back. */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class RecordSimulation {

    private RecordSimulation() {}

    /** Takes a folder. */
    public static void main(String[] args) {
        run(Path.of(args[0]));
    }

    private static void run(Path folder) {
        // README: begin recorder
        RecordingStorage<NdArray> place =
                ZarrRecording.at(folder.resolve("ensemble.zarr")); // also npz, LMDB, H5MD, Redis …
        Recorder<NdArray> recorder = Recorder.to(place)
                .stride(10) // every tenth step, beginning with step 0
                .chunk(64)
                .flushEvery(Duration.ofSeconds(5)) // the most that a crash can take
                .build();
        NdArray state = NdArray.of(new double[] {1, 1, 1, 1}, 1, 4); // one component of four trajectories
        for (int i = 0; i < 2000; i++) {
            recorder.store(i * 0.01, state, i).block(); // waits only when the disk is behind
            state = NdArray.of(
                    Arrays.stream(state.toDoubleArray()).map(x -> x * 1.0005).toArray(), 1, 4);
        }
        recorder.close().block();

        Recording<NdArray> recording = Recording.of(place); // in this process or another, during the run or after it
        double last = recording.data().get("0, 3, -1").block().doubleAt(0); // (d, N, M), time last; reads one chunk
        long seen = recording.tail(150).count().block(); // live; ends when the run is closed
        System.out.println(recording.size().block() + " samples, last " + last + ", tailed " + seen);
        // README: end recorder
    }
}
