package io.atomflux.loader;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The way of the data of one epoch: windows of slots, read side by side, put in order, cut into batches, collated side by side, and
 * put in order again.
 *
 * <p>What is held: a few windows on their way and the one that batches are being cut from, which share the loader's bytes; and
 * {@code prefetch} batches. Failures travel as values until the end, so that all batches before them arrive.
 */
final class Engine {

    private static final long MANY = 1 << 20;

    /** More views at once divide windows: many small ones would find fewer neighbouring rows to be read together. */
    private static final int MOST_WINDOWS = 4;

    private final Settings settings;
    private final Epoch epoch;
    private final int windows;
    private final long share;

    Engine(Settings settings, Epoch epoch) {
        this.settings = settings;
        this.epoch = epoch;
        this.windows = Math.min(MOST_WINDOWS, settings.inFlight);
        this.share = Math.max(1, settings.bytes / (windows + 1));
    }

    Flux<Batch> run() {
        boolean trimmed = settings.keys != null && settings.dependsOnRows();
        OnPool pool = new OnPool(settings.prefetch);
        BatchMaker maker = new BatchMaker(
                epoch,
                trimmed ? settings.keysRead() : null,
                settings.stages,
                settings.collation(),
                settings.badRows,
                pool);
        return (settings.dependsOnRows() ? byContent() : byCount())
                .concatWith(pool.call(interest -> List.of(), failure -> List.of(Draft.failed(failure)))) // see OnPool
                .flatMapIterable(drafts -> drafts, 1)
                .flatMapSequential(maker::make, settings.prefetch, 1)
                .handle((made, sink) -> {
                    Batch batch = made.batch();
                    if (batch != null) {
                        sink.next(batch);
                    } else if (made.failure() != null) {
                        sink.error(made.failure());
                    }
                });
    }

    /** Cuts batches of known numbers of samples. */
    private Flux<List<Draft>> byCount() {
        Steps steps = new Steps(
                epoch.sequence().length(), epoch.state().position(), settings.turn, settings.batch, settings.remainder);
        Pace pace = new Pace(ahead(), group(), share);
        WindowReader reader = reader(settings.keysRead(), share, pace, piece -> piece);
        return cut(pieces(reader, steps, pace), new CountBatcher(steps));
    }

    /**
     * Cuts batches whose ends depend on what is in the rows. One who shares the epoch with others reads of all rows what decides,
     * and whole ones only of its own.
     */
    private Flux<List<Draft>> byContent() {
        Look look = new Look(settings, epoch, new OnPool(windows));
        List<String> deciding = look.keys();
        boolean once = settings.turn.isAlone() || deciding == null;
        long part = once ? share : Math.max(1, share / 2);
        Pace pace = new Pace(
                ahead() * Math.min(MANY, (long) settings.turn.world() * settings.turn.workers()), group(), part);
        List<String> keys = once ? Settings.both(deciding, settings.keysRead()) : deciding;
        boolean more = !Objects.equals(keys, deciding);
        WindowReader reader = reader(keys, part, pace, piece -> piece.flatMap(read -> look.at(read, more)));
        long length = epoch.sequence().length();
        ContentBatcher batcher =
                new ContentBatcher(length, settings.turn, settings.batch, settings.atoms, settings.remainder);
        Flux<List<Draft>> again = Flux.defer(() -> pieces(reader, all(length, 0), pace)
                        .map(batcher::add)
                        .takeUntil(drafts -> !batcher.needsMore()))
                .repeat(batcher::needsMoreAgain);
        Flux<List<Draft>> drafts = pieces(reader, all(length, epoch.state().position()), pace)
                .map(batcher::add)
                .concatWith(Flux.defer(() -> batcher.needsMore() ? again : Flux.empty()))
                .concatWith(Mono.fromSupplier(batcher::finish));
        if (once) {
            return drafts;
        }
        Pace ownPace = new Pace(ahead(), 1, part);
        OwnRows rows = new OwnRows(reader(settings.keysRead(), part, ownPace, piece -> piece), ownPace);
        return drafts.filter(some -> !some.isEmpty()).flatMapSequential(rows::of, windows, 1);
    }

    private Steps all(long length, long from) {
        return new Steps(length, from, Turn.ALONE, settings.batch, Remainder.SHORT);
    }

    /** Returns how many samples are needed at once. */
    private long ahead() {
        return Math.min(MANY, (settings.prefetch + 1L) * settings.batch);
    }

    private WindowReader reader(@Nullable List<String> keys, long bytes, Pace pace, UnaryOperator<Mono<Piece>> then) {
        int views = (settings.inFlight + windows - 1) / windows;
        return new WindowReader(settings.feeds, epoch.plan().sources(), keys, bytes, views, pace, then);
    }

    /** Reads the samples of slots, in order. */
    private Flux<Piece> pieces(WindowReader reader, Steps steps, Pace pace) {
        return Flux.<Window, OwnSlots>generate(() -> new OwnSlots(steps, epoch.sequence(), group()), (slots, sink) -> {
                    Window window = slots.next(pace.next());
                    if (window.size() == 0) {
                        sink.complete();
                    } else {
                        sink.next(window);
                    }
                    return slots;
                })
                .flatMapSequential(reader::read, windows, 1)
                .doOnNext(piece -> pace.used(piece.slots()));
    }

    /** Returns how many samples are shuffled with each other; 1 where they are not, or differently for each source. */
    private long group() {
        List<SourcePlan> sources = epoch.plan().sources();
        return sources.size() > 1
                ? 1
                : Math.max(1, (long) sources.get(0).blockRows() * sources.get(0).blocks());
    }

    private static Flux<List<Draft>> cut(Flux<Piece> pieces, Batcher batcher) {
        return pieces.map(batcher::add).concatWith(Mono.fromSupplier(batcher::finish));
    }
}
