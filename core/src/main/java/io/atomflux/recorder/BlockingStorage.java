package io.atomflux.recorder;

import io.atomflux.adapter.Leased;
import io.atomflux.adapter.ProcessLeases;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.LeaseLock.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A place of blocking calls.
 *
 * @param <F> the kind of frame
 */
final class BlockingStorage<F> implements RecordingStorage<F> {

    private static final int STEP = 64;

    private final BlockingRecording<F> place;

    BlockingStorage(BlockingRecording<F> place) {
        this.place = Objects.requireNonNull(place, "place");
    }

    @Override
    public String name() {
        return place.name();
    }

    @Override
    public FrameKind<F> kind() {
        return place.kind();
    }

    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        if (!plan.attributes().isEmpty()) {
            return Mono.error(() -> new InvalidOptionException(
                    "attributes",
                    "%s (expected: none; %s has no place for them)".formatted(plan.attributes(), name())));
        }
        return Mono.defer(() -> ProcessLeases.of("recording " + name())
                .acquire("recorder", Duration.ZERO)
                .flatMap(lease -> Leased.<RecordingWriter<F>>open(lease, () -> opened(plan, lease))));
    }

    private RecordingWriter<F> opened(RecordingPlan plan, Lease lease) {
        try {
            return open(plan, lease);
        } catch (IOException e) {
            throw AtomfluxException.of(name(), "opening", e);
        }
    }

    private RecordingWriter<F> open(RecordingPlan plan, Lease lease) throws IOException {
        long size = place.size();
        if (size > 0 && plan.mode() == RecordingMode.CREATE_NEW) {
            throw new RecordingExistsException(name(), size);
        } else if (plan.mode() == RecordingMode.REPLACE) {
            return new BlockingWriter<>(this, lease, Progress.NONE);
        }
        long kept = plan.cutFrom().isPresent() ? before(plan.cutFrom().getAsLong(), size) : size;
        place.truncate(kept);
        return new BlockingWriter<>(this, lease, progress(kept, 0));
    }

    /** Finds how many samples come before an iteration; iterations grow. */
    private long before(long iteration, long size) throws IOException {
        long low = 0;
        long high = size;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (one(middle).iteration() < iteration) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Sample<F> one(long position) throws IOException {
        return place.read(position, position + 1).get(0);
    }

    BlockingRecording<F> place() {
        return place;
    }

    /** Tells how far a recording of some samples is. */
    Progress progress(long size, long generation) throws IOException {
        if (size == 0) {
            return new Progress(
                    "",
                    0,
                    generation,
                    RecordingStatus.UNKNOWN,
                    OptionalLong.empty(),
                    OptionalDouble.empty(),
                    "",
                    Progress.NONE.attributes());
        }
        return after(one(size - 1), size, generation);
    }

    Progress after(Sample<F> last, long size, long generation) {
        return new Progress(
                "",
                size,
                generation,
                RecordingStatus.UNKNOWN,
                OptionalLong.of(last.iteration()),
                OptionalDouble.of(last.time()),
                kind().layout(last.frame()),
                Progress.NONE.attributes());
    }

    <T> Mono<T> call(String action, Callable<T> call) {
        // Not subscribeOn: its cancelling interrupts, which closes a channel for good, also that of the one who writes.
        return Mono.<T>fromFuture(
                        () -> CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return call.call();
                                    } catch (Exception e) {
                                        throw new CompletionException(e);
                                    }
                                },
                                task -> {
                                    var unused = Schedulers.boundedElastic().schedule(task);
                                }),
                        true)
                .onErrorMap(IOException.class, e -> AtomfluxException.of(name(), action, e));
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return call("opening", () -> {
            if (place.size() == 0) {
                throw new StoreNotFoundException(name(), "something recorded");
            }
            return new BlockingReader<>(this);
        });
    }

    /** Reads some samples, fewer if there are not so many any more. */
    Mono<List<Sample<F>>> some(long from, long to) {
        return call("reading", () -> {
            long end = Math.min(Math.min(to, from + STEP), place.size());
            return from < end ? place.read(from, end) : List.of();
        });
    }
}
