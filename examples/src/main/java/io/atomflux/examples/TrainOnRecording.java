package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.Indexed;
import io.atomflux.ObjectIO;
import io.atomflux.Ragged;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Learns the pair potential of argon from a run of {@link RecordArgon} while it goes on in another process; when it has ended,
 * once more from the whole of it, by an epoch of the loader. May be started before the run.
 *
 * <p>Every fifth frame is held out: no model learns from it, all are tried on it. Stopped or killed, and started again, it goes on
 * where it was, and each frame counts once.
 */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class TrainOnRecording {

    private static final int HELD_OUT = 5; // frame 0, 5, 10 …

    private final AtomsIO frames;
    private final ObjectIO models;
    private LeastSquares model = LeastSquares.of(PairPotential.FEATURES);
    private long next;

    private TrainOnRecording(AtomsIO frames, ObjectIO models) {
        this.frames = frames;
        this.models = models;
    }

    /** Takes the store that is recorded to, a store for the model, and e.g. {@code frames=400}, how many there will be, and {@code every=50}. */
    public static void main(String[] args) {
        AtomsIO frames = AtomsIO.open(args[0]);
        ObjectIO models = ObjectIO.open(args[1]);
        TrainOnRecording training = new TrainOnRecording(frames, models);
        training.restore();
        Arguments options = Arguments.of(args, 2, Map.of("frames", 400, "every", 50));
        training.follow(options.get("frames"), options.get("every"));
        training.learnAnew();
        models.close().block();
        frames.close().block();
    }

    /** Learns from frames as they are recorded, until all are there: in a store of structures nobody notes that a run has ended. */
    private void follow(long all, int every) {
        Recording.of(StoreRecording.structures(frames))
                .tail(next)
                .take(Math.max(0, all - next))
                .publishOn(Schedulers.parallel()) // computes there, while others read
                .buffer(every)
                .concatMap(more -> {
                    more.forEach(this::learn);
                    return save().then(heldOutError(model)).map(error -> report(next + " frames", error));
                })
                .doOnNext(System.out::println)
                .blockLast();
    }

    private void learn(Indexed<Sample<Atoms>> recorded) {
        Atoms frame = recorded.value().frame();
        next = recorded.position() + 1;
        if (recorded.position() % HELD_OUT != 0) {
            model.add(
                    PairPotential.describe(frame.positions(), frame.cell()),
                    frame.energy().orElseThrow());
        }
    }

    /** Learns from all frames in another order, and so finds the same if each was seen once while they were recorded. */
    private void learnAnew() {
        LeastSquares anew = LeastSquares.of(PairPotential.FEATURES);
        Loader epoch = Loader.over(frames)
                .keys("arrays.positions", "cell", "calc.energy")
                .float64()
                .seed(7);
        for (Batch batch : epoch.batches(0)) {
            Ragged positions = batch.ragged("arrays.positions");
            NdArray cells = batch.array("cell"); // (n, 3, 3)
            NdArray energies = batch.array("calc.energy"); // (n)
            for (int i = 0; i < batch.size(); i++) {
                if (batch.position(i) % HELD_OUT != 0) {
                    anew.add(PairPotential.describe(positions.get(i), cells.slice(i)), energies.doubleAt(i));
                }
            }
        }
        System.out.println(report("an epoch of all", heldOutError(anew).block()));
        System.out.println("the potential is lowest at "
                + PairPotential.well(anew.weights(), frames.get(0).block().size()));
    }

    /** Returns the root of the mean squared error of the frames held out so far, of which it reads only these. */
    private Mono<Double> heldOutError(LeastSquares learnt) {
        double[] weights = learnt.weights();
        return frames.rows("0:%d:%d".formatted(next, HELD_OUT))
                .map(frame -> {
                    double[] described = PairPotential.describe(frame.positions(), frame.cell());
                    double error = LeastSquares.predict(weights, described)
                            - frame.energy().orElseThrow();
                    return error * error;
                })
                .collectList()
                .map(squares ->
                        Math.sqrt(squares.stream().mapToDouble(x -> x).average().orElse(0)));
    }

    private static String report(String what, double error) {
        return String.format(Locale.ROOT, "%s: held-out error %.4f eV", what, error);
    }

    /** Keeps the model and what it has seen in one row, which is replaced as a whole or not at all. */
    private Mono<Void> save() {
        Row row = model.toRow().merge(Row.of("next", next));
        return kept().flatMap(size -> size == 0 ? models.append(row).then() : models.set(0, row));
    }

    private void restore() {
        if (kept().block() > 0) {
            Row row = models.get(0).block();
            model = LeastSquares.of(row);
            next = Objects.requireNonNull(row.get("next", Long.class));
            System.out.println("goes on after " + next + " frames");
        }
    }

    private Mono<Long> kept() {
        return models.size().onErrorReturn(StoreNotFoundException.class, 0L); // before the first time
    }
}
