package io.atomflux.loader;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * An epoch as a loop, for an ordinary thread, which waits for each batch.
 *
 * <p>One batch is asked for at a time; those made ahead are the prefetch of the loader, not more. Each iterator runs the epoch anew. A
 * loop that is left early need not be closed: nothing is read on, no reader stays open, and what was made ahead goes with the iterator.
 * An interrupt ends the epoch with a {@link CancellationException}, and stays set. An error of the epoch is thrown by {@code hasNext()} or
 * {@code next()}, as it is.
 */
final class EpochLoop implements Iterable<Batch> {

    private final Flux<Batch> epoch;

    EpochLoop(Flux<Batch> epoch) {
        this.epoch = epoch;
    }

    /**
     * Starts anew.
     *
     * @throws IllegalStateException on a thread that must not wait
     */
    @Override
    public Iterator<Batch> iterator() {
        refuseWhereNobodyMayWait();
        Loop loop = new Loop();
        epoch.subscribe(loop);
        return loop;
    }

    private static void refuseWhereNobodyMayWait() {
        if (Schedulers.isInNonBlockingThread()) {
            throw new IllegalStateException(
                    "batches() on thread %s, which must not wait (expected: an ordinary thread, or epoch() there)"
                            .formatted(Thread.currentThread().getName()));
        }
    }

    /**
     * What came of asking for a batch.
     *
     * @param batch the batch; null for none
     * @param failure why there is none; null for the end
     */
    private record Answer(@Nullable Batch batch, @Nullable Throwable failure) {}

    /** One loop. Signals come from any thread, at most one batch and one end between two requests. */
    private static final class Loop extends BaseSubscriber<Batch> implements Iterator<Batch> {
        private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(2);
        private @Nullable Answer current; // of the looping thread

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // asked for when the loop asks
        }

        @Override
        protected void hookOnNext(Batch batch) {
            answers.add(new Answer(batch, null));
        }

        @Override
        protected void hookOnError(Throwable failure) {
            answers.add(new Answer(null, failure));
        }

        @Override
        protected void hookOnComplete() {
            answers.add(new Answer(null, null));
        }

        @Override
        public boolean hasNext() {
            Answer answer = current == null ? awaited() : current;
            current = answer;
            Throwable failure = answer.failure();
            if (failure != null) {
                throw thrown(failure);
            }
            return answer.batch() != null;
        }

        @Override
        public Batch next() {
            if (!hasNext() || current == null || current.batch() == null) {
                throw new NoSuchElementException("the epoch has no further batch");
            }
            Batch batch = current.batch();
            current = null;
            return batch;
        }

        private Answer awaited() {
            refuseWhereNobodyMayWait();
            request(1);
            try {
                return answers.take();
            } catch (InterruptedException interrupted) {
                cancel();
                Thread.currentThread().interrupt();
                CancellationException cancelled =
                        new CancellationException("interrupted while waiting for a batch; the epoch was ended");
                cancelled.initCause(interrupted);
                return new Answer(null, cancelled);
            }
        }

        private static RuntimeException thrown(Throwable failure) {
            if (failure instanceof Error error) {
                throw error;
            }
            return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
        }
    }
}
