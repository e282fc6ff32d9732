package io.atomflux.recorder;

import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A recording in the memory of this process: for runs that are small, and for tests. It grows without limit, and is gone with
 * this object; copy it to keep it, {@code Recorder.to(file).build().record(Recording.of(memory).samples())}.
 *
 * @param <F> the kind of frame
 */
public final class MemoryRecording<F> implements RecordingStorage<F> {

    private final FrameKind<F> kind;
    private final AtomicBoolean held = new AtomicBoolean(); // by the one who writes
    private volatile @Nullable MemoryRun<F> run;

    private MemoryRecording(FrameKind<F> kind) {
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** Returns a place for one recording, with none in it. */
    public static <F> MemoryRecording<F> of(FrameKind<F> kind) {
        return new MemoryRecording<>(kind);
    }

    @Override
    public String name() {
        return "memory recording@%08x".formatted(System.identityHashCode(this));
    }

    @Override
    public FrameKind<F> kind() {
        return kind;
    }

    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        Objects.requireNonNull(plan, "plan");
        return Mono.fromCallable(() -> open(plan));
    }

    private RecordingWriter<F> open(RecordingPlan plan) {
        if (!held.compareAndSet(false, true)) {
            throw new StoreBusyException(name(), "another recorder is writing", null);
        }
        MemoryRun<F> found = run;
        if (found == null) {
            return shown(MemoryRun.first(kind, plan));
        }
        return switch (plan.mode()) {
            case RESUME -> shown(found.resumed(plan));
            case REPLACE -> new MemoryWriter<>(this, MemoryRun.first(kind, plan), false);
            case CREATE_NEW -> {
                free();
                throw new RecordingExistsException(name(), found.size());
            }
        };
    }

    private RecordingWriter<F> shown(MemoryRun<F> begun) {
        show(begun);
        return new MemoryWriter<>(this, begun, true);
    }

    /** Lets readers see how far the one who writes has come. */
    void show(MemoryRun<F> now) {
        run = now;
    }

    /** Lets the place go. */
    void free() {
        held.set(false);
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return Mono.fromCallable(() -> {
            current();
            return new MemoryReader<>(this);
        });
    }

    /** Returns the recording as it is now, which never changes. */
    MemoryRun<F> current() {
        MemoryRun<F> now = run;
        if (now == null) {
            throw new StoreNotFoundException(name(), "something recorded");
        }
        return now;
    }
}
