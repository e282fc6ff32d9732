package io.atomflux.examples;

import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.value.Row;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Records to a place of one's own, here {@link CsvRecording}: stops in the middle, and goes on where that was. */
public final class WriteYourOwnRecordingStorage {

    private static final double STEP = 0.1;

    private WriteYourOwnRecordingStorage() {}

    /** Takes the folder for the recording. */
    public static void main(String[] args) {
        CsvRecording place = new CsvRecording(Path.of(args[0]));
        System.out.println(run(place, 25));
        System.out.println(run(place, 41));
        Recording.of(place)
                .samples(-2, Long.MAX_VALUE)
                .doOnNext(sample -> System.out.println(sample.time() + ": " + sample.frame()))
                .blockLast();
    }

    /** Computes a run up to a step, from its first one or from where the recording ends. */
    private static String run(CsvRecording place, long steps) {
        Recorder<Row> recorder = Recorder.to(place).stride(2).chunk(8).resume().build();
        return recorder.open()
                .map(begun -> begun.lastIteration().orElse(-1) + 1)
                .flatMap(first -> recorder.record(oscillator(first, steps))
                        .then(recorder.close())
                        .map(end -> "from step %d: %d samples".formatted(first, end.committed())))
                .onErrorResume(e -> recorder.abort(e.toString()).then(Mono.error(e)))
                .blockOptional()
                .orElseThrow();
    }

    /** Swings with a period of 2π, more and more weakly. */
    private static Flux<Sample<Row>> oscillator(long from, long to) {
        return Flux.range(0, (int) (to - from)).map(i -> {
            long step = from + i;
            double time = step * STEP;
            return new Sample<>(
                    step, time, Row.of("displacement", Math.exp(-time / 10) * Math.cos(time), "step_size", STEP));
        });
    }
}
