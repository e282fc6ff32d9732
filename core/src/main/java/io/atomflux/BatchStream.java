package io.atomflux;

import io.atomflux.spi.Batch;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
    interface Emission<R, T> {
        /** Returns the element, or null to skip the row. */
        @Nullable
        T of(R row, long position);
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
                while (next < end && !cancelled) {
                    int index = next++;
                    T element = emission.of(batch.row(index), batch.position(index));
                    if (element != null) {
                        emitted++;
                        actual.onNext(element);
                    }
                }
            } catch (
                    Throwable thrown) { // from decoding, or from a subscriber that breaks rule 2.13: told to it all the
                // same
                failure = thrown;
            }
            if (asked != Long.MAX_VALUE) {
                requested.addAndGet(-emitted);
            }
            if (next == batch.size()) {
                releaseCurrent();
            }
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
            Fetch<R> ended = fetch;
            if (ended == null || !ended.isSettled()) {
                return false;
            }
            fetch = null;
            current = ended.batch;
            currentBytes = ended.bytes;
            failure = failure == null ? ended.failure : failure;
            exhausted = ended.batch == null;
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
                                    problem.addSuppressed(thrown);
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

    /** One batch on its way: it arrives, or is empty, or fails, or is abandoned, whichever comes first. */
    private static final class Fetch<R extends KeyedRow<R>> implements CoreSubscriber<Batch<R>> {
        private static final int UNDER_WAY = 0;
        private static final int DECIDING = 1;
        private static final int SETTLED = 2;

        private final AtomicInteger state = new AtomicInteger(UNDER_WAY);
        private final ByteBudget budget;
        private final Runnable settled;
        private final Context context;
        private volatile @Nullable Subscription upstream;
        private volatile boolean abandoned;
        private long bytes;
        private @Nullable Batch<R> batch;
        private @Nullable Throwable failure;

        Fetch(long bytes, ByteBudget budget, Runnable settled, Context context) {
            this.bytes = bytes;
            this.budget = budget;
            this.settled = settled;
            this.context = context;
        }

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            if (abandoned) {
                subscription.cancel();
            } else {
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(Batch<R> arrived) {
            settle(arrived, null);
        }

        @Override
        public void onError(Throwable thrown) {
            if (!settle(null, thrown) && !abandoned) {
                Operators.onErrorDropped(thrown, context);
            }
        }

        @Override
        public void onComplete() {
            settle(null, null);
        }

        private boolean settle(@Nullable Batch<R> arrived, @Nullable Throwable thrown) {
            if (!state.compareAndSet(UNDER_WAY, DECIDING)) {
                return false;
            }
            long held = arrived == null ? 0 : arrived.byteSize();
            budget.correct(bytes, held);
            bytes = held;
            batch = arrived;
            failure = thrown;
            state.set(SETTLED);
            settled.run();
            return true;
        }

        boolean isSettled() {
            return state.get() == SETTLED;
        }

        /** Gives the bytes back, whatever had come of it. */
        void abandon() {
            abandoned = true;
            Subscription running = upstream;
            if (running != null) {
                running.cancel();
            }
            if (state.compareAndSet(UNDER_WAY, SETTLED)) {
                budget.correct(bytes, 0);
                return;
            }
            while (!isSettled()) {
                Thread.onSpinWait(); // a few instructions of settle() on another thread
            }
            budget.correct(bytes, 0);
        }
    }
}
