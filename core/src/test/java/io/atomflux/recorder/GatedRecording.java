package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A place of a user's own, for tests: one in memory behind a gate, at which appending waits while it is shut, and which fails
 * when told to. It notes what it is asked, and that it is asked one thing at a time.
 *
 * @param <F> the kind of frame
 */
final class GatedRecording<F> implements RecordingStorage<F> {

    final MemoryRecording<F> inner;

    /** Sizes of the batches whose appending began, in order. */
    final BlockingQueue<Integer> began = new LinkedBlockingQueue<>();

    /** What the next calls fail with. */
    final Queue<Throwable> openingFailures = new ConcurrentLinkedQueue<>();

    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    final Queue<Throwable> closingFailures = new ConcurrentLinkedQueue<>();

    final Queue<Throwable> publishingFailures = new ConcurrentLinkedQueue<>();

    /** How much was committed each time that the recording was to be shown to others. */
    final List<Long> published = new CopyOnWriteArrayList<>();

    final List<String> closed = new CopyOnWriteArrayList<>();
    final List<String> mistakes = new CopyOnWriteArrayList<>();
    final Sinks.Empty<Void> lost = Sinks.empty();
    private volatile Sinks.@Nullable Empty<Void> gate;
    private volatile Sinks.@Nullable Empty<Void> openingGate;
    private final AtomicBoolean busy = new AtomicBoolean();

    GatedRecording(FrameKind<F> kind) {
        this.inner = MemoryRecording.of(kind);
    }

    /** From now on appending waits. */
    void shut() {
        gate = Sinks.empty();
    }

    /** Lets what waits go on, and all that comes later. */
    void open() {
        Sinks.Empty<Void> shut = gate;
        gate = null;
        if (shut != null) {
            shut.tryEmitEmpty();
        }
    }

    /** Lets only what waits go on; what comes later waits. */
    void openOnce() {
        Sinks.Empty<Void> shut = gate;
        shut();
        if (shut != null) {
            shut.tryEmitEmpty();
        }
    }

    void shutOpening() {
        openingGate = Sinks.empty();
    }

    void goOnOpening() {
        Sinks.Empty<Void> shut = openingGate;
        openingGate = null;
        if (shut != null) {
            shut.tryEmitEmpty();
        }
    }

    /** Waits until a batch is being appended; returns its size. */
    int awaitAppend() {
        try {
            Integer size = began.poll(30, TimeUnit.SECONDS);
            assertThat(size).as("a batch that is being appended").isNotNull();
            return size;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for what comes soon. */
    static void until(BooleanSupplier reached) {
        Mono.fromSupplier(reached::getAsBoolean)
                .filter(done -> done)
                .repeatWhenEmpty(looks -> looks.delayElements(Duration.ofMillis(1)))
                .block(Duration.ofSeconds(30));
    }

    long committed() {
        return inner.reader().flatMap(RecordingReader::progress).block().committed();
    }

    @Override
    public String name() {
        return "gated";
    }

    @Override
    public FrameKind<F> kind() {
        return inner.kind();
    }

    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        return Mono.defer(() -> {
            Sinks.Empty<Void> shut = openingGate;
            Mono<RecordingWriter<F>> opening =
                    failing(openingFailures, inner.writer(plan).map(Writer::new));
            return shut == null ? opening : shut.asMono().then(opening);
        });
    }

    private static <T> Mono<T> failing(Queue<Throwable> failures, Mono<T> call) {
        return Mono.defer(() -> {
            Throwable failure = failures.poll();
            return failure == null ? call : Mono.error(failure);
        });
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return inner.reader();
    }

    private final class Writer implements RecordingWriter<F> {

        private final RecordingWriter<F> writer;

        Writer(RecordingWriter<F> writer) {
            this.writer = writer;
        }

        @Override
        public Progress progress() {
            return writer.progress();
        }

        @Override
        public Mono<Progress> append(List<Sample<F>> samples) {
            return alone(Mono.defer(() -> {
                Sinks.Empty<Void> shut = gate;
                began.add(samples.size());
                Mono<Progress> appending = failing(failures, writer.append(samples));
                return shut == null ? appending : shut.asMono().then(appending);
            }));
        }

        @Override
        public Mono<Progress> publish() {
            return alone(Mono.defer(() -> {
                published.add(progress().committed());
                return failing(publishingFailures, writer.publish());
            }));
        }

        @Override
        public Mono<Progress> close(RecordingStatus status, String reason) {
            return alone(Mono.defer(() -> {
                closed.add(reason.isEmpty() ? status.name() : status + ": " + reason);
                return writer.close(status, reason).flatMap(end -> failing(closingFailures, Mono.just(end)));
            }));
        }

        @Override
        public Mono<Void> lost() {
            return lost.asMono();
        }

        private Mono<Progress> alone(Mono<Progress> call) {
            return Mono.defer(() -> {
                if (!busy.compareAndSet(false, true)) {
                    mistakes.add("two calls at once");
                }
                return call.doOnCancel(() -> mistakes.add("a call was cancelled"))
                        .doOnTerminate(() -> busy.set(false));
            });
        }
    }
}
