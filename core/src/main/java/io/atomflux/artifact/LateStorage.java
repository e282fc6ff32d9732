package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.LeaseLock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A storage that is found out when it is first asked something; a search that failed is made again by the next. */
final class LateStorage implements ArtifactStorage, FileArea {

    private final String name;
    private final Mono<ArtifactStorage> found;
    private volatile @Nullable ArtifactStorage known;
    private volatile boolean closed;

    LateStorage(String name, Mono<ArtifactStorage> search) {
        this.name = name;
        Mono<ArtifactStorage> once = search.doOnNext(storage -> known = storage).cacheInvalidateIf(storage -> false);
        this.found = Mono.defer(() -> {
            ArtifactStorage storage = known;
            return closed ? refused() : storage != null ? Mono.just(storage) : once.flatMap(this::usable);
        });
    }

    /** Refuses what was found after closing, which nobody would close. */
    private Mono<ArtifactStorage> usable(ArtifactStorage storage) {
        return closed ? refused() : Mono.just(storage);
    }

    private <T> Mono<T> refused() {
        return Mono.error(() -> new StoreClosedException(name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<String> id() {
        return found.flatMap(ArtifactStorage::id);
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return found.flatMap(storage -> storage.load(key));
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return found.flatMap(storage -> storage.loadByIdentity(identity));
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return found.flatMapMany(storage -> storage.list(prefix, after));
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        return found.flatMapMany(storage -> storage.lookup(ranges));
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        return found.flatMap(storage -> storage.commit(change));
    }

    @Override
    public FileArea files() {
        return this;
    }

    @Override
    public LeaseLock locks() {
        return (lock, wait) -> found.flatMap(storage -> storage.locks().acquire(lock, wait));
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        return found.flatMap(storage -> storage.sweep(retention));
    }

    /** Closes what was found; without a search if nobody ever asked. */
    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true; // before looking, so that what is found from now on is not used
            ArtifactStorage storage = known;
            return storage == null ? Mono.empty() : storage.close();
        });
    }

    @Override
    public Mono<String> begin() {
        return found.flatMap(storage -> storage.files().begin());
    }

    @Override
    public Mono<Long> write(String set, String file, Publisher<ByteBuffer> content) {
        return found.flatMap(storage -> storage.files().write(set, file, content));
    }

    @Override
    public Mono<Void> seal(String set) {
        return found.flatMap(storage -> storage.files().seal(set));
    }

    @Override
    public Mono<Void> discard(String set) {
        return found.flatMap(storage -> storage.files().discard(set));
    }

    @Override
    public Flux<ByteBuffer> read(String set, String file, long offset, long length) {
        return found.flatMapMany(storage -> storage.files().read(set, file, offset, length));
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return found.flatMap(storage -> storage.files().list(set));
    }

    /** Whoever knows a set has asked for something before. */
    @Override
    public Optional<Path> folder(String set) {
        ArtifactStorage storage = known;
        return storage == null ? Optional.empty() : storage.files().folder(set);
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        return found.flatMap(storage -> storage.files().hold(set, duration));
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        return found.flatMap(storage -> storage.files().release(set, hold));
    }
}
