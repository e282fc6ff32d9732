package io.atomflux.examples;

import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Records an ensemble of trajectories to a Zarr group, as PySDE's ZarrStorage writes it; {@link PlotEnsemble} may look on.
 *
 * <p>Stopped or killed, and started again, it goes on from the last state that was recorded.
 */
public final class RecordEnsemble {

    private static final Map<String, Integer> USUAL =
            Map.of("trajectories", 10_000, "steps", 20_000, "stride", 20, "chunk", 50, "seed", 7, "pause", 0);

    private RecordEnsemble() {}

    /**
     * Takes the place, e.g. {@code ensemble.zarr}, and what shall be other than usual, e.g. {@code stride=10}: the number of
     * trajectories and steps, the stride and chunk of the recording, the seed, and milliseconds to pause after each step, for
     * who would like to look on for longer.
     */
    public static void main(String[] args) {
        Arguments options = Arguments.of(args, 1, USUAL);
        BrownianEnsemble ensemble =
                new BrownianEnsemble(options.get("trajectories"), 0.1, 0.4, 1, 1e-4, options.get("seed"));
        Duration pause = Duration.ofMillis(options.get("pause"));
        RecordingStorage<NdArray> place = ZarrRecording.at(Path.of(args[0]));
        Recorder<NdArray> recorder = Recorder.to(place)
                .stride(options.get("stride"))
                .chunk(options.get("chunk"))
                .flushEvery(Duration.ofSeconds(1)) // a crash takes no more than that
                .resume()
                .attribute("start", ensemble.start())
                .attribute("drift", ensemble.drift())
                .build();
        Flux<Sample<NdArray>> samples = recorder.open() // tells where the run stands
                .flatMapMany(begun -> samples(ensemble, place, begun))
                .takeWhile(sample -> sample.iteration() <= options.get("steps"))
                .transform(steps -> pause.isZero() ? steps : steps.delayElements(pause))
                .subscribeOn(Schedulers.parallel()); // computes there, while others write
        Progress end = recorder.record(samples)
                .then(recorder.close())
                .onErrorResume(e -> recorder.abort(e.toString()).then(Mono.error(e)))
                .blockOptional()
                .orElseThrow();
        System.out.println("%d samples of %s in %s, the last at time %s"
                .formatted(
                        end.committed(),
                        end.layout(),
                        place.name(),
                        end.lastTime().orElse(0)));
    }

    private static Flux<Sample<NdArray>> samples(
            BrownianEnsemble ensemble, RecordingStorage<NdArray> place, Progress begun) {
        if (begun.committed() == 0) {
            return ensemble.samples();
        }
        return Recording.of(place)
                .last()
                .flatMapMany(ensemble::samplesFrom); // it comes first again, and is not recorded twice
    }
}
