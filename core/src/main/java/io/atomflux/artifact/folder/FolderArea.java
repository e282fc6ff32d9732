package io.atomflux.artifact.folder;

import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files of a folder's storage: a set has its folder from the beginning, for programs that write files themselves. */
final class FolderArea implements FileArea {

    private final FileArea area;
    private final FolderFiles files;

    FolderArea(FileArea area, FolderFiles files) {
        this.area = area;
        this.files = files;
    }

    @Override
    public Mono<String> begin() {
        return area.begin().flatMap(set -> files.begin(set).thenReturn(set));
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return area.write(set, name, content);
    }

    @Override
    public Mono<Void> seal(String set) {
        return area.seal(set);
    }

    @Override
    public Mono<Void> discard(String set) {
        return area.discard(set);
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        return area.read(set, name, offset, length);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return area.list(set);
    }

    @Override
    public Optional<Path> folder(String set) {
        return area.folder(set);
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        return area.hold(set, duration);
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        return area.release(set, hold);
    }
}
