package io.atomflux.file.columnar.recording;

import io.atomflux.error.StoreClosedException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes chunks, then commits.
 *
 * <p>Calls are done one after another, each to its end also if it is cancelled: what is still being written must not meet what
 * the next one writes.
 */
final class ZarrWriter<F> implements RecordingWriter<F> {

    private static final int MOST_COLUMNS = 4096; // a checksum of each is in every commit
    private static final String ACTION = "writing a recording";

    private final Mending<F> opening;
    private final Places places;
    private final Frames<F> frames;
    private final String store;
    private final Disk disk;
    private final LeaseLock.Lease lease;
    private final int split;
    private final boolean replaces;
    private final Object turn = new Object();
    private CompletableFuture<?> last = CompletableFuture.completedFuture(true);

    private volatile Commit commit;
    private volatile @Nullable Chunks chunks;
    private volatile boolean closed;

    private ZarrWriter(Mending<F> opening, Mending.Opened opened, LeaseLock.Lease lease, int split) {
        this.opening = opening;
        this.places = opening.places();
        this.frames = opening.frames();
        this.store = opening.store();
        this.disk = opening.disk();
        this.lease = lease;
        this.split = split;
        this.replaces = opened.replaces();
        this.commit = opened.commit();
        this.chunks = opened.chunks();
    }

    /** Opens, to the end also if nobody waits any more: the lease is given back then, as it is after a failure. */
    static <F> Mono<RecordingWriter<F>> open(Mending<F> opening, LeaseLock.Lease lease, int split) {
        return Mono.create(sink -> Disk.<RecordingWriter<F>>call(
                        opening.store(),
                        "opening a recording",
                        () -> new ZarrWriter<>(opening, opening.open(), lease, split))
                .onErrorResume(e -> lease.release().then(Mono.error(e)))
                .subscribe(
                        writer -> {
                            sink.onCancel(() -> lease.release().subscribe());
                            sink.success(writer);
                        },
                        sink::error));
    }

    @Override
    public Progress progress() {
        return commit.progress();
    }

    @Override
    public void check(Sample<F> sample) {
        Layout layout = commit.layout();
        check(sample, layout == null ? layout(sample.frame()) : layout);
    }

    private void check(Sample<F> sample, Layout layout) {
        List<Frames.Part> parts = frames.parts(sample.frame());
        boolean same = parts.size() == layout.data().size();
        for (int i = 0; same && i < parts.size(); i++) {
            Frames.Part part = parts.get(i);
            Series series = layout.data().get(i);
            same = part.name().equals(series.name())
                    && part.dtype().equals(series.dtype())
                    && part.shape().equals(series.frame());
        }
        if (!same) {
            throw new IllegalArgumentException(
                    "frame of %s (expected: %s)".formatted(described(parts), described(layout)));
        }
        DType type = layout.time().dtype();
        if (type != DType.FLOAT64
                && NdArray.of(new double[] {sample.time()}).as(type).doubleAt(0) != sample.time()) {
            throw new IllegalArgumentException(
                    "time %s (expected: one that %s has exactly, as the times of this recording are such)"
                            .formatted(sample.time(), type.name()));
        }
    }

    private static String described(Layout layout) {
        return described(layout.data().stream()
                .map(series -> new Frames.Part(series.name(), series.dtype(), series.frame()))
                .toList());
    }

    private static String described(List<Frames.Part> parts) {
        return parts.stream()
                .map(part -> "%s %s %s".formatted(part.name(), part.dtype().name(), part.shape()))
                .collect(Collectors.joining(", "));
    }

    /** Lets the place go as the end of the process would. */
    Mono<Void> abandon() {
        return lease.release();
    }

    /** Returns the arrays of a new recording. */
    private Layout layout(F frame) {
        int chunk = opening.plan().chunk();
        long most = Math.max(1 << 20, Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 4));
        List<Series> data = new ArrayList<>();
        for (Frames.Part part : frames.parts(frame)) {
            int rank = part.shape().size();
            int length = rank == 0 ? 1 : part.shape().get(rank - 1);
            int width = Math.max(1, split == 0 ? length : Math.min(split, length));
            Series series = new Series(part.name(), part.dtype(), part.shape(), width);
            if (series.chunkBytes(chunk) > most) {
                throw new IllegalArgumentException(
                        "a chunk of %d samples of %s %s, %d bytes (expected: at most %d); record fewer samples per chunk, or divide frames by ZarrRecording.trajectoriesPerChunk"
                                .formatted(chunk, part.dtype().name(), part.shape(), series.chunkBytes(chunk), most));
            } else if (series.columns() > MOST_COLUMNS) {
                throw new IllegalArgumentException(
                        "%d trajectories per chunk divide %s into %d files (expected: at most %d)"
                                .formatted(split, part.shape(), series.columns(), MOST_COLUMNS));
            }
            data.add(series);
        }
        return Layout.of(data, DType.FLOAT64, chunk, frames.kind().layout(frame));
    }

    /**
     * Returns how many chunks are turned, compressed and synced at once: two, and where frames are divided as many as there are
     * processors, unless these would take more than a buffer of samples may.
     */
    private static int atOnce(Layout layout) {
        Runtime machine = Runtime.getRuntime();
        long largest = layout.data().stream()
                .mapToLong(series -> series.chunkBytes(layout.chunk()))
                .max()
                .orElse(1);
        long fitting = machine.maxMemory() / 16 / Math.max(1, largest);
        return (int) Math.max(2, Math.min(machine.availableProcessors(), fitting));
    }

    /** Begins when all before has ended, and goes on without whoever waits. */
    private <T> Mono<T> inTurn(Mono<T> work) {
        return Mono.fromFuture(
                () -> {
                    synchronized (turn) {
                        CompletableFuture<?> before = last;
                        CompletableFuture<@Nullable T> mine = Mono.fromFuture(
                                        () -> before.handle((done, e) -> true), true)
                                .then(work)
                                .toFuture();
                        last = mine;
                        return mine;
                    }
                },
                true);
    }

    @Override
    public Mono<Progress> append(List<Sample<F>> samples) {
        List<Sample<F>> added = List.copyOf(samples);
        if (added.isEmpty()) {
            throw new IllegalArgumentException("no samples (expected: at least one)");
        }
        return inTurn(Mono.defer(() -> {
            if (closed) {
                return Mono.error(() -> new StoreClosedException(store));
            }
            Chunks known = chunks;
            Chunks target = known != null
                    ? known
                    : Chunks.fresh(places.next(), store, layout(added.get(0).frame()));
            added.forEach(sample -> check(sample, target.layout()));
            Appending<F> appending = new Appending<>(target, commit, frames, added);
            Mono<Void> begun = known != null ? Mono.empty() : Disk.call(store, ACTION, () -> begin(target));
            // One that fails must not leave another behind, which would rename its chunk over that of the next attempt.
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            return begun.thenMany(Flux.fromIterable(appending.tasks()))
                    .flatMap(
                            task -> failure.get() != null
                                    ? Mono.<Appending.Written>empty()
                                    : Disk.call(store, ACTION, () -> appending.write(disk, task))
                                            .onErrorResume(e -> {
                                                failure.compareAndSet(null, e);
                                                return Mono.empty();
                                            }),
                            atOnce(target.layout()),
                            1)
                    .collectList()
                    .flatMap(sums -> {
                        Throwable failed = failure.get();
                        return failed != null
                                ? Mono.error(failed)
                                : Disk.call(store, ACTION, () -> commit(target, appending, sums));
                    });
        }));
    }

    /** Clears the place of what an attempt before has left there. */
    private @Nullable Void begin(Chunks target) throws IOException {
        disk.deleteTree(places.next());
        for (Series series : target.layout().all()) {
            disk.makeFolders(target.root().resolve(series.name()));
        }
        return null;
    }

    private Progress commit(Chunks target, Appending<F> appending, List<Appending.Written> sums) throws IOException {
        Commit next = appending.finish(disk, sums);
        target.sync(disk);
        if (chunks == null) {
            target.describe(disk, next, true);
            Chunks.commit(disk, target.root(), next);
            places.publish(disk);
            chunks = target.in(places.root());
            commit = next;
            afterwards(() -> places.clear(disk));
        } else {
            Chunks.commit(disk, target.root(), next);
            commit = next;
            afterwards(() -> target.describe(disk, next, false));
        }
        return next.progress();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** Does what comes after a commit, which stands whether this succeeds or not. */
    private static void afterwards(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            return; // tried again by the next commit and by the end, which fails if it cannot be done
        }
    }

    @Override
    public Mono<Progress> close(RecordingStatus status, String reason) {
        if (status != RecordingStatus.CLOSED && status != RecordingStatus.ABORTED) {
            throw new IllegalArgumentException("status %s (expected: CLOSED or ABORTED)".formatted(status));
        }
        return inTurn(Mono.defer(() -> {
            if (closed) {
                return Mono.just(commit.progress());
            }
            closed = true;
            return Disk.<Progress>call(store, "closing a recording", () -> end(status, reason))
                    .onErrorResume(e -> lease.release().then(Mono.error(e)))
                    .flatMap(progress -> lease.release().thenReturn(progress));
        }));
    }

    private Progress end(RecordingStatus status, String reason) throws IOException {
        Progress was = commit.progress();
        Progress progress = new Progress(
                was.id(),
                was.committed(),
                was.generation() + 1,
                status,
                was.lastIteration(),
                was.lastTime(),
                was.layout(),
                was.attributes());
        Commit ended = new Commit(progress, reason, commit.stride(), commit.layout(), commit.tail());
        Chunks arrays = chunks;
        if (arrays != null) {
            Chunks.commit(disk, arrays.root(), ended);
            commit = ended;
            arrays.describe(disk, ended, true);
        } else if (!replaces) {
            endEmpty(ended);
        }
        commit = ended;
        places.clear(disk);
        disk.deleteTree(places.next());
        return progress;
    }

    /** A run without samples: the shape of its frames is not known, so that there is only an empty array of times. */
    private void endEmpty(Commit ended) throws IOException {
        if (!Disk.names(places.root()).isEmpty()) {
            Chunks.commit(disk, places.root(), ended);
            return;
        }
        Layout layout = Layout.of(List.of(), DType.FLOAT64, opening.plan().chunk(), "");
        Chunks empty = Chunks.fresh(places.next(), store, layout);
        begin(empty);
        empty.describe(disk, ended, true);
        Chunks.commit(disk, places.next(), ended);
        places.publish(disk);
    }
}
