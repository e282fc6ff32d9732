package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads all there is and tells what is wrong; what is replaced or deleted meanwhile is not. */
final class Verification {

    private static final int AT_ONCE = 4; // artifacts whose files are read

    private Verification() {}

    static Flux<ArtifactStore.Finding> run(Scope scope) {
        return Flux.defer(() -> Listing.below(scope, null))
                .flatMapSequential(record -> artifact(scope, record), AT_ONCE, 1);
    }

    private static Flux<ArtifactStore.Finding> artifact(Scope scope, StoredRecord record) {
        StoredArtifact artifact = scope.artifact(record);
        if (artifact.damage().isPresent()) {
            return Flux.just(new ArtifactStore.Finding(
                    artifact.key(), null, "manifest: " + artifact.damage().get()));
        }
        return Flux.concat(descriptor(scope, artifact), references(scope, artifact), files(scope, artifact))
                .collectList()
                .flatMapMany(found -> found.isEmpty() ? Flux.empty() : ifItStands(scope, record, found));
    }

    /** What was replaced a while ago has no files any more, which is no fault. */
    private static Flux<ArtifactStore.Finding> ifItStands(
            Scope scope, StoredRecord record, List<ArtifactStore.Finding> found) {
        return scope.core()
                .storage()
                .load(record.key())
                .filter(now -> now.revision().equals(record.revision()))
                .flatMapMany(now -> Flux.fromIterable(found));
    }

    private static Flux<ArtifactStore.Finding> descriptor(Scope scope, StoredArtifact artifact) {
        Optional<ArtifactType<?>> type = artifact.manifest().type().map(scope.core()::type);
        if (type.isEmpty()) {
            return Flux.empty();
        }
        try {
            artifact.read(type.get());
            return Flux.empty();
        } catch (CorruptDataException e) {
            return Flux.just(new ArtifactStore.Finding(artifact.key(), null, e.problem()));
        }
    }

    private static Flux<ArtifactStore.Finding> references(Scope scope, StoredArtifact artifact) {
        Optional<ArtifactType<?>> type = artifact.manifest().type().map(scope.core()::type);
        if (type.isEmpty()) {
            return Flux.empty();
        }
        return Flux.fromIterable(
                        Scope.references(type.get(), artifact.manifest().descriptor())
                                .entrySet())
                .concatMap(field -> Flux.fromIterable(field.getValue())
                        .concatMap(key -> scope.core()
                                .storage()
                                .load(scope.full(key))
                                .hasElement()
                                .filter(there -> !there)
                                .map(missing -> new ArtifactStore.Finding(
                                        artifact.key(),
                                        null,
                                        "%s refers to \"%s\", which there is not".formatted(field.getKey(), key)))));
    }

    private static Flux<ArtifactStore.Finding> files(Scope scope, StoredArtifact artifact) {
        Optional<String> set = artifact.record().fileSet();
        if (set.isEmpty()) {
            return Flux.empty();
        }
        return scope.core()
                .storage()
                .files()
                .list(set.get())
                .onErrorResume(CorruptDataException.class, e -> Mono.just(List.of()))
                .flatMapMany(stored -> Flux.concat(
                        Flux.fromIterable(strangers(artifact, stored)),
                        Flux.fromIterable(artifact.manifest().files()).concatMap(file -> file(artifact, file))));
    }

    private static List<ArtifactStore.Finding> strangers(StoredArtifact artifact, List<StoredFile> stored) {
        Set<String> known = new HashSet<>();
        artifact.manifest().files().forEach(entry -> known.add(entry.name()));
        List<ArtifactStore.Finding> found = new ArrayList<>();
        for (StoredFile file : stored) {
            if (!known.contains(file.name())) {
                found.add(new ArtifactStore.Finding(artifact.key(), file.name(), "is not in the manifest"));
            }
        }
        return found;
    }

    private static Mono<ArtifactStore.Finding> file(StoredArtifact artifact, FileEntry file) {
        return artifact.files()
                .read(file.name())
                .then(Mono.<ArtifactStore.Finding>empty())
                .onErrorResume(
                        CorruptDataException.class,
                        e -> Mono.just(new ArtifactStore.Finding(artifact.key(), file.name(), e.problem())));
    }
}
