package io.atomflux.loader;

import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The way of the data of one epoch: windows of slots, read side by side, put in order, cut into batches, collated side by side, and
 * put in order again.
 *
 * <p>What is held: {@code inFlight} windows and the one that batches are being cut from, which share the loader's bytes; and
 * {@code prefetch} batches. Failures travel as values until the end, so that all batches before them arrive.
 */
final class Engine {

    private final Settings settings;
    private final Epoch epoch;
    private final long share;

    Engine(Settings settings, Epoch epoch) {
        this.settings = settings;
        this.epoch = epoch;
        this.share = Math.max(1, settings.bytes / (settings.inFlight + 1));
    }

    Flux<Batch> run() {
        BatchMaker maker = new BatchMaker(epoch, settings.stages, settings.collation(), settings.badRows);
        return counted().flatMapSequential(maker::make, settings.prefetch, 1).handle((made, sink) -> {
            Batch batch = made.batch();
            if (batch != null) {
                sink.next(batch);
            } else if (made.failure() != null) {
                sink.error(made.failure());
            }
        });
    }

    /** Cuts batches of known numbers of samples. */
    private Flux<Draft> counted() {
        Steps steps = new Steps(
                epoch.sequence().length(), epoch.state().position(), settings.turn, settings.batch, settings.remainder);
        OwnSlots slots = new OwnSlots(steps, epoch.sequence());
        Pace pace = pace();
        return drafts(pieces(slots, pace, settings.keysRead()), new CountBatcher(steps))
                .doOnNext(draft -> pace.used(draft.samples().size()));
    }

    private Pace pace() {
        return new Pace((settings.prefetch + 1L) * settings.batch, share);
    }

    /** Reads the samples of slots, in order. */
    private Flux<Piece> pieces(OwnSlots slots, Pace pace, @Nullable List<String> keys) {
        WindowReader reader = new WindowReader(settings.feeds, epoch.plan().sources(), keys, share, pace);
        return Flux.<Window>generate(sink -> {
                    Window window = slots.next(pace.next());
                    if (window.size() == 0) {
                        sink.complete();
                    } else {
                        sink.next(window);
                    }
                })
                .flatMapSequential(reader::read, settings.inFlight, 1);
    }

    private static Flux<Draft> drafts(Flux<Piece> pieces, Batcher batcher) {
        return pieces.flatMapIterable(batcher::add, 1)
                .concatWith(Flux.defer(() -> Flux.fromIterable(batcher.finish())));
    }
}
