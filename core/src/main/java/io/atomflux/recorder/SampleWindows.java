package io.atomflux.recorder;

import io.atomflux.Indexed;
import io.atomflux.error.StoreChangedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Samples from a position on, for one subscriber, read chunk by chunk: a chunk is emitted once a look after reading it has
 * shown that it is of the same run as what was emitted before, and still committed.
 *
 * <p>Nothing is read or looked at while no sample is asked for. Its state is touched by one signal at a time, as each step
 * begins when the one before has ended.
 */
final class SampleWindows<F> {

    private static final long LONGEST = 1 << 20;

    private final RecordingReader<F> reader;
    private final long step;
    private final long first;
    private final long end;
    private final Sight sight;
    private long position;
    private @Nullable Progress seen;

    private SampleWindows(RecordingReader<F> reader, Sight sight, long first, long end) {
        this.reader = reader;
        this.step = Math.max(1, Math.min(LONGEST, reader.step()));
        this.sight = sight;
        this.first = first;
        this.position = first;
        this.end = end;
    }

    /** Returns a stream that begins with the first element asked for, not with the subscription. */
    static <T> Flux<T> onDemand(Supplier<Flux<T>> stream) {
        // Without prefetching it asks when it is asked; hidden, as of what is known to be one value it would not wait.
        return Flux.just(stream).hide().concatMap(Supplier::get, 0);
    }

    /** Reads committed samples. */
    static <F> Flux<Sample<F>> between(
            RecordingReader<F> reader, String name, Progress progress, long first, long end) {
        if (first >= end) {
            return Flux.empty();
        }
        Sight sight = new Sight(name, progress.id());
        SampleWindows<F> windows = new SampleWindows<>(reader, sight, first, end);
        windows.seen = progress;
        return windows.all().map(Indexed::value);
    }

    /** Reads committed samples and waits for more. */
    static <F> Flux<Indexed<Sample<F>>> following(RecordingReader<F> reader, String name, long first) {
        return new SampleWindows<>(reader, new Sight(name, ""), first, Long.MAX_VALUE).all();
    }

    private Flux<Indexed<Sample<F>>> all() {
        return onDemand(() -> Mono.defer(this::next).flatMapIterable(window -> window))
                .repeat(() -> !isOver());
    }

    private boolean isOver() {
        return position >= end || (seen != null && ended(seen) && seen.committed() <= position);
    }

    private static boolean ended(Progress progress) {
        return progress.status() == RecordingStatus.CLOSED || progress.status() == RecordingStatus.ABORTED;
    }

    private Mono<List<Indexed<Sample<F>>>> next() {
        Progress known = seen;
        if (known != null && known.committed() > position) {
            return window(known);
        }
        return reader.follow()
                .filter(now -> {
                    sight.check(now, position, position);
                    seen = now;
                    return now.committed() > position || ended(now);
                })
                .next()
                .flatMap(now -> now.committed() > position ? window(now) : Mono.empty());
    }

    private Mono<List<Indexed<Sample<F>>>> window(Progress known) {
        long from = position;
        long to = Math.min(Math.min(known.committed(), end), (from / step + 1) * step);
        Mono<List<Indexed<Sample<F>>>> read = reader.read(from, to)
                .collect(() -> new ArrayList<Indexed<Sample<F>>>((int) (to - from)), (window, sample) -> {
                    window.add(new Indexed<>(from + window.size(), sample));
                })
                .map(window -> window);
        return sight.explained(read, reader, to, reached())
                .flatMap(window -> reader.progress().map(now -> {
                    sight.check(now, to, reached());
                    if (window.size() != to - from) {
                        throw new StoreChangedException(sight.name(), reached());
                    }
                    seen = now;
                    position = to;
                    return window;
                }));
    }

    /** What an error tells: the position where to go on if this follows, else how many samples were emitted. */
    private long reached() {
        return end == Long.MAX_VALUE ? position : position - first;
    }
}
