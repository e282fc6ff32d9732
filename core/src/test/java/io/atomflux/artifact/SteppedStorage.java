package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.spi.LeaseLock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A test double around a storage: records calls, and can fail, hang or wait before and after each. */
final class SteppedStorage implements ArtifactStorage, FileArea {

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final List<String> discarded = Collections.synchronizedList(new ArrayList<>());
    final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    volatile Function<String, Mono<Void>> before = step -> Mono.empty();
    volatile Function<String, Mono<Void>> after = step -> Mono.empty();
    private final ArtifactStorage real;

    SteppedStorage(ArtifactStorage real) {
        this.real = real;
    }

    private <T> Mono<T> step(String name, Mono<T> work) {
        return Mono.defer(() -> {
            calls.add(name);
            return before.apply(name)
                    .then(work.map(Optional::of).defaultIfEmpty(Optional.empty()))
                    .delayUntil(done -> after.apply(name))
                    .flatMap(Mono::justOrEmpty);
        });
    }

    private <T> Flux<T> steps(String name, Flux<T> work) {
        return Flux.defer(() -> {
            calls.add(name);
            return before.apply(name)
                    .thenMany(work)
                    .concatWith(Mono.defer(() -> after.apply(name)).then(Mono.empty()));
        });
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public Mono<String> id() {
        return step("id", real.id());
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return step("load", real.load(key));
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return step("loadByIdentity", real.loadByIdentity(identity));
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return steps("list", real.list(prefix, after));
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        return steps("lookup", real.lookup(ranges));
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        return step("commit", real.commit(change));
    }

    @Override
    public FileArea files() {
        return this;
    }

    @Override
    public LeaseLock locks() {
        return real.locks();
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        return step("sweep", real.sweep(retention));
    }

    @Override
    public Mono<Void> close() {
        calls.add("close");
        return real.close();
    }

    @Override
    public Mono<String> begin() {
        return step("begin", real.files().begin().doOnNext(begun::add));
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return step("write", real.files().write(set, name, content));
    }

    @Override
    public Mono<Void> seal(String set) {
        return step("seal", real.files().seal(set));
    }

    @Override
    public Mono<Void> discard(String set) {
        discarded.add(set);
        return step("discard", real.files().discard(set));
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        return steps("read", real.files().read(set, name, offset, length));
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return step("listFiles", real.files().list(set));
    }

    @Override
    public Optional<Path> folder(String set) {
        return real.files().folder(set);
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        return step("hold", real.files().hold(set, duration));
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        return step("release", real.files().release(set, hold));
    }
}
