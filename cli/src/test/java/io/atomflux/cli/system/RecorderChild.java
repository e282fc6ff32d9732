package io.atomflux.cli.system;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.npz.NpzRecording;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongFunction;
import reactor.core.publisher.Mono;

/** A simulation that is recorded until it is killed, or has made enough steps. */
final class RecorderChild {

    static final int CHUNK = 8;

    private RecorderChild() {}

    /**
     * A place that was opened.
     *
     * @param storage to record to
     * @param close lets go what was opened for it
     */
    record Place<F>(RecordingStorage<F> storage, Mono<Void> close) {}

    /**
     * What is recorded to where.
     *
     * @param suffix of the file
     * @param open the place for a path
     * @param frame the state after a number of steps
     */
    record Run<F>(String suffix, Function<Path, Place<F>> open, LongFunction<F> frame) {

        Sample<F> sample(long iteration) {
            return new Sample<>(iteration, iteration * 0.1, frame.apply(iteration));
        }

        Recorder<F> resume(RecordingStorage<F> storage) {
            return Recorder.to(storage)
                    .chunk(CHUNK)
                    .flushEvery(Duration.ofMillis(5))
                    .resume()
                    .build();
        }
    }

    static Run<?> run(String layout) {
        return switch (layout) {
            case "zarr" ->
                new Run<>(".zarr", path -> new Place<>(ZarrRecording.at(path), Mono.empty()), RecorderChild::ensemble);
            case "npz" ->
                new Run<>(".npz", path -> new Place<>(NpzRecording.at(path), Mono.empty()), RecorderChild::ensemble);
            case "lmdb" -> new Run<>(".lmdb", RecorderChild::objects, RecorderChild::ensemble);
            case "h5md", "extxyz" -> new Run<>("." + layout, RecorderChild::atoms, RecorderChild::structure);
            default -> throw new IllegalArgumentException(layout);
        };
    }

    private static Place<NdArray> objects(Path path) {
        ObjectIO store = ObjectIO.open(path);
        return new Place<>(StoreRecording.arrays(store), store.close());
    }

    private static Place<Atoms> atoms(Path path) {
        AtomsIO store = AtomsIO.open(path);
        return new Place<>(StoreRecording.structures(store), store.close());
    }

    private static NdArray ensemble(long iteration) {
        return NdArray.of(new SplittableRandom(iteration).doubles(3 * 40).toArray(), 3, 40);
    }

    private static Atoms structure(long iteration) {
        return Atoms.builder()
                .numbers(8, 1, 1)
                .positions(NdArray.of(
                        new SplittableRandom(iteration)
                                .doubles(9)
                                .map(x -> Math.rint(x * 1e6) / 1e6) // extxyz has eight decimals
                                .toArray(),
                        3,
                        3))
                .build();
    }

    /** Arguments: layout, path, number of steps. */
    public static void main(String[] args) {
        record(run(args[0]), Path.of(args[1]), Long.parseLong(args[2]));
    }

    private static <F> void record(Run<F> run, Path path, long steps) {
        Place<F> place = run.open().apply(path);
        Recorder<F> recorder = run.resume(place.storage());
        Progress found = Objects.requireNonNull(recorder.open().block());
        System.out.println("committed " + found.committed());
        long committed = found.committed();
        for (long i = found.lastIteration().orElse(-1) + 1; i < steps; i++) {
            recorder.store(run.sample(i)).block();
            long now = recorder.progress().committed();
            if (now > committed) {
                committed = now;
                System.out.println("committed " + committed);
            }
        }
        recorder.close().then(place.close()).block();
        System.out.println("finished " + recorder.progress().committed());
    }
}
