package io.atomflux.artifact.isf;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Puts and reads short texts through a storage, as a store of artifacts does. */
final class Storages {

    private Storages() {}

    static IsfStorage open(Path base) {
        return new IsfStorage(base, false, false, Steps.NONE);
    }

    /** Puts a text under a key, in place of what is there. */
    static CommitOutcome put(ArtifactStorage storage, String key, String text) {
        Optional<StoredRecord> now = storage.load(key)
                .onErrorComplete(io.atomflux.error.StoreNotFoundException.class)
                .blockOptional();
        return put(storage, key, text, now.map(StoredRecord::revision));
    }

    static CommitOutcome put(ArtifactStorage storage, String key, String text, Optional<String> expected) {
        String set = staged(storage, text);
        return storage.commit(new RecordChange.Put(record(key, text, set, null), expected))
                .block();
    }

    static String staged(ArtifactStorage storage, String text) {
        String set = storage.files().begin().block();
        storage.files()
                .write(set, "value.txt", Flux.just(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                .block();
        storage.files().seal(set).block();
        return set;
    }

    static StoredRecord record(String key, String text, String set, @Nullable String identity) {
        Manifest manifest = new Manifest(
                key,
                1,
                Optional.empty(),
                Map.of(),
                Optional.of(new Manifest.CodecReference("text", 1, Map.of())),
                Map.of(),
                List.of(new FileEntry("value.txt", text.getBytes(StandardCharsets.UTF_8).length, Optional.empty())),
                List.of());
        return new StoredRecord(
                key,
                OpenedDatabase.newId(),
                Optional.ofNullable(identity),
                List.of(),
                manifest.toJson(),
                Optional.of(set));
    }

    /** Reads the text under a key; null if there is none. */
    static @Nullable String get(ArtifactStorage storage, String key) {
        return storage.load(key)
                .flatMap(record -> storage.files()
                        .read(record.fileSet().orElseThrow(), "value.txt", 0, Long.MAX_VALUE)
                        .collect(
                                StringBuilder::new, (text, bytes) -> text.append(StandardCharsets.UTF_8.decode(bytes))))
                .map(StringBuilder::toString)
                .block();
    }

    static List<String> keys(ArtifactStorage storage) {
        List<String> keys = new ArrayList<>();
        storage.list("", "").map(StoredRecord::key).doOnNext(keys::add).blockLast();
        return keys;
    }
}
