package io.atomflux.artifact;

import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.LeaseLock;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a store, its sub-stores and its read-only views share: storage, codecs, data classes, and what runs for all of them. */
final class Core {

    private final ArtifactStorage storage;
    private final ArtifactOptions options;
    private final Codecs codecs;
    private final Map<String, ArtifactType<?>> types;
    private final Stamps stamps;
    private final Flights flights;
    private final Sweeping sweeping;

    private Core(
            ArtifactStorage storage,
            ArtifactOptions options,
            Codecs codecs,
            Map<String, ArtifactType<?>> types,
            Stamps stamps,
            Flights flights,
            Sweeping sweeping) {
        this.storage = storage;
        this.options = options;
        this.codecs = codecs;
        this.types = types;
        this.stamps = stamps;
        this.flights = flights;
        this.sweeping = sweeping;
    }

    static Core of(ArtifactStorage storage, ArtifactOptions options) {
        Codecs codecs = Codecs.installed();
        for (ArtifactCodec codec : options.codecs()) {
            codecs = codecs.with(codec);
        }
        if (options.defaultCodec().isPresent()) {
            codecs = codecs.preferring(options.defaultCodec().get());
        }
        Map<String, ArtifactType<?>> types =
                options.types().stream().collect(Collectors.toUnmodifiableMap(ArtifactType::tag, type -> type));
        Core core = new Core(
                storage,
                options,
                codecs,
                types,
                new Stamps(options.provenance(), options.clock()),
                new Flights(),
                new Sweeping(storage, options.retention()));
        return options.isReadOnly() ? core.readOnly() : core;
    }

    /** Returns this without the right to change anything, which the storage below refuses then, whatever asks it. */
    Core readOnly() {
        return storage instanceof ReadOnlyStorage
                ? this
                : new Core(new ReadOnlyStorage(storage), options, codecs, types, stamps, flights, sweeping);
    }

    ArtifactStorage storage() {
        return storage;
    }

    String name() {
        return storage.name();
    }

    boolean isReadOnly() {
        return storage instanceof ReadOnlyStorage;
    }

    ArtifactOptions options() {
        return options;
    }

    Codecs codecs() {
        return codecs;
    }

    Stamps stamps() {
        return stamps;
    }

    Flights flights() {
        return flights;
    }

    Sweeping sweeping() {
        return sweeping;
    }

    LeaseLock locks() {
        return options.locks().orElseGet(storage::locks);
    }

    /** Returns the registered class of a tag. */
    @Nullable
    ArtifactType<?> type(String tag) {
        return types.get(tag);
    }

    /** Returns the registered classes of a Java type. */
    <T> Optional<ArtifactType<?>> typeOf(Class<T> javaType) {
        return types.values().stream()
                .filter(type -> type.javaType() == javaType)
                .findFirst();
    }

    /** Returns the codec a manifest names. */
    ArtifactCodec reading(Manifest.CodecReference reference, String key) {
        ArtifactCodec codec = codecs.require(reference.id());
        if (codec.version() < reference.version()) {
            throw new UnsupportedDataException(
                    name(),
                    "artifact \"" + key + "\"",
                    "codec %s version %d (expected: at most %d); use the release of Atomflux that wrote it"
                            .formatted(reference.id(), reference.version(), codec.version()),
                    null);
        }
        return codec;
    }

    /** For looking before a change, which makes the store where there is none: there, nothing is found. */
    static <T> Mono<T> orNothing(Mono<T> found) {
        return found.onErrorResume(StoreNotFoundException.class, e -> Mono.empty());
    }

    /** As the other, for many. */
    static <T> Flux<T> orNothing(Flux<T> found) {
        return found.onErrorResume(StoreNotFoundException.class, e -> Flux.empty());
    }

    /** Ends what runs, then closes the storage. */
    Mono<Void> close() {
        return sweeping.close().then(Mono.defer(storage::close));
    }
}
