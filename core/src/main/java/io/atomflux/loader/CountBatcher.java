package io.atomflux.loader;

import java.util.ArrayList;
import java.util.List;

/** Cuts samples into batches whose sizes are known beforehand. */
final class CountBatcher implements Batcher {

    private final Steps steps;
    private long index;
    private List<Fetched> open = new ArrayList<>();
    private boolean failed;

    CountBatcher(Steps steps) {
        this.steps = steps;
    }

    @Override
    public List<Draft> add(Piece piece) {
        List<Draft> full = new ArrayList<>();
        for (Fetched sample : piece.samples()) {
            open.add(sample);
            if (open.size() == steps.size(steps.step(index))) {
                full.add(close());
            }
        }
        if (piece.failure() != null) {
            failed = true;
            full.add(Draft.failed(piece.failure()));
        }
        return full;
    }

    private Draft close() {
        long step = steps.step(index++);
        Draft draft = new Draft(open, steps.after(step), steps.repeated(step), null);
        open = new ArrayList<>();
        return draft;
    }

    /** The last batch of a rank may have no sample; the others have as many batches all the same. */
    @Override
    public List<Draft> finish() {
        List<Draft> last = new ArrayList<>();
        while (!failed && index < steps.mine()) {
            last.add(close());
        }
        return last;
    }
}
