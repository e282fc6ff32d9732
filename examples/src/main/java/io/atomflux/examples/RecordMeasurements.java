package io.atomflux.examples;

import io.atomflux.ObjectIO;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.value.Row;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Records measurements by name to a store, while somebody else follows them and tells their mean so far. */
public final class RecordMeasurements {

    private static final int COUNT = 4000;

    private RecordMeasurements() {}

    /** Takes the store, e.g. {@code measured.lmdb}; without it, they are kept in memory. */
    public static void main(String[] args) {
        ObjectIO db = ObjectIO.open(args.length > 0 ? args[0] : "memory://");
        RecordingStorage<Row> place = StoreRecording.scalars(db);
        Recorder<Row> recorder = Recorder.to(place).chunk(100).build();
        Mono<Progress> measuring = recorder.record(measurements(7)).then(recorder.close());

        Recording<Row> recording = Recording.of(place);
        Mono<Void> following = recording
                .tail()
                .take(COUNT) // rows of a store do not tell that no more will come
                .map(next -> Objects.requireNonNull(next.value().frame().get("estimate", Double.class)))
                .scan(new Mean(0, 0), Mean::with)
                .filter(mean -> mean.count() > 0 && mean.count() % 1000 == 0)
                .doOnNext(mean -> System.out.println(
                        String.format(Locale.ROOT, "mean of %d: %.4f", mean.count(), mean.sum() / mean.count())))
                .then();
        Mono.when(measuring, following).block();

        recording
                .series("estimate")
                .get("::1000") // these only, as an array
                .doOnNext(some -> System.out.println("every thousandth: " + some.toNested()))
                .then(db.close())
                .block();
    }

    /** How many numbers there were, and their sum. */
    private record Mean(long count, double sum) {
        Mean with(double number) {
            return new Mean(count + 1, sum + number);
        }
    }

    /** Throws points at a square, a hundred each time: how many hit the circle in it tells about π. */
    private static Flux<Sample<Row>> measurements(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Flux.range(0, COUNT).map(i -> {
            long hits = IntStream.range(0, 100)
                    .filter(point -> Math.hypot(random.nextDouble(), random.nextDouble()) < 1)
                    .count();
            return new Sample<>(i, i, Row.of("hits", hits, "estimate", 4 * hits / 100.0));
        });
    }
}
