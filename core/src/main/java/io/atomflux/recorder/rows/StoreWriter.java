package io.atomflux.recorder.rows;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.LeaseLock.Lease;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Adds samples to a store and knows how it must end after each change, so that one whose answer was lost is looked for
 * instead of repeated, and rows of anybody else are noticed.
 *
 * <p>One call at a time, on any threads.
 */
final class StoreWriter<F> implements RecordingWriter<F> {

    private static final long MOST_BYTES = 32L << 20;

    private final SampleStore<F> samples;
    private final Lease lease;
    private final Disposable watch;
    private final AtomicReference<RecordingStatus> status = new AtomicReference<>(RecordingStatus.OPEN);
    private final Mono<Void> released;
    private volatile boolean lost;
    private volatile long replaced; // rows of the recording to be replaced that are still there
    private volatile End end;
    private volatile @Nullable End doubt; // how it ends if a change that failed was made all the same

    StoreWriter(SampleStore<F> samples, Lease lease, RecordingMode mode, End found) {
        this.samples = samples;
        this.lease = lease;
        this.replaced = mode == RecordingMode.REPLACE ? found.size() : 0;
        this.end = mode == RecordingMode.REPLACE ? End.NONE : found;
        this.watch = lease.lost().subscribe(done -> {}, problem -> lost = true, () -> lost = true);
        this.released = Mono.defer(() -> {
                    watch.dispose();
                    return lease.release();
                })
                .cache();
    }

    @Override
    public Progress progress() {
        return end.progress(status.get());
    }

    @Override
    public Mono<Progress> append(List<Sample<F>> added) {
        List<Sample<F>> all = List.copyOf(added);
        return Mono.defer(() -> {
            if (lost) {
                return Mono.error(new StoreBusyException(
                        samples.name(), "this recorder stood still for too long, and another may be writing", null));
            }
            return expected()
                    .then(Mono.defer(this::cleared))
                    .thenMany(Flux.defer(() -> Flux.fromIterable(changes(all))))
                    .concatMap(this::changed, 1)
                    .then(Mono.fromSupplier(this::progress));
        });
    }

    /** Checks that the store is as the last change left it, and finds out what became of one that failed. */
    private Mono<Void> expected() {
        return samples.size().flatMap(size -> {
            End possible = doubt;
            if (size == end.size() + replaced) {
                doubt = null;
                return Mono.empty();
            } else if (replaced > 0 && size == 0) {
                replaced = 0; // the clearing was made after all
                return Mono.empty();
            } else if (possible == null || size != possible.size()) {
                return Mono.error(new ForeignDataException(
                        samples.name(),
                        size + " rows",
                        "%d, those of this recorder; another program writes there: stop it, take its rows away and resume"
                                .formatted(end.size() + replaced)));
            }
            return samples.step(size - 1).flatMap(step -> {
                if (step != possible.iteration().orElseThrow()) {
                    return Mono.error(new ForeignDataException(
                            samples.name(),
                            "iteration %d in the last row".formatted(step),
                            "iteration %d, of this recorder; another program writes there"
                                    .formatted(possible.iteration().orElseThrow())));
                }
                end = possible;
                doubt = null;
                return Mono.<Void>empty();
            });
        });
    }

    private Mono<Void> cleared() {
        return replaced == 0 ? Mono.empty() : samples.store.clear().then(Mono.fromRunnable(() -> replaced = 0));
    }

    /** Splits what is not committed yet. */
    private List<List<Sample<F>>> changes(List<Sample<F>> all) {
        List<List<Sample<F>>> changes = new ArrayList<>();
        List<Sample<F>> change = new ArrayList<>();
        long bytes = 0;
        for (Sample<F> sample : all) {
            if (!end.isBefore(sample)) {
                continue; // by a change before the one that failed
            }
            long more = samples.kind.bytes(sample.frame());
            if (!change.isEmpty() && (bytes + more > MOST_BYTES || change.size() == samples.store.maxAtomicRows())) {
                changes.add(change);
                change = new ArrayList<>();
                bytes = 0;
            }
            change.add(sample);
            bytes += more;
        }
        if (!change.isEmpty()) {
            changes.add(change);
        }
        return changes;
    }

    private Mono<Void> changed(List<Sample<F>> change) {
        End after = End.of(samples.kind, end.size() + change.size(), change.get(change.size() - 1));
        List<Row> rows = change.stream().map(samples.kind::toRow).toList();
        return Mono.defer(() -> {
            doubt = after;
            return samples.store
                    .extend(rows)
                    .onErrorResume(problem -> found(after, problem))
                    .flatMap(size -> {
                        if (size != after.size()) {
                            return Mono.error(new WriteFailedException(
                                    samples.name(),
                                    Outcome.APPLIED,
                                    new IllegalStateException(
                                            "%d rows (expected: %d); another program adds rows too: stop it, take its rows away and resume"
                                                    .formatted(size, after.size()))));
                        }
                        end = after;
                        doubt = null;
                        return Mono.empty();
                    });
        });
    }

    /** Looks whether a change that failed was made; answers the size it left, or the problem. */
    private Mono<Long> found(End after, Throwable problem) {
        if (problem instanceof AtomfluxException known && known.outcome() == Outcome.NOT_APPLIED) {
            doubt = null;
            return Mono.error(problem);
        }
        return expected()
                .onErrorResume(second -> {
                    problem.addSuppressed(second);
                    return Mono.empty();
                })
                .then(Mono.defer(() -> end == after ? Mono.just(after.size()) : Mono.error(problem)));
    }

    @Override
    public Mono<Progress> close(RecordingStatus last, String reason) {
        return Mono.defer(() -> {
            status.compareAndSet(RecordingStatus.OPEN, last);
            return released.then(Mono.fromSupplier(this::progress));
        });
    }

    @Override
    public Mono<Void> lost() {
        return lease.lost();
    }
}
