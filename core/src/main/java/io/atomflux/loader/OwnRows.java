package io.atomflux.loader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Flux;

/** Reads the rows of batches of which, so far, only what decides where they end was looked at. */
final class OwnRows {

    private final WindowReader reader;
    private final Pace pace;

    OwnRows(WindowReader reader, Pace pace) {
        this.reader = reader;
        this.pace = pace;
    }

    /** Returns the same batches with whole rows, in the same order; cold, reads when asked for. */
    Flux<List<Draft>> of(List<Draft> drafts) {
        return Flux.defer(() -> {
            List<Fetched> needed = new ArrayList<>();
            drafts.forEach(draft -> draft.samples().stream()
                    .filter(sample -> sample.problem() == null)
                    .forEach(needed::add));
            Filling filling = new Filling(drafts);
            return windows(needed)
                    .concatMap(reader::read, 0)
                    .map(filling::add)
                    .concatWith(Flux.defer(() -> Flux.just(filling.add(Piece.of(List.of())))))
                    .filter(filled -> !filled.isEmpty());
        });
    }

    private Flux<Window> windows(List<Fetched> samples) {
        return Flux.generate(() -> 0, (from, sink) -> {
            if (from == samples.size()) {
                sink.complete();
                return from;
            }
            int to = Math.min(samples.size(), from + pace.next());
            sink.next(Window.of(samples.subList(from, to)));
            return to;
        });
    }

    /** Puts rows where they belong, as they come in order. */
    private static final class Filling {
        private final List<Draft> drafts;
        private final Deque<Fetched> read = new ArrayDeque<>();
        private int next;
        private List<Fetched> filled = new ArrayList<>();

        Filling(List<Draft> drafts) {
            this.drafts = drafts;
        }

        /** Takes rows; returns the batches that are whole now. */
        List<Draft> add(Piece piece) {
            read.addAll(piece.samples());
            List<Draft> whole = new ArrayList<>();
            while (next < drafts.size() && fill(drafts.get(next))) {
                whole.add(drafts.get(next++).with(filled));
                filled = new ArrayList<>();
            }
            if (piece.failure() != null) {
                next = drafts.size();
                whole.add(Draft.failed(piece.failure()));
            }
            return whole;
        }

        private boolean fill(Draft draft) {
            while (filled.size() < draft.samples().size()) {
                Fetched sample = draft.samples().get(filled.size());
                if (sample.problem() == null && read.isEmpty()) {
                    return false;
                }
                filled.add(sample.problem() == null ? read.remove() : sample);
            }
            return true;
        }
    }
}
