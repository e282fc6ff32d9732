package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.spi.LeaseLock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A storage that refuses every change: the one place that makes stores read-only. Holds of what is read are no change. */
final class ReadOnlyStorage implements ArtifactStorage, FileArea {

    private final ArtifactStorage storage;

    ReadOnlyStorage(ArtifactStorage storage) {
        this.storage = storage;
    }

    private <T> Mono<T> refused(String operation) {
        return Mono.error(() -> new ReadOnlyStoreException(storage.name(), operation));
    }

    @Override
    public String name() {
        return storage.name();
    }

    @Override
    public Mono<String> id() {
        return storage.id();
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return storage.load(key);
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return storage.loadByIdentity(identity);
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return storage.list(prefix, after);
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        return storage.lookup(ranges);
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        return refused("change of an artifact");
    }

    @Override
    public FileArea files() {
        return this;
    }

    @Override
    public LeaseLock locks() {
        return (name, wait) -> refused("lock");
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        return refused("sweep");
    }

    @Override
    public Mono<Void> close() {
        return storage.close();
    }

    @Override
    public Mono<String> begin() {
        return refused("putting an artifact");
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return refused("writing a file");
    }

    @Override
    public Mono<Void> seal(String set) {
        return refused("writing a file");
    }

    @Override
    public Mono<Void> discard(String set) {
        return refused("removing files");
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        return storage.files().read(set, name, offset, length);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return storage.files().list(set);
    }

    @Override
    public Optional<Path> folder(String set) {
        return storage.files().folder(set);
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        return storage.files().hold(set, duration);
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        return storage.files().release(set, hold);
    }
}
