package io.atomflux.examples;

import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recording;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Follows a run of {@link RecordEnsemble} from another process, and keeps a plot of its mean with the band in which the true
 * mean lies with a probability of 95 %, until the run is closed. May be started before it.
 */
public final class PlotEnsemble {

    private PlotEnsemble() {}

    /** Takes the place of the recording, the file for the plot, and e.g. {@code every=100} samples to draw it anew. */
    public static void main(String[] args) {
        Recording<NdArray> recording = Recording.of(ZarrRecording.at(Path.of(args[0])));
        Path png = Path.of(args[1]);
        List<MeanOverTime> means = new ArrayList<>(); // all that is kept of each sample
        recording
                .tail()
                .map(indexed -> MeanOverTime.of(indexed.value()))
                .buffer(Arguments.of(args, 2, Map.of("every", 100)).get("every"))
                .concatMap(more -> {
                    means.addAll(more);
                    return recording.progress().flatMap(run -> plot(means, run, png));
                })
                .doOnNext(System.out::println)
                .blockLast();
    }

    private static Mono<String> plot(List<MeanOverTime> means, Progress run, Path png) {
        double start = number(run, "start");
        double drift = number(run, "drift");
        DoubleUnaryOperator theory = time -> start * Math.exp(drift * time);
        MeanOverTime last = means.get(means.size() - 1);
        String text = String.format(
                Locale.ROOT,
                "%d samples until t = %.4f: mean %.4f ± %.4f, by theory %.4f",
                means.size(),
                last.time(),
                last.mean(),
                last.halfWidth(),
                theory.applyAsDouble(last.time()));
        return Mono.<String>fromCallable(() -> {
                    BandChart.write(means, theory, text, png);
                    return text;
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static double number(Progress run, String attribute) {
        if (run.attributes().get(attribute) instanceof Double number) {
            return number;
        }
        throw new IllegalArgumentException(
                "no attribute \"%s\" (expected: a recording by RecordEnsemble)".formatted(attribute));
    }
}
