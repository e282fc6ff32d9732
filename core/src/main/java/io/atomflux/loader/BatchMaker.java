package io.atomflux.loader;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.MissingValueException;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Makes batches of drafts, on a pool whose threads may work long: maps, leaves out bad rows, collates. */
final class BatchMaker {

    private final Epoch epoch;
    private final @Nullable List<String> kept;
    private final List<Stage> stages;
    private final Collation collation;
    private final BadRows badRows;
    private final OnPool pool;
    private final long seed;

    /**
     * Prepares.
     *
     * @param kept keys of a row that maps see, if more may have been read; null for all
     */
    BatchMaker(
            Epoch epoch,
            @Nullable List<String> kept,
            List<Stage> stages,
            Collation collation,
            BadRows badRows,
            OnPool pool) {
        this.epoch = epoch;
        this.kept = kept;
        this.stages = stages;
        this.collation = collation;
        this.badRows = badRows;
        this.pool = pool;
        this.seed = mixed(mixed(epoch.plan().seed()) ^ epoch.plan().epoch());
    }

    /**
     * What came of a draft; a value for the same reason as in {@link Piece}.
     *
     * @param batch the batch; null if it failed
     * @param failure why there is none
     */
    record Made(@Nullable Batch batch, @Nullable Throwable failure) {}

    /** Makes a batch; cold, never fails. */
    Mono<Made> make(Draft draft) {
        return pool.call(interest -> made(draft, interest), thrown -> new Made(null, thrown));
    }

    private Made made(Draft draft, OnPool.Interest interest) {
        Throwable failure = draft.failure();
        return failure != null ? new Made(null, OnPool.harmless(failure)) : new Made(batch(draft, interest), null);
    }

    private Batch batch(Draft draft, OnPool.Interest interest) {
        List<Sample> samples = new ArrayList<>(draft.samples().size());
        List<Long> skipped = new ArrayList<>();
        List<Fetched> fetched = draft.samples();
        int fresh = 0; // those that do not come from the beginning again
        for (int i = 0; i < fetched.size(); i++) {
            interest.check();
            Sample sample = sample(fetched.get(i));
            if (sample == null) {
                skipped.add(fetched.get(i).position());
            } else {
                samples.add(sample);
                fresh += i < fetched.size() - draft.repeated() ? 1 : 0;
            }
        }
        List<Sample> usable = samples;
        if (badRows == BadRows.SKIP) {
            Collation.Usable told = collation.usable(samples, epoch.plan().sources());
            usable = told.good();
            told.bad().forEach(bad -> skipped.add(bad.position()));
        }
        LoaderState state = epoch.state().at(draft.after());
        LoaderProgress progress = new LoaderProgress(state.epoch(), state.position(), state.length());
        return Batch.of(usable, collation, state, progress, repeated(samples, fresh, usable), skipped);
    }

    /** Counts those behind the fresh ones that are still there. */
    private static int repeated(List<Sample> samples, int fresh, List<Sample> usable) {
        int kept = 0;
        int next = 0;
        for (int i = 0; i < samples.size() && next < usable.size(); i++) {
            if (samples.get(i) == usable.get(next)) { // the very one: the same row may come twice
                kept += i < fresh ? 0 : 1;
                next++;
            }
        }
        return kept;
    }

    /** Returns a sample after its maps; null if it is left out. */
    private @Nullable Sample sample(Fetched fetched) {
        try {
            Row row = read(fetched);
            if (!stages.isEmpty()) {
                row = staged(row, fetched);
            }
            return new Sample(row, fetched.source(), fetched.position(), fetched.slot());
        } catch (AtomfluxException problem) {
            if (badRows == BadRows.SKIP && WindowReader.isOfRow(problem)) {
                return null;
            }
            throw problem;
        }
    }

    private Row read(Fetched fetched) {
        Throwable problem = fetched.problem();
        if (problem instanceof AtomfluxException failure) {
            throw failure;
        }
        Row row = fetched.row();
        if (row == null || row.isReserved()) {
            throw new MissingValueException(epoch.store(fetched.source()), fetched.position(), "row");
        }
        return kept == null || kept.containsAll(row.keys()) ? row : trimmed(row, kept);
    }

    /** Leaves keys out without decoding the others. */
    private static Row trimmed(Row row, List<String> kept) {
        return row.without(
                row.keys().stream().filter(key -> !kept.contains(key)).toList());
    }

    private Row staged(Row read, Fetched fetched) {
        Row row = read;
        RandomGenerator random = generator(fetched.slot());
        for (Stage stage : stages) {
            row = epoch.guarded(fetched, "a map or an augmentation", row, each -> stage.apply(each, random));
        }
        return row;
    }

    /** The same sample of an epoch gets the same numbers, on whichever rank and after however many interruptions. */
    private RandomGenerator generator(long slot) {
        return new SplittableRandom(mixed(seed ^ slot));
    }

    private static long mixed(long seed) {
        return new SplittableRandom(seed).nextLong();
    }
}
