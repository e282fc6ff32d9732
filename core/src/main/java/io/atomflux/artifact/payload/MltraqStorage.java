package io.atomflux.artifact.payload;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.codec.DataPakCodec;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A payload folder of MLtraq 0.1 as a storage: {@code <folder>/<prefix>/<name>} is the artifact {@code prefix/name}, its file
 * is {@code payload}.
 *
 * <p>The layout has room for the bytes and nothing else, so manifests are made from what the file system tells: generations
 * are always 1, metadata is not kept, what is replaced or deleted is gone at once, and only bytes and values by codec {@code
 * datapak-0} can be put. What is read is told by its first bytes, see {@link DataPakCodec}. Our commits exclude each other by a lock on {@code .atomflux/lock}; MLtraq, which draws random names, never meets them.
 * Listings hold all names.
 */
final class MltraqStorage implements ArtifactStorage {

    static final String FILE = "payload";
    static final String SETS = "sets";
    private static final Manifest.CodecReference READING = new Manifest.CodecReference(
            DataPakCodec.ID, 1, Map.of("file", FILE, DataPakCodec.RAW, DataPakCodec.PERHAPS));
    private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

    private final FolderPayloads folder;
    private final boolean readOnly;
    private final MltraqFiles files;

    MltraqStorage(FolderPayloads folder, boolean readOnly) {
        this.folder = folder;
        this.readOnly = readOnly;
        this.files = new MltraqFiles(this, folder);
    }

    @Override
    public String name() {
        return folder.name();
    }

    Path own() {
        return folder.base().resolve(Scope.RESERVED);
    }

    /** Refuses a change of a folder that is open for reading. */
    <T> Mono<T> changing(String operation, Callable<T> work) {
        return readOnly ? Mono.error(() -> new ReadOnlyStoreException(name(), operation)) : folder.run(operation, work);
    }

    /** Returns an id kept beside the payloads; where it cannot be kept, one made of the path. */
    @Override
    public Mono<String> id() {
        return folder.run("read", () -> {
            Path file = own().resolve("id");
            try {
                return Files.readString(file).strip();
            } catch (NoSuchFileException e) {
                if (!Files.isDirectory(folder.base()) && readOnly) {
                    throw new StoreNotFoundException(name(), "a payload folder of MLtraq");
                }
                return readOnly ? hash(folder.base().toString()) : exclusively(() -> made(file));
            }
        });
    }

    private static String made(Path file) throws IOException {
        if (!Files.exists(file)) {
            Path staged = file.resolveSibling("id-" + UUID.randomUUID());
            Files.writeString(staged, PayloadBatch.name());
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    private static String hash(String text) {
        byte[] hash = PayloadEnvelope.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, 16);
    }

    /** Does work while no other commit of ours runs, in any process; blocks. */
    private <T> T exclusively(Callable<T> work) throws Exception {
        Files.createDirectories(own());
        ReentrantLock here = HERE.computeIfAbsent(own(), path -> new ReentrantLock());
        here.lock();
        try (FileChannel channel =
                        FileChannel.open(own().resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                FileLock held = channel.lock()) {
            Objects.requireNonNull(held);
            return work.call();
        } finally {
            here.unlock();
        }
    }

    /** The two parts of a key; empty if no payload can have it. */
    private record Place(String scope, String name) {
        static Optional<Place> of(String key) {
            int last = key.lastIndexOf('/');
            if (last < 1) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Place(
                        PayloadUrl.guardedScope(key.substring(0, last)),
                        PayloadUrl.guardedName(key.substring(last + 1))));
            } catch (InvalidNameException e) {
                return Optional.empty();
            }
        }
    }

    /** Tells one content of a file from another, without reading it. */
    private static String revision(String key, BasicFileAttributes seen) {
        return hash("%s\0%d\0%s\0%s".formatted(key, seen.size(), seen.lastModifiedTime(), seen.fileKey()));
    }

    /** Returns what stands under a key; blocks. */
    @Nullable
    StoredRecord standing(String key) throws IOException {
        Place place = Place.of(key).orElse(null);
        if (place == null) {
            return null;
        }
        Path path = folder.path(place.scope(), Optional.of(place.name()));
        try {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return seen.isRegularFile() ? record(key, seen) : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (java.nio.file.FileSystemException e) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(folder.base())) {
                return null; // a part of the key is a file
            }
            throw e;
        }
    }

    private StoredRecord record(String key, BasicFileAttributes seen) {
        String revision = revision(key, seen);
        Manifest manifest = new Manifest(
                key,
                1,
                Optional.empty(),
                Map.of(),
                Optional.of(READING),
                Map.of(),
                List.of(new FileEntry(FILE, seen.size(), Optional.empty())),
                List.of());
        files.seen(revision, key);
        List<Term> terms = List.of(Term.ofText(Term.CODEC, DataPakCodec.ID), Term.ofText(Term.KEY, key));
        return new StoredRecord(key, revision, Optional.empty(), terms, manifest.toJson(), Optional.of(revision));
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return folder.run("read", () -> Optional.ofNullable(present().standing(key)))
                .flatMap(Mono::justOrEmpty);
    }

    /** Refuses to read where there is no folder, as every store does. */
    private MltraqStorage present() {
        if (!Files.isDirectory(folder.base())) {
            throw new StoreNotFoundException(name(), "a payload folder of MLtraq");
        }
        return this;
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return Mono.empty(); // the layout keeps none
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return folder.run("list", this::present)
                .thenMany(folder.list(""))
                .map(found -> found.scope() + "/" + found.name())
                .filter(key -> key.startsWith(prefix) && Place.of(key).isPresent())
                .sort(Comparator.comparing(Bytes::ofKey))
                .filter(key -> Bytes.ofKey(key).compareTo(Bytes.ofKey(after)) > 0)
                .concatMap(this::load);
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        List<TermRange> copy = List.copyOf(ranges);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("ranges: none (expected: at least one)");
        }
        return list("", "") // the layout keeps no index
                .filter(record ->
                        copy.stream().allMatch(range -> record.terms().stream().anyMatch(range::holds)));
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        return changing("commit", () -> exclusively(() -> committed(change)));
    }

    private CommitOutcome committed(RecordChange change) throws IOException {
        if (change instanceof RecordChange.Put put) {
            return put(put.record(), put.expected());
        } else if (change instanceof RecordChange.Delete delete) {
            if (!stands(delete.key(), Optional.of(delete.expected()))) {
                return CommitOutcome.CHANGED;
            }
            Path file = path(delete.key());
            Files.delete(file);
            FolderPayloads.sync(Objects.requireNonNull(file.getParent()));
            folder.removeEmpty(file.getParent());
            return CommitOutcome.APPLIED;
        }
        RecordChange.Rename rename = (RecordChange.Rename) change;
        Path target = path(rename.record().key());
        if (!stands(rename.from(), Optional.of(rename.expected()))
                || !stands(rename.record().key(), Optional.empty())) {
            return CommitOutcome.CHANGED;
        }
        Path source = path(rename.from());
        moved(source, target);
        folder.removeEmpty(source.getParent());
        return CommitOutcome.APPLIED;
    }

    private CommitOutcome put(StoredRecord record, Optional<String> expected) throws IOException {
        Path target = path(record.key());
        Manifest manifest = Manifest.ofJson(record.manifest());
        String file = onlyBytes(manifest);
        if (!stands(record.key(), expected)) {
            return CommitOutcome.CHANGED;
        }
        Path set = own().resolve(SETS).resolve(record.fileSet().orElse("none"));
        if (!Files.isRegularFile(set.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
            return CommitOutcome.FILES_SWEPT;
        }
        moved(set.resolve(file), target);
        Files.deleteIfExists(set);
        return CommitOutcome.APPLIED;
    }

    private static void moved(Path from, Path to) throws IOException {
        Path parent = Objects.requireNonNull(to.getParent());
        Files.createDirectories(parent);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        FolderPayloads.sync(parent);
        FolderPayloads.sync(Objects.requireNonNull(parent.getParent()));
    }

    private boolean stands(String key, Optional<String> expected) throws IOException {
        StoredRecord now = standing(key);
        return Optional.ofNullable(now).map(StoredRecord::revision).equals(expected);
    }

    private String onlyBytes(Manifest manifest) {
        boolean fits = manifest.type().isEmpty()
                && manifest.descriptor().isEmpty()
                && manifest.files().size() == 1
                && manifest.codec()
                        .filter(codec -> codec.id().equals(DataPakCodec.ID)
                                || codec.id().equals("bytes")
                                        && !codec.parameters().containsKey("compression"))
                        .isPresent();
        if (!fits) {
            throw new UnsupportedStoreOperationException(
                    name(),
                    "put",
                    "folders of MLtraq keep bytes and what codec datapak-0 writes, no other codecs, data classes or several files; put Bytes, name that codec, or use a store of another layout");
        }
        return manifest.files().get(0).name();
    }

    private Path path(String key) {
        Place place = Place.of(key)
                .orElseThrow(() -> new InvalidNameException(
                        "key", key, "<prefix>/<name>, as payloads of MLtraq have, without % ? # ;"));
        return folder.path(place.scope(), Optional.of(place.name()));
    }

    @Override
    public FileArea files() {
        return files;
    }

    @Override
    public LeaseLock locks() {
        return (name, wait) -> Mono.error(() -> new UnsupportedStoreOperationException(
                name(), "lock", "folders of MLtraq have no locks; use a store of another layout"));
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        return changing("sweep", () -> {
            long sets = 0;
            long bytes = 0;
            List<String> problems = new ArrayList<>();
            for (Path set : MltraqFiles.children(own().resolve(SETS))) {
                if (Files.getLastModifiedTime(set).toMillis() > System.currentTimeMillis() - retention.toMillis()) {
                    continue;
                }
                try {
                    bytes += MltraqFiles.removed(set);
                    sets++;
                } catch (IOException e) {
                    problems.add("%s: %s".formatted(set.getFileName(), e.getMessage()));
                }
            }
            return new SweepReport(sets, bytes, problems);
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty(); // holds nothing open
    }

    /** Returns the place of a key for reading. */
    static Optional<StoredPayload> placeOf(String key) {
        return Place.of(key).map(place -> new StoredPayload(place.scope(), place.name(), 0, java.time.Instant.EPOCH));
    }
}
