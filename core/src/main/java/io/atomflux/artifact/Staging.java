package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.error.InvalidNameException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The files of an artifact being made: a set that begins with the first file, and is discarded unless it was published.
 *
 * <p>Beginning is not cancelled once it is under way: a set whose id nobody learnt could not be discarded.
 */
final class Staging implements FileSink {

    private static final FileEntry UNDER_WAY = new FileEntry("-", 0, Optional.empty());

    private final FileArea area;
    private final ConcurrentSkipListMap<String, FileEntry> written = new ConcurrentSkipListMap<>();
    private final Mono<String> begun;
    private @Nullable String set; // this and over are guarded by this
    private boolean over;

    Staging(FileArea area) {
        this.area = area;
        this.begun = Mono.<String>create(sink -> {
                    var unused = area.begin()
                            .contextWrite(sink.contextView())
                            .subscribe(
                                    id -> {
                                        keep(id);
                                        sink.success(id);
                                    },
                                    sink::error);
                })
                .cache();
    }

    /** Remembers the set; one that came too late is given up, or swept. */
    private void keep(String id) {
        if (!kept(id)) {
            var unused = area.discard(id).subscribe(done -> {}, failure -> {});
        }
    }

    private synchronized boolean kept(String id) {
        set = id;
        return !over;
    }

    /** Returns the set; empty if no file was written. */
    synchronized Optional<String> set() {
        return Optional.ofNullable(set);
    }

    /** Returns the files written, ordered by name. */
    List<FileEntry> entries() {
        return List.copyOf(written.values());
    }

    @Override
    public Mono<Void> write(String name, Publisher<ByteBuffer> content) {
        String guarded = ArtifactKey.fileName(name);
        return Mono.defer(() -> {
            claim(guarded);
            Hashed hashed = new Hashed();
            return begun.flatMap(id -> area.write(id, guarded, hashed.passing(content)))
                    .doOnSuccess(size ->
                            written.put(guarded, new FileEntry(guarded, hashed.size(), Optional.of(hashed.sha256()))))
                    .doFinally(signal -> written.remove(guarded, UNDER_WAY))
                    .then();
        });
    }

    private void claim(String name) {
        if (written.putIfAbsent(name, UNDER_WAY) != null) {
            throw new InvalidNameException("file", name, "each name once in an artifact");
        }
    }

    @Override
    public Mono<Void> folder(Function<Path, Mono<Void>> work) {
        return begun.flatMap(id -> area.folder(id)
                .map(own -> work.apply(own).then(taken(own)))
                .orElseGet(() -> Mono.usingWhen(
                        LocalData.temporary(), folder -> work.apply(folder).then(copied(folder)), LocalData::remove)));
    }

    /** Takes down what a program wrote into the set itself. */
    private Mono<Void> taken(Path own) {
        return LocalData.walk(own)
                .flatMap(files -> Flux.fromIterable(files.entrySet())
                        .filter(file -> !written.containsKey(file.getKey()))
                        .concatMap(file -> Mono.defer(() -> {
                            Hashed hashed = new Hashed();
                            return hashed.passing(LocalData.read(file.getValue()))
                                    .then(Mono.<Void>fromRunnable(() -> written.put(
                                            file.getKey(),
                                            new FileEntry(
                                                    file.getKey(), hashed.size(), Optional.of(hashed.sha256())))));
                        }))
                        .then());
    }

    private Mono<Void> copied(Path folder) {
        return LocalData.walk(folder).flatMap(this::all);
    }

    private Mono<Void> all(Map<String, Path> files) {
        return Flux.fromIterable(files.entrySet())
                .concatMap(file -> write(file.getKey(), LocalData.read(file.getValue())))
                .then();
    }

    /** Writes what was given, one file after the other. */
    Mono<Void> write(Files given) {
        return Flux.fromIterable(given.sources().entrySet())
                .concatMap(source -> write(source.getKey(), source.getValue()))
                .then();
    }

    private Mono<Void> write(String name, Files.Source source) {
        if (source instanceof Files.Source.Folder folder) {
            return LocalData.walk(folder.path()).flatMap(this::all);
        } else if (source instanceof Files.Source.LocalFile file) {
            return write(name, LocalData.read(file.path()));
        } else if (source instanceof Files.Source.Stream stream) {
            return write(name, stream.content());
        }
        Files.Source.Other other = (Files.Source.Other) source;
        return Flux.fromIterable(other.files().entries())
                .concatMap(entry -> write(entry.name(), other.files().read(entry.name())))
                .then();
    }

    /** Makes the files durable. */
    Mono<Void> seal() {
        return Mono.defer(() -> set().map(area::seal).orElse(Mono.empty()));
    }

    /** Gives up what was not published; does nothing to what was. */
    Mono<Void> discard() {
        return Mono.defer(() -> {
            Optional<String> begunSet;
            synchronized (this) {
                over = true;
                begunSet = set();
            }
            return begunSet.map(area::discard).orElse(Mono.empty());
        });
    }
}
