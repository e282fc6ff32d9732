package io.atomflux.recorder;

import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.LeaseLock.Lease;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Writes to a place of blocking calls; for one call at a time.
 *
 * @param <F> the kind of frame
 */
final class BlockingWriter<F> implements RecordingWriter<F> {

    private final BlockingStorage<F> storage;
    private final Lease lease;
    private volatile Progress progress;
    private volatile boolean clean; // nothing is behind what is committed
    private volatile boolean closed;

    BlockingWriter(BlockingStorage<F> storage, Lease lease, Progress begun) {
        this.storage = storage;
        this.lease = lease;
        this.progress = begun;
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public Mono<Progress> append(List<Sample<F>> samples) {
        return storage.call("recording", () -> {
            if (closed) {
                throw new StoreClosedException(storage.name());
            }
            long size = progress.committed();
            if (!clean) { // what is to be replaced, or what an append that failed has left
                storage.place().truncate(size);
            }
            clean = false;
            storage.place().append(samples);
            clean = true;
            progress = storage.after(samples.get(samples.size() - 1), size + samples.size(), progress.generation() + 1);
            return progress;
        });
    }

    @Override
    public Mono<Progress> close(RecordingStatus status, String reason) {
        return Mono.defer(() -> {
            closed = true;
            return lease.release().then(Mono.fromSupplier(this::progress));
        });
    }
}
