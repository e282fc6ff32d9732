package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Files of an artifact as a folder, kept from being swept by a hold that is renewed until they are closed; or a temporary
 * copy of them.
 */
final class HeldFiles implements FileSource.LocalFiles {

    private static final Object UNWANTED = new Object();
    private static final Duration HOLD = Duration.ofMinutes(2);
    private static final Duration RENEWAL = HOLD.dividedBy(4); // so that a few may fail

    private final Path path;
    private final Mono<Void> closing;

    private HeldFiles(Path path, Mono<Void> closing) {
        this.path = path;
        this.closing = closing.cache();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Mono<Void> close() {
        return closing;
    }

    /** Gives an empty folder. */
    static Mono<FileSource.LocalFiles> none() {
        return LocalData.temporary().map(folder -> new HeldFiles(folder, LocalData.remove(folder)));
    }

    static Mono<FileSource.LocalFiles> hold(FileArea area, String set, FileSource files) {
        return Mono.defer(() -> {
            Optional<Path> own = area.folder(set);
            return own.isPresent() ? held(area, set, own.get()) : copied(files);
        });
    }

    /** Holding is not cancelled once it is under way: a hold that nobody learnt of would be renewed for ever. */
    private static Mono<FileSource.LocalFiles> held(FileArea area, String set, Path folder) {
        Mono<HeldFiles> holding = area.hold(set, HOLD)
                .map(first -> {
                    AtomicReference<String> hold = new AtomicReference<>(first);
                    Disposable renewing = renewed(area, set, hold);
                    return new HeldFiles(folder, Mono.defer(() -> {
                        renewing.dispose();
                        return area.release(set, hold.get());
                    }));
                })
                // Whoever may not write cannot hold: the files are there for the retention.
                .onErrorResume(
                        e -> e instanceof ReadOnlyStoreException || e instanceof StoreAccessException,
                        e -> Mono.just(new HeldFiles(folder, Mono.empty())));
        return Mono.create(sink -> {
            AtomicReference<@Nullable Object> taken = new AtomicReference<>();
            sink.onCancel(
                    () -> { // not called once they were handed on
                        if (taken.getAndSet(UNWANTED) instanceof HeldFiles files) {
                            files.giveBack();
                        }
                    });
            var unused = holding.contextWrite(sink.contextView())
                    .subscribe(
                            files -> {
                                if (taken.compareAndSet(null, files)) {
                                    sink.success(files);
                                } else {
                                    files.giveBack();
                                }
                            },
                            sink::error);
        });
    }

    private void giveBack() {
        var unused = close().onErrorComplete().subscribe(); // else it ends by itself
    }

    /** A renewal that fails is tried again by the next; if all do, the store is out of reach for whoever sweeps it too. */
    private static Disposable renewed(FileArea area, String set, AtomicReference<String> hold) {
        Disposable.Swap renewing = Disposables.swap();
        renewing.update(Flux.interval(RENEWAL)
                .onBackpressureDrop()
                .concatMap(
                        tick -> area.hold(set, HOLD)
                                .flatMap(next -> area.release(set, hold.getAndSet(next)))
                                .onErrorComplete(),
                        1)
                .subscribe());
        return renewing;
    }

    private static Mono<FileSource.LocalFiles> copied(FileSource files) {
        return LocalData.temporary()
                .flatMap(folder -> Flux.fromIterable(files.entries())
                        .map(FileEntry::name)
                        .concatMap(name -> LocalData.write(folder.resolve(name), files.read(name)))
                        .then(Mono.<FileSource.LocalFiles>fromSupplier(
                                () -> new HeldFiles(folder, LocalData.remove(folder))))
                        .onErrorResume(failure -> LocalData.remove(folder)
                                .onErrorResume(second -> {
                                    failure.addSuppressed(second);
                                    return Mono.empty();
                                })
                                .then(Mono.error(failure)))
                        .doOnCancel(() -> {
                            var unused =
                                    LocalData.remove(folder).onErrorComplete().subscribe();
                        }));
    }
}
