package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.Ragged;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.loader.LoaderState;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Learns the energies of molecules from a store of them: a linear model of {@link ForceFieldFeatures}, trained over many epochs of
 * a loader, and tried on molecules that it has not seen.
 *
 * <p>Stopped or killed, and started again, it goes on from the last checkpoint, and finds the weights that an unbroken run finds.
 */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class LearnEnergies {

    private static final Map<String, Integer> USUAL = Map.of("epochs", 40, "batch", 16, "seed", 7, "stop", -1);
    private static final double RATE = 0.02; // at first; falls to 0
    private static final int CHECKPOINT = 30; // batches between two

    private final Loader train;
    private final Loader validation;
    private final ObjectIO checkpoints;
    private final Arguments options;
    private final ForceFieldFeatures features;
    private final double baseline;
    private final long steps;
    private LinearModel model;

    private LearnEnergies(AtomsIO molecules, ObjectIO checkpoints, Arguments options) {
        // Energies of -17660 eV would lose millielectronvolts in 32 bits.
        Loader all = Loader.over(molecules)
                .keys("arrays.numbers", "arrays.positions", "calc.energy")
                .float64()
                .seed(options.get("seed"))
                .batch(options.get("batch"));
        this.train = all.split("train", 0.8);
        this.validation = all.split("validation", 0.2);
        this.checkpoints = checkpoints;
        this.options = options;
        this.features = ForceFieldFeatures.of(molecules.get(0).block());
        this.model = meanOnly();
        this.baseline = error(validation);
        this.steps = train.steps().block();
    }

    /**
     * Takes the store of molecules, the store of checkpoints, and e.g. {@code epochs=40}, {@code batch=16}, {@code seed=7}, and
     * {@code stop=500}: to stop after so many batches, as if killed.
     */
    public static void main(String[] args) {
        AtomsIO molecules = AtomsIO.open(args[0]);
        ObjectIO checkpoints = ObjectIO.open(args[1]);
        new LearnEnergies(molecules, checkpoints, Arguments.of(args, 2, USUAL)).run();
        checkpoints.close().block();
        molecules.close().block();
    }

    private void run() {
        say("%d features:", features.names().size());
        kinds().forEach((kind, names) -> say("%4d %s, e.g. %s", names.size(), kind, names.get(0)));
        say(
                "%d molecules to train, %d held out",
                train.size().block(), validation.size().block());
        say("mean only: held-out error %.4f eV", baseline);
        LoaderState state = restore();
        for (long epoch = state == null ? 1 : state.epoch(); epoch <= options.get("epochs"); epoch++) {
            for (Batch batch : state == null ? train.batches(epoch) : train.batches(state)) {
                learn(batch);
                if (model.steps() == options.get("stop")) {
                    say("stopped after %d batches, in epoch %d", model.steps(), epoch);
                    return;
                }
            }
            state = null;
            if (epoch == 1 || epoch % 10 == 0) {
                say("epoch %2d: error %.4f eV, held out %.4f eV", epoch, error(train), error(validation));
            }
        }
        say("held-out error %.2f of the mean's, weights %s", error(validation) / baseline, model.fingerprint());
    }

    /** Groups the names of features by what stands before the atoms. */
    private Map<String, List<String>> kinds() {
        return features.names().stream()
                .collect(Collectors.groupingBy(
                        name -> name.substring(0, name.lastIndexOf(' ')), TreeMap::new, Collectors.toList()));
    }

    private void learn(Batch batch) {
        long all = options.get("epochs") * steps;
        model.learn(describe(batch), energies(batch), RATE * (all - model.steps()) / all);
        if (model.steps() % CHECKPOINT == 0) {
            save(batch.state());
        }
    }

    /** Replaces the only row, which happens as a whole or not at all. */
    private void save(LoaderState state) {
        Row row = model.toRow().merge(Row.of("loader", state.toJson()));
        kept().flatMap(size -> size == 0 ? checkpoints.append(row).then() : checkpoints.set(0, row))
                .block();
    }

    private Mono<Long> kept() {
        return checkpoints.size().onErrorReturn(StoreNotFoundException.class, 0L); // before the first one
    }

    private @Nullable LoaderState restore() {
        if (kept().block() == 0) {
            return null;
        }
        Row row = checkpoints.get(0).block();
        model = LinearModel.of(row);
        LoaderState state = LoaderState.parse(row.get("loader", String.class));
        say("goes on after %d batches, in epoch %d behind molecule %d", model.steps(), state.epoch(), state.position());
        return state;
    }

    private double[][] describe(Batch batch) {
        Ragged numbers = batch.ragged("arrays.numbers"); // atoms of all molecules of the batch, and offsets
        Ragged positions = batch.ragged("arrays.positions");
        double[][] described = new double[batch.size()][];
        for (int i = 0; i < described.length; i++) {
            described[i] = features.describe(numbers.get(i), positions.get(i));
        }
        return described;
    }

    private static double[] energies(Batch batch) {
        return batch.array("calc.energy").toDoubleArray();
    }

    /** Goes through an epoch for the means of features and energy, which are what there is to say without learning. */
    private LinearModel meanOnly() {
        double[] center = new double[features.names().size()];
        double energy = 0;
        long count = train.size().block();
        for (Batch batch : train.batches(0)) {
            for (double[] described : describe(batch)) {
                Arrays.setAll(center, i -> center[i] + described[i] / count);
            }
            energy += Arrays.stream(energies(batch)).sum() / count;
        }
        return LinearModel.around(center, energy);
    }

    /** Returns the root of the mean squared error in eV. */
    private double error(Loader molecules) {
        double squares = 0;
        long count = 0;
        for (Batch batch : molecules.batches(0)) {
            double[][] described = describe(batch);
            double[] energies = energies(batch);
            for (int i = 0; i < energies.length; i++) {
                double error = model.predict(described[i]) - energies[i];
                squares += error * error;
                count++;
            }
        }
        return Math.sqrt(squares / count);
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
