package io.atomflux.artifact.payload;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The files of a payload folder: a published set is the one file {@code payload}, told by what the file system says of it;
 * sets being written are folders in {@code .atomflux/sets}.
 */
final class MltraqFiles implements FileArea {

    private static final int REMEMBERED = 100_000;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final MltraqStorage storage;
    private final FolderPayloads folder;
    private final Map<String, String> keys = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    });

    MltraqFiles(MltraqStorage storage, FolderPayloads folder) {
        this.storage = storage;
        this.folder = folder;
    }

    /** Remembers where a set was seen. */
    void seen(String set, String key) {
        keys.put(set, key);
    }

    private Path staged(String set) {
        if (!ID.matcher(set).matches()) {
            throw new InvalidNameException("set", set, "an id of 32 hexadecimal digits");
        }
        return storage.own().resolve(MltraqStorage.SETS).resolve(set);
    }

    private static String scope(String set) {
        return Scope.RESERVED + "/" + MltraqStorage.SETS + "/" + set;
    }

    @Override
    public Mono<String> begin() {
        return storage.changing("write", () -> {
            String set = PayloadBatch.name();
            Files.createDirectories(staged(set));
            return set;
        });
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        Path at = staged(set);
        ArtifactKey.of(ArtifactKey.fileName(name));
        return storage.changing("write", () -> at).then(Mono.defer(() -> folder.write(scope(set), name, content)));
    }

    @Override
    public Mono<Void> seal(String set) {
        return Mono.empty(); // each file was synced as it was written
    }

    @Override
    public Mono<Void> discard(String set) {
        Path at = staged(set);
        return storage.changing("discard", () -> removed(at)).then();
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        Path at = staged(set);
        return folder.run("read", () -> Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS))
                .flatMapMany(staging -> staging
                        ? folder.read(scope(set), name, offset, length)
                        : found(set, name).flatMapMany(key -> published(key, offset, length)));
    }

    private Flux<ByteBuffer> published(String key, long offset, long length) {
        StoredPayload place = MltraqStorage.placeOf(key).orElseThrow();
        return folder.read(place.scope(), place.name(), offset, length);
    }

    /** Returns the key of a set that still stands. */
    private Mono<String> found(String set, String name) {
        return folder.run("read", () -> {
            String key = keys.get(set);
            StoredRecord record = key == null ? null : storage.standing(key);
            if (key == null || record == null || !record.revision().equals(set) || !name.equals(MltraqStorage.FILE)) {
                throw new CorruptDataException(
                        folder.name(),
                        "file \"%s\" of payload %s".formatted(name, key == null ? set : key),
                        "it is missing: it was replaced or deleted since, which folders of MLtraq do at once",
                        null);
            }
            return key;
        });
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        Path at = staged(set);
        return folder.run("list", () -> {
            List<StoredFile> found = new ArrayList<>();
            if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                for (Path file : children(at)) {
                    found.add(new StoredFile(String.valueOf(file.getFileName()), Files.size(file)));
                }
                return found;
            }
            String key = keys.get(set);
            StoredPayload place =
                    key == null ? null : MltraqStorage.placeOf(key).orElse(null);
            if (place != null) {
                found.add(new StoredFile(
                        MltraqStorage.FILE, Files.size(folder.path(place.scope(), Optional.of(place.name())))));
            }
            return found;
        });
    }

    /** Empty: a payload is a file of its own, so no folder holds a set. */
    @Override
    public Optional<Path> folder(String set) {
        return Optional.empty();
    }

    /** Holds nothing: what is replaced or deleted is gone at once. */
    @Override
    public Mono<String> hold(String set, Duration duration) {
        return Mono.fromSupplier(PayloadBatch::name);
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        return Mono.empty();
    }

    static List<Path> children(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        Collections.sort(found);
        return found;
    }

    /** Removes a folder of files; returns their size. */
    static long removed(Path set) throws IOException {
        long bytes = 0;
        for (Path file : children(set)) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                bytes += Files.size(file);
            }
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(set);
        return bytes;
    }
}
