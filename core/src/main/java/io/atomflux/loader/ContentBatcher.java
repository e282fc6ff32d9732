package io.atomflux.loader;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts samples into batches where it depends on what is in the rows: on a filter, or on numbers of atoms. Sees the samples of all ranks;
 * a step is as many batches in a row as there are ranks. Used by one thread at a time.
 *
 * <p>A batch of samples is full with so many of them. A batch by atoms is full when the next sample would be too much, so the last one
 * of an epoch hardly ever is; a sample counts as one atom at least, and one that is too large by itself is a batch.
 */
final class ContentBatcher implements Batcher {

    private final long length;
    private final Turn turn;
    private final int batch;
    private final int most;
    private final Remainder remainder;

    private List<List<Fetched>> step = new ArrayList<>();
    private List<Fetched> open = new ArrayList<>();
    private long openAtoms;
    private long steps;
    private int repeatedInStep;
    private boolean again;
    private long added;
    private long addedBefore; // this pass over the epoch
    private boolean inVain;
    private boolean over;

    /**
     * Begins.
     *
     * @param length slots of the epoch
     * @param batch samples of a batch, if atoms do not matter
     * @param atoms most atoms of a batch; 0 if they do not matter
     */
    ContentBatcher(long length, Turn turn, int batch, int atoms, Remainder remainder) {
        this.length = length;
        this.turn = turn;
        this.batch = batch;
        this.most = atoms;
        this.remainder = remainder;
    }

    @Override
    public List<Draft> add(Piece piece) {
        List<Draft> mine = new ArrayList<>();
        for (Fetched sample : piece.samples()) {
            if (!over) {
                add(sample, mine);
            }
        }
        if (piece.failure() != null && !over) {
            over = true;
            mine.add(Draft.failed(piece.failure()));
        }
        return mine;
    }

    private void add(Fetched sample, List<Draft> mine) {
        int atoms = Math.max(1, sample.atoms());
        if (most > 0 && !open.isEmpty() && openAtoms + atoms > most) {
            close(mine);
            if (over) { // the step that was to be filled up is full; this sample was not needed
                return;
            }
        }
        open.add(sample);
        openAtoms += atoms;
        added++;
        repeatedInStep += again ? 1 : 0;
        if (most > 0 ? openAtoms >= most : open.size() == batch) {
            close(mine);
        }
    }

    private void close(List<Draft> mine) {
        step.add(open);
        open = new ArrayList<>();
        openAtoms = 0;
        if (step.size() == turn.world()) {
            List<Fetched> last = step.get(step.size() - 1);
            endStep(again ? length : last.get(last.size() - 1).slot() + 1, mine);
            over = again;
        }
    }

    private void endStep(long after, List<Draft> mine) {
        if (steps % turn.workers() == turn.worker()) {
            int behind = 0;
            for (int i = turn.rank() + 1; i < step.size(); i++) {
                behind += step.get(i).size();
            }
            List<Fetched> own = step.get(turn.rank());
            int repeated = Math.max(0, Math.min(own.size(), repeatedInStep - behind));
            mine.add(new Draft(own, after, repeated, null));
        }
        step = new ArrayList<>();
        repeatedInStep = 0;
        steps++;
    }

    /** Tells, after all samples, whether those from the beginning are needed again to fill up the last step; they come next. */
    boolean needsMore() {
        if (over || remainder != Remainder.REPEAT || step.isEmpty() && open.isEmpty()) {
            return false;
        }
        if (!again) {
            again = true;
            addedBefore = added;
        }
        return true;
    }

    /**
     * Tells, after a whole pass from the beginning, whether another is needed. One that brought no sample at all, although there was one
     * before, is the last: else the epoch would never end.
     */
    boolean needsMoreAgain() {
        if (!needsMore()) {
            return false;
        }
        inVain = added == addedBefore;
        addedBefore = added;
        return !inVain;
    }

    @Override
    public List<Draft> finish() {
        List<Draft> mine = new ArrayList<>();
        if (inVain) {
            over = true;
            mine.add(Draft.failed(new IllegalStateException(
                    "the last step cannot be filled up: no row passes the filter when the epoch begins again (expected: those that passed"
                            + " before); the filter tells otherwise each time, or the rows were changed")));
            return mine;
        }
        if (over || remainder != Remainder.SHORT || step.isEmpty() && open.isEmpty()) {
            return mine;
        }
        over = true;
        if (!open.isEmpty()) {
            step.add(open);
        }
        if (most == 0) {
            divide();
        }
        while (step.size() < turn.world()) {
            step.add(List.of());
        }
        endStep(length, mine);
        return mine;
    }

    /** Divides the samples of the last step evenly. Batches by atoms stay as they are, since they might become too large. */
    private void divide() {
        List<Fetched> all = new ArrayList<>();
        step.forEach(all::addAll);
        step = new ArrayList<>();
        int from = 0;
        for (int rank = 0; rank < turn.world(); rank++) {
            int size = all.size() / turn.world() + (rank < all.size() % turn.world() ? 1 : 0);
            step.add(all.subList(from, from + size));
            from += size;
        }
    }
}
