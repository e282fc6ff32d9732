package io.atomflux.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Finds out what is needed to begin an epoch: how many rows the stores have, and which ones they are. */
final class Planner {

    private static final int STORES_AT_ONCE = 8;

    private final Settings settings;
    private final Function<EpochPlan, Sequence> formula;

    Planner(Settings settings, Function<EpochPlan, Sequence> formula) {
        this.settings = settings;
        this.formula = formula;
    }

    /** Begins an epoch at one of its slots. */
    Mono<Epoch> begin(long epoch, long from) {
        return sizes().flatMap(sizes -> Mono.zip(marks(sizes), shuffles(), (marks, shuffles) -> {
            EpochPlan plan = settings.plan(epoch, sizes, marks, shuffles);
            Sequence sequence = formula.apply(plan);
            if (from > sequence.length()) {
                throw new IllegalArgumentException(
                        "from: %d (expected: at most %d, the samples of the epoch)".formatted(from, sequence.length()));
            }
            return new Epoch(sequence, new LoaderState(plan, sequence.length(), from));
        }));
    }

    /** Goes on with an epoch. */
    Mono<Epoch> resume(LoaderState state) {
        return sizes().flatMap(sizes -> {
            List<Long> marked = new ArrayList<>();
            for (int i = 0; i < sizes.size(); i++) {
                marked.add(state.markedRows(i, sizes.get(i)));
            }
            return Mono.zip(marks(marked), shuffles(), (marks, shuffles) -> {
                EpochPlan now = settings.plan(state.epoch(), sizes, marks, adopted(shuffles, state.plan()));
                state.check(now);
                EpochPlan plan = named(state.plan(), now);
                return new Epoch(formula.apply(plan), new LoaderState(plan, state.length(), state.position()));
            });
        });
    }

    /** Takes blocks that nobody chose from the epoch, so that it can go on where other blocks would suit; not the order as it is. */
    private List<Shuffle> adopted(List<Shuffle> suiting, EpochPlan before) {
        List<Shuffle> shuffles = new ArrayList<>(suiting);
        for (int i = 0;
                settings.shuffle == null
                        && i < Math.min(shuffles.size(), before.sources().size());
                i++) {
            Shuffle its = Shuffle.of(before.sources().get(i));
            shuffles.set(i, its.blockRows() == 0 ? suiting.get(i) : its); // one of rows in order is of another loader
        }
        return shuffles;
    }

    /** Returns a plan with the names that its stores have now, for messages: they may have been moved. */
    private static EpochPlan named(EpochPlan plan, EpochPlan now) {
        List<SourcePlan> sources = new ArrayList<>();
        for (int i = 0; i < plan.sources().size(); i++) {
            SourcePlan source = plan.sources().get(i);
            sources.add(source.found(now.sources().get(i).store(), source.size(), source.mark()));
        }
        return new EpochPlan(plan.epoch(), plan.seed(), sources, plan.end(), plan.samples());
    }

    /** Counts the samples of an epoch. */
    Mono<Long> length() {
        return sizes().map(sizes -> {
            List<String> marks = sizes.stream().map(size -> "").toList(); // which rows they are does not matter
            List<Shuffle> shuffles = sizes.stream().map(size -> Shuffle.USUAL).toList(); // nor does their order
            return formula.apply(settings.plan(0, sizes, marks, shuffles)).length();
        });
    }

    private Mono<List<Long>> sizes() {
        return Flux.fromIterable(settings.feeds)
                .flatMapSequential(feed -> feed.rows().size(), STORES_AT_ONCE, 1)
                .collectList();
    }

    private Mono<List<Shuffle>> shuffles() {
        Shuffle chosen = settings.shuffle;
        return Flux.fromIterable(settings.feeds)
                .flatMapSequential(
                        feed -> chosen != null
                                ? Mono.just(chosen)
                                : feed.rows().blockRows().map(Shuffle::suiting).defaultIfEmpty(Shuffle.USUAL),
                        STORES_AT_ONCE,
                        1)
                .collectList();
    }

    private Mono<List<String>> marks(List<Long> rows) {
        return Flux.range(0, rows.size())
                .flatMapSequential(i -> StoreMark.of(settings.feeds.get(i).rows(), rows.get(i)), STORES_AT_ONCE, 1)
                .collectList();
    }
}
