package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files of a {@link CatalogStorage}: those of the engine, with a ticket for each set that is being written. */
final class CatalogFiles implements FileArea {

    private static final Duration REFRESH = Duration.ofSeconds(2);
    private static final Pattern SET = Pattern.compile("[0-9a-f]{32}");

    private final String name;
    private final Catalog catalog;
    private final FileStore files;
    private final Mono<Void> writable;

    /** Takes what completes once the store exists, or fails if it is only read. */
    CatalogFiles(String name, Catalog catalog, FileStore files, Mono<Void> writable) {
        this.name = name;
        this.catalog = catalog;
        this.files = files;
        this.writable = writable;
    }

    @Override
    public Mono<String> begin() {
        return writable.then(Mono.defer(catalog::now)).flatMap(now -> {
            String set = Ids.random();
            Bytes ticket = Keys.of(Keys.TICKET, set);
            // before the first byte: files without ticket, record or garbage entry are nobody's, see Sweeper
            return catalog.commit(Commit.builder()
                            .expectAbsent(ticket)
                            .put(ticket, Keys.time(now))
                            .build())
                    .thenReturn(set);
        });
    }

    @Override
    public Mono<Long> write(String set, String file, Publisher<ByteBuffer> content) {
        checked(set);
        ArtifactKey.fileName(file);
        return Mono.defer(() -> {
            AtomicLong last = new AtomicLong(System.nanoTime());
            Flux<ByteBuffer> refreshing = Flux.from(content)
                    .concatMap(
                            buffer -> {
                                long now = System.nanoTime();
                                if (now - last.get() < REFRESH.toNanos()) {
                                    return Mono.just(buffer);
                                }
                                last.set(now);
                                return refresh(set).thenReturn(buffer);
                            },
                            1);
            return refresh(set).then(files.write(set, file, refreshing));
        });
    }

    @Override
    public Mono<Void> seal(String set) {
        checked(set);
        return Mono.defer(() -> refresh(set)).then(Mono.defer(() -> files.seal(set)));
    }

    /** Moves the time of a ticket up if it is old; fails if a sweeper has taken it. */
    private Mono<Void> refresh(String set) {
        Bytes key = Keys.of(Keys.TICKET, set);
        return catalog.get(key)
                .switchIfEmpty(Mono.error(() -> new WriteFailedException(
                        name,
                        Outcome.NOT_APPLIED,
                        new IllegalStateException(
                                "file set " + set + " is not being written any more: it was published,"
                                        + " discarded, or swept as nothing was written to it for the retention"))))
                .flatMap(ticket -> catalog.now().flatMap(now -> {
                    if (now - Times.of(ticket) < REFRESH.toMillis()) {
                        return Mono.just(true);
                    }
                    return catalog.commit(Commit.builder()
                                    .expect(key, ticket)
                                    .put(key, Keys.time(now))
                                    .build())
                            .filter(done -> done); // else look again: another file of the set, or a sweeper, was faster
                }))
                .repeatWhenEmpty(Retries::paced)
                .then();
    }

    /** Removes a set that has a ticket, or that nobody can name any more; a published one stays, whoever asks. */
    @Override
    public Mono<Void> discard(String set) {
        checked(set);
        return writable.then(Mono.defer(() -> Sets.takeTicket(catalog, set))).flatMap(state -> switch (state) {
            case TAKEN, NOBODYS -> Sets.removeTaken(catalog, files, set).then();
            case KEPT -> Mono.<Void>empty();
        });
    }

    @Override
    public Flux<ByteBuffer> read(String set, String file, long offset, long length) {
        checked(set);
        ArtifactKey.fileName(file);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "offset %d, length %d (expected: neither negative)".formatted(offset, length));
        }
        return files.read(set, file, offset, length);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return files.list(checked(set));
    }

    @Override
    public Optional<Path> folder(String set) {
        return files.folder(checked(set));
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        checked(set);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration: %s (expected: not negative)".formatted(duration));
        }
        return writable.then(Mono.defer(catalog::now)).flatMap(now -> {
            String id = Ids.random();
            Bytes until = Keys.time(Math.addExact(now, duration.toMillis()));
            return Mono.defer(() -> Sets.hold(catalog, set, Keys.hold(set, id), until))
                    .repeatWhenEmpty(Retries::paced)
                    .flatMap(held -> held
                            ? Mono.just(id)
                            : Mono.error(new CorruptDataException(
                                    name,
                                    "file set " + set,
                                    "it is not published, or was swept (expected: a hold while it can be read)",
                                    null)));
        });
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        checked(set);
        checked(hold);
        return Mono.defer(() -> catalog.commit(
                        Commit.builder().delete(Keys.hold(set, hold)).build()))
                .then();
    }

    private static String checked(String id) {
        if (!SET.matcher(id).matches()) {
            throw new IllegalArgumentException("id: \"%s\" (expected: 32 hexadecimal digits)".formatted(id));
        }
        return id;
    }
}
