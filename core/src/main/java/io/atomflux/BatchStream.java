package io.atomflux;

import io.atomflux.error.MissingValueException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Emits the rows of a reader one by one, fetching batch after batch as they are asked for.
 *
 * <p>The first batch is at most 64 KiB; each further one twice the last up to 4 MiB, less when the budget is short. While
 * a batch is emitted the next one is fetched, but only if more rows are asked for than the batch still holds. The reader
 * is closed before the stream completes or fails, and after cancelling.
 *
 * <p>One drain loop serialises everything: whoever raises {@code wip} from 0 runs it, others leave their signal and go.
 * That loop has to see everything it serialises, so the file is longer than most.
 *
 * @param <R> rows as read
 * @param <T> elements as emitted
 */
final class BatchStream<R extends KeyedRow<R>, T> extends Flux<T> {

    private static final long FIRST_BYTES = 64 << 10;
    private static final long MOST_BYTES = 4 << 20;

    /**
     * Turns a row into an element.
     *
     * @param <R> rows as read
     * @param <T> elements as emitted
     */
    @FunctionalInterface
    interface Emission<R extends KeyedRow<R>, T> {
        /** Returns the element, or null to skip the row. */
        @Nullable
        T of(R row, long position);

        /** Returns one element for all rows of a batch, or null to have them one by one. */
        default @Nullable T ofAll(Batch<R> batch) {
            return null;
        }
    }

    private final Supplier<RowReader<R>> readers;
    private final Emission<R, T> emission;
    private final ByteBudget budget;

    BatchStream(Supplier<RowReader<R>> readers, Emission<R, T> emission, ByteBudget budget) {
        this.readers = readers;
        this.emission = emission;
        this.budget = budget;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        RowReader<R> reader;
        try {
            reader = readers.get();
        } catch (Throwable failure) { // a backend that throws here is told of like one that signals
            Operators.error(actual, failure);
            return;
        }
        budget.streamBegins();
        actual.onSubscribe(new Running<>(actual, reader, emission, budget));
    }

    private static final class Running<R extends KeyedRow<R>, T> implements Subscription {
        private final CoreSubscriber<? super T> actual;
        private final RowReader<R> reader;
        private final Emission<R, T> emission;
        private final ByteBudget budget;
        private final AtomicInteger wip = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private volatile boolean cancelled;
        private volatile @Nullable Throwable badRequest;

        // Below: touched by the drain loop only.
        private @Nullable Batch<R> current;
        private long currentBytes;
        private int next;
        private @Nullable Fetch<R> fetch;
        private long nextBytes = FIRST_BYTES;
        private boolean exhausted;
        private @Nullable Throwable failure;
        private boolean over;

        Running(CoreSubscriber<? super T> actual, RowReader<R> reader, Emission<R, T> emission, ByteBudget budget) {
            this.actual = actual;
            this.reader = reader;
            this.emission = emission;
            this.budget = budget;
        }

        @Override
        public void request(long n) {
            if (n > 0) {
                requested.getAndAccumulate(n, Operators::addCap);
            } else { // rule 3.9 of Reactive Streams
                badRequest = new IllegalArgumentException("request: %d (expected: a positive number)".formatted(n));
            }
            drain();
        }

        @Override
        public void cancel() {
            cancelled = true;
            drain();
        }

        private void drain() {
            if (wip.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            do {
                if (!over) {
                    step();
                }
                missed = wip.addAndGet(-missed);
            } while (missed != 0);
        }

        /** Goes on until there is nothing to do before another signal. */
        private void step() {
            while (true) {
                if (cancelled) {
                    end();
                    closeAfterCancel();
                    return;
                }
                Throwable problem = failure != null ? failure : badRequest;
                if (problem != null || (exhausted && current == null)) {
                    end();
                    closeAndTell(problem);
                    return;
                }
                Batch<R> batch = current;
                long asked = requested.get();
                if (fetch == null && !exhausted && asked > (batch == null ? 0 : batch.size() - next)) {
                    fetch();
                }
                if (batch != null) {
                    if (asked == 0) {
                        return;
                    }
                    emit(batch, asked);
                } else if (!takeFetched()) {
                    return;
                }
            }
        }

        private void emit(Batch<R> batch, long asked) {
            int end = next + (int) Math.min(batch.size() - next, asked); // asked may be Long.MAX_VALUE
            long emitted = 0;
            try {
                T whole = next == 0 ? emission.ofAll(batch) : null;
                if (whole != null) {
                    next = batch.size();
                    emitted++;
                    actual.onNext(whole);
                }
                while (next < end && !cancelled) {
                    int index = next++;
                    T element = emission.of(batch.row(index), batch.position(index));
                    if (element != null) {
                        emitted++;
                        actual.onNext(element);
                    }
                }
            } catch (Throwable thrown) {
                // from decoding, or from a subscriber that breaks rule 2.13: told to it all the same
                failure = next == 0 ? thrown : located(thrown, batch, next - 1);
            }
            if (asked != Long.MAX_VALUE) {
                requested.addAndGet(-emitted);
            }
            if (next == batch.size()) {
                releaseCurrent();
            }
        }

        /** Names the store of a row without a value, or with another than asked for, if several are read as one. */
        private static <R extends KeyedRow<R>> Throwable located(Throwable thrown, Batch<R> batch, int index) {
            String origin = thrown instanceof MissingValueException || thrown instanceof ValueTypeException
                    ? batch.origin(index).orElse(null)
                    : null;
            if (origin == null) {
                return thrown;
            }
            return thrown instanceof MissingValueException missing
                    ? new MissingValueException(missing.store() + ", " + origin, missing.position(), missing.key())
                    : mistyped((ValueTypeException) thrown, origin);
        }

        private static ValueTypeException mistyped(ValueTypeException thrown, String origin) {
            return new ValueTypeException(thrown.place() + " (" + origin + ")", thrown.expected(), thrown.found());
        }

        private void releaseCurrent() {
            if (current != null) {
                current = null;
                next = 0;
                budget.correct(currentBytes, 0);
            }
        }

        private void fetch() {
            long bytes = budget.take(nextBytes);
            nextBytes = Math.min(MOST_BYTES, Math.max(FIRST_BYTES, bytes * 2));
            Fetch<R> started = new Fetch<>(bytes, budget, this::drain, actual.currentContext());
            fetch = started;
            Mono<Batch<R>> batches;
            try {
                batches = reader.next(bytes);
            } catch (Throwable thrown) { // a backend that throws here is told of like one that signals
                batches = Mono.error(thrown);
            }
            batches.subscribe(started);
        }

        /** Makes what was fetched current; tells whether anything had come. */
        private boolean takeFetched() {
            Answer<R> answer = fetch == null ? null : fetch.answer();
            if (answer == null) {
                return false;
            }
            fetch = null;
            current = answer.batch();
            currentBytes = answer.bytes();
            failure = failure == null ? answer.failure() : failure;
            exhausted = answer.batch() == null;
            return true;
        }

        private void end() {
            over = true;
            Fetch<R> running = fetch;
            fetch = null;
            if (running != null) {
                running.abandon();
            }
            releaseCurrent();
            budget.streamEnds();
        }

        private Mono<Void> close() {
            return Mono.defer(reader::close).contextWrite(actual.currentContext());
        }

        private void closeAndTell(@Nullable Throwable problem) {
            close().subscribe(
                            nothing -> {},
                            thrown -> {
                                if (problem == null) {
                                    actual.onError(thrown);
                                } else {
                                    if (thrown != problem) { // a reader that tells of one failure twice
                                        problem.addSuppressed(thrown);
                                    }
                                    actual.onError(problem);
                                }
                            },
                            () -> {
                                if (problem == null) {
                                    actual.onComplete();
                                } else {
                                    actual.onError(problem);
                                }
                            });
        }

        private void closeAfterCancel() {
            close().subscribe(nothing -> {}, thrown -> Operators.onErrorDropped(thrown, actual.currentContext()));
        }
    }

    /**
     * What came of asking for a batch: rows, or none if both are null, or a failure.
     *
     * @param batch the rows
     * @param bytes what they hold of the budget
     * @param failure why there are none
     */
    private record Answer<R extends KeyedRow<R>>(
            @Nullable Batch<R> batch, long bytes, @Nullable Throwable failure) {}

    /** One batch on its way: it is answered or abandoned, whichever comes first; the budget is right either way. */
    private static final class Fetch<R extends KeyedRow<R>> implements CoreSubscriber<Batch<R>> {
        private final AtomicReference<@Nullable Answer<R>> answer = new AtomicReference<>();
        private final Answer<R> abandoned = new Answer<>(null, 0, null);
        private final long bytes;
        private final ByteBudget budget;
        private final Runnable answered;
        private final Context context;
        private volatile @Nullable Subscription upstream;

        Fetch(long bytes, ByteBudget budget, Runnable answered, Context context) {
            this.bytes = bytes;
            this.budget = budget;
            this.answered = answered;
            this.context = context;
        }

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            if (answer.get() == abandoned) {
                subscription.cancel();
            } else {
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(Batch<R> arrived) {
            answer(new Answer<>(arrived, arrived.byteSize(), null));
        }

        @Override
        public void onError(Throwable thrown) {
            if (!answer(new Answer<>(null, 0, thrown)) && answer.get() != abandoned) {
                Operators.onErrorDropped(thrown, context);
            }
        }

        @Override
        public void onComplete() {
            answer(new Answer<>(null, 0, null));
        }

        private boolean answer(Answer<R> given) {
            if (!answer.compareAndSet(null, given)) {
                return false;
            }
            budget.correct(bytes, given.bytes());
            answered.run();
            return true;
        }

        /** Returns what came of it, or null if it is still on its way. */
        @Nullable
        Answer<R> answer() {
            return answer.get();
        }

        /** Gives the bytes back, whatever has come of it or still will. */
        void abandon() {
            Answer<R> before = answer.getAndSet(abandoned);
            budget.correct(before == null ? bytes : before.bytes(), 0);
            Subscription running = upstream;
            if (running != null) {
                running.cancel();
            }
        }
    }
}
