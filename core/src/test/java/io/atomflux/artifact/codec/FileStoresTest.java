package io.atomflux.artifact.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.spi.OpenOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stores in files of artifacts. */
class FileStoresTest {

    @Test
    @DisplayName("files that come only after the store was given up are let go")
    void filesComeLate() {
        AtomicReference<@Nullable Subscriber<? super FileSource.LocalFiles>> asked = new AtomicReference<>();
        AtomicInteger closed = new AtomicInteger();
        FileSource.LocalFiles held = new FileSource.LocalFiles() {
            @Override
            public Path path() {
                return Path.of("held");
            }

            @Override
            public Mono<Void> close() {
                return Mono.fromRunnable(closed::incrementAndGet);
            }
        };
        FileSource files = new FileSource() {
            @Override
            public List<FileEntry> entries() {
                return List.of(new FileEntry("rows.xyz", 1, Optional.empty()));
            }

            @Override
            public Flux<ByteBuffer> read(String name) {
                return Flux.never();
            }

            @Override
            public Flux<ByteBuffer> read(String name, long offset, long length) {
                return Flux.never();
            }

            @Override
            public Mono<LocalFiles> local() {
                return Mono.from(subscriber -> {
                    subscriber.onSubscribe(new Subscription() {
                        @Override
                        public void request(long n) {}

                        @Override
                        public void cancel() {} // goes on, which it may
                    });
                    asked.set(subscriber);
                });
            }
        };
        FileStores.backend(files, "rows.xyz", OpenOptions.none()).subscribe().dispose();

        Objects.requireNonNull(asked.get()).onNext(held);

        assertThat(closed).hasValue(1);
    }
}
