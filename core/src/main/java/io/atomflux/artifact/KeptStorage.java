package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A named storage in memory, which others in the process use too: closing it does nothing. */
record KeptStorage(ArtifactStorage storage) implements ArtifactStorage {

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
        return storage.commit(change);
    }

    @Override
    public FileArea files() {
        return storage.files();
    }

    @Override
    public LeaseLock locks() {
        return storage.locks();
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        return storage.sweep(retention);
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
