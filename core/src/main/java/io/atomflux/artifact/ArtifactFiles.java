package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files of one version of an artifact, verified while they are read. */
final class ArtifactFiles implements FileSource {

    private final FileArea area;
    private final String store;
    private final String key;
    private final Optional<String> set;
    private final List<FileEntry> entries;
    private final Mono<Boolean> stands;

    /**
     * @param stands tells whether the artifact is still this version, so that damage and what was swept can be told apart
     */
    ArtifactFiles(
            FileArea area,
            String store,
            String key,
            Optional<String> set,
            List<FileEntry> entries,
            Mono<Boolean> stands) {
        this.area = area;
        this.store = store;
        this.key = key;
        this.set = set;
        this.entries = entries;
        this.stands = stands;
    }

    @Override
    public List<FileEntry> entries() {
        return entries;
    }

    @Override
    public Flux<ByteBuffer> read(String name) {
        String guarded = ArtifactKey.fileName(name);
        return Flux.defer(() -> {
            FileEntry entry = entry(guarded);
            Hashed hashed = new Hashed();
            // one byte more than it should have, to see whether there is one
            return hashed.passing(area.read(set(), guarded, 0, entry.size() + 1))
                    .concatWith(Mono.defer(() -> verified(entry, hashed)))
                    .onErrorResume(CorruptDataException.class, e -> explained(guarded, e));
        });
    }

    /** Files of a version that was replaced or deleted are swept after a while, which is no damage. */
    private Mono<ByteBuffer> explained(String name, CorruptDataException damage) {
        return stands.flatMap(here -> Mono.error(
                here
                        ? damage
                        : new ArtifactNotFoundException(
                                store,
                                "%s, file %s of a version replaced or deleted longer ago than the retention"
                                        .formatted(key, name))));
    }

    private Mono<ByteBuffer> verified(FileEntry entry, Hashed hashed) {
        if (hashed.size() != entry.size()) {
            String found = hashed.size() > entry.size() ? "more" : String.valueOf(hashed.size());
            return Mono.error(damaged(entry, "%s bytes (expected: %d)".formatted(found, entry.size())));
        }
        String found = hashed.sha256();
        String expected = entry.sha256().orElse(found);
        return expected.equals(found)
                ? Mono.empty()
                : Mono.error(damaged(entry, "SHA-256 %s (expected: %s)".formatted(found, expected)));
    }

    private CorruptDataException damaged(FileEntry entry, String problem) {
        return new CorruptDataException(
                store, "artifact \"%s\", file \"%s\"".formatted(key, entry.name()), problem, null);
    }

    @Override
    public Flux<ByteBuffer> read(String name, long offset, long length) {
        String guarded = ArtifactKey.fileName(name);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "offset %d, length %d (expected: neither negative)".formatted(offset, length));
        }
        return Flux.defer(() -> {
            FileEntry entry = entry(guarded);
            long rest = Math.max(0, entry.size() - offset);
            return rest == 0 || length == 0 ? Flux.empty() : area.read(set(), guarded, offset, Math.min(length, rest));
        });
    }

    private FileEntry entry(String name) {
        return entries.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ArtifactNotFoundException(store, key + ", file " + name));
    }

    private String set() {
        return set.orElseThrow(
                () -> new CorruptDataException(store, "artifact \"" + key + "\"", "files without a set", null));
    }

    @Override
    public Mono<LocalFiles> local() {
        return set.map(id -> HeldFiles.hold(area, id, this)).orElseGet(HeldFiles::none);
    }
}
