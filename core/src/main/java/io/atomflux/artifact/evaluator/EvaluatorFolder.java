package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.evaluator.FolderIndex.Known;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The folder of Evaluator's {@code LocalFileStorage}, read and written in place, see {@link Places}.
 *
 * <p>Made safe by: files written aside and moved into place; one lock of the operating system for those who change; a
 * {@link Journal}, as an object, its folder and the registry are three names; {@link Commits}, by which readers, who lock
 * nothing, tell whether a change met their reading. The registry is an export: it is written anew of the files after a
 * change, later where it is long, so Evaluator, opening the folder, may miss the changes of the last moments.
 *
 * <p>Evaluator itself keeps to none of this: while it replaces an object it can be seen with the old files and the new text
 * by both sides, and what a running Evaluator has not seen it leaves out of the registry it writes; the next change here
 * puts it back.
 */
final class EvaluatorFolder implements ArtifactStorage {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final int SHORT_REGISTRY = 800; // keys; longer ones are written now and then
    private static final int PATIENCE = 20;
    private static final int PAGE = 16;

    private final Places places;
    private final boolean readOnly;
    private final EntryReader reader;
    private final FolderIndex index;
    private final Commits commits;
    private final FolderFiles files;
    private final FolderLocks locks;
    private final AtomicBoolean late = new AtomicBoolean(); // a registry is to be written
    private long registryWritten; // these are for the thread of the changes
    private long registryNanos;
    private boolean made;

    EvaluatorFolder(Path root, FreeEnergyPolicy policy, boolean readOnly) {
        this.places = new Places(root);
        this.readOnly = readOnly;
        this.reader = new EntryReader(places, policy);
        this.index = new FolderIndex(places, reader);
        this.commits = new Commits(places.commits());
        Mono<Void> writable = Mono.defer(() -> {
            if (readOnly) {
                return Mono.error(new ReadOnlyStoreException(name(), "change of artifacts"));
            }
            return changing("make a store", () -> {
                make();
                return null;
            });
        });
        this.files = new FolderFiles(places, index, writable, readOnly);
        this.locks = new FolderLocks(places, writable);
    }

    @Override
    public String name() {
        return places.root.toString();
    }

    FolderIndex index() {
        return index;
    }

    private <T> Mono<T> reading(String action, Callable<? extends @Nullable T> work) {
        return Disk.read(name(), action, () -> {
            if (!places.exist()) {
                throw new StoreNotFoundException(
                        name(), "a folder with %s; the first change makes one".formatted(Places.REGISTRY));
            }
            return work.call();
        });
    }

    private <T> Mono<T> changing(String action, Callable<? extends @Nullable T> work) {
        return Disk.write(places.root, name(), action, work);
    }

    private interface Change<T> {
        T make() throws IOException;
    }

    /** Makes a change alone, after the one that a process may have left half made. */
    private <T> Mono<T> alone(String action, Change<? extends T> change) {
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name(), action));
        }
        return changing(action, () -> {
            make();
            try (ChangeLock lock = ChangeLock.acquire(places.lock(), LONGEST_WAIT)) {
                Optional<Journal> left = Journal.read(places);
                if (left.isPresent()) {
                    commits.add(left.get().keys());
                    left.get().apply(places);
                }
                return change.make();
            }
        });
    }

    /** Makes the folder and an id, once; on the thread of the changes. */
    private void make() throws IOException {
        if (made && Disk.exists(places.id())) {
            return;
        }
        places.make();
        try (ChangeLock lock = ChangeLock.acquire(places.lock(), LONGEST_WAIT)) {
            if (!Disk.exists(places.id())) {
                Path draft = places.scratch().resolve(EntryReader.random());
                Disk.create(draft, EntryReader.random().getBytes(StandardCharsets.US_ASCII));
                Disk.move(draft, places.id());
                Disk.sync(places.hidden);
            }
            if (!Disk.exists(places.registry())) {
                index.refresh();
                Registry.write(places, index.registry());
            }
        }
        made = true;
    }

    /** Returns the id kept in the folder; of a folder that is only read and has none, one made of its place. */
    @Override
    public Mono<String> id() {
        if (!readOnly) {
            return alone("make a store", () -> Files.readString(places.id()).strip());
        }
        return reading(
                "read the id",
                () -> Disk.exists(places.id())
                        ? Files.readString(places.id()).strip()
                        : Sidecar.sha256(places.root.toRealPath().toString().getBytes(StandardCharsets.UTF_8))
                                .substring(0, 32));
    }

    // ---- reading

    @Override
    public Mono<StoredRecord> load(String key) {
        return reading(
                "read artifact " + key,
                () -> Places.isKey(key) ? index.load(key).orElse(null) : null); // others are never written
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        Objects.requireNonNull(identity, "identity");
        return reading("look up an identity", () -> {
            for (int i = 0; i < PATIENCE; i++) {
                index.refresh();
                Optional<String> key = index.byIdentity(identity);
                if (key.isEmpty()) {
                    return null;
                }
                Optional<StoredRecord> record = index.load(key.get());
                if (record.flatMap(StoredRecord::identity).equals(Optional.of(identity))) {
                    return record.get();
                }
            }
            return null; // it changed each time: then it is another one's now
        });
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(after, "after");
        return records(
                reading("list artifacts", () -> {
                    index.refresh();
                    return index.keys(prefix, after);
                }),
                List.of());
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        List<TermRange> copy = List.copyOf(ranges);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("ranges: none (expected: at least one)");
        }
        return records(
                reading("look up artifacts", () -> {
                    index.refresh();
                    return index.lookup(copy);
                }),
                copy);
    }

    /** Reads the records of keys as they are asked for; what went or does not match any more is left out. */
    private Flux<StoredRecord> records(Mono<List<String>> keys, List<TermRange> ranges) {
        return keys.flatMapMany(all -> Flux.fromIterable(all)
                .buffer(PAGE)
                .concatMap(
                        some -> reading("read artifacts", () -> {
                            List<StoredRecord> page = new ArrayList<>();
                            for (String key : some) {
                                index.load(key)
                                        .filter(record -> FolderIndex.matches(record.terms(), ranges))
                                        .ifPresent(page::add);
                            }
                            return page;
                        }),
                        1)
                .concatMapIterable(page -> page, 1));
    }

    @Override
    public FileArea files() {
        return files;
    }

    @Override
    public LeaseLock locks() {
        return locks;
    }

    // ---- changing

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        Objects.requireNonNull(change, "change");
        return this.<CommitOutcome>alone("change artifacts", () -> {
                    index.refresh();
                    if (change instanceof RecordChange.Put put) {
                        return put(put.record(), put.expected());
                    } else if (change instanceof RecordChange.Delete delete) {
                        return delete(delete.key(), delete.expected());
                    }
                    RecordChange.Rename rename = (RecordChange.Rename) change;
                    return rename(rename.record(), rename.from(), rename.expected());
                })
                .doOnSuccess(outcome -> writeRegistrySoon());
    }

    /** Returns the object of a record; refuses what Evaluator has no class for. */
    private Manifest manifest(StoredRecord record) {
        Manifest manifest = Manifest.ofJson(record.manifest());
        if (manifest.type().filter(reader::knows).isEmpty()
                || manifest.codec().isPresent()
                || !manifest.payloads().isEmpty()) {
            throw new UnsupportedStoreOperationException(
                    name(),
                    "put artifact " + record.key(),
                    "a folder of Evaluator keeps its data classes, e.g. StoredSimulationData; put other values into a store"
                            + " of another layout");
        }
        return manifest;
    }

    private CommitOutcome put(StoredRecord record, Optional<String> expected) throws IOException {
        String key = record.key();
        Path json = places.json(key);
        Manifest manifest = manifest(record);
        Known there = index.known(key);
        if (!Optional.ofNullable(there).map(Known::revision).equals(expected)) {
            return CommitOutcome.CHANGED;
        }
        if (there == null && Disk.exists(json)) {
            throw new ArtifactConflictException(
                    name(),
                    key,
                    "%s is there and is no object of the store; move it away".formatted(json.getFileName()));
        }
        if (record.identity().isPresent() && index.isTaken(record.identity().get(), Set.of(key))) {
            return CommitOutcome.IDENTITY_TAKEN;
        }
        Optional<String> old = there == null ? Optional.empty() : there.set();
        boolean moves = !record.fileSet().equals(old);
        if (moves
                && record.fileSet().isPresent()
                && !Disk.isFolder(places.set(record.fileSet().get()))) {
            return CommitOutcome.FILES_SWEPT;
        }
        Path home = moves && record.fileSet().isPresent()
                ? places.set(record.fileSet().get())
                : places.folder(key);
        Journal journal = text(Journal.empty(), record, manifest, home);
        if (moves && isMovable(key)) {
            journal.out(key, old.orElseGet(EntryReader::random));
        }
        if (moves) {
            record.fileSet().ifPresent(set -> journal.in(key, set));
        }
        return made(journal, record.fileSet());
    }

    /** Tells whether a key has a folder; refuses one that could not be moved, as a change cannot stop half way. */
    private boolean isMovable(String key) {
        Path folder = places.folder(key);
        if (Disk.isFolder(folder) && !Files.isWritable(folder)) {
            throw new StoreAccessException(name(), "folder %s of another user cannot be moved".formatted(key), null);
        }
        return Disk.exists(folder);
    }

    private static Journal text(Journal journal, StoredRecord record, Manifest manifest, Path home) throws IOException {
        byte[] json = EvaluatorJson.text(manifest.descriptor()).getBytes(StandardCharsets.UTF_8);
        Sidecar sidecar = Sidecar.of(
                record.revision(),
                manifest,
                json,
                record.fileSet(),
                record.fileSet().isPresent() ? EntryReader.listing(home).modified() : Map.of());
        return journal.text(record.key(), json, sidecar.write());
    }

    private CommitOutcome delete(String key, String expected) throws IOException {
        places.json(key);
        Known there = index.known(key);
        if (there == null || !there.revision().equals(expected)) {
            return CommitOutcome.CHANGED;
        }
        Journal journal = Journal.empty().drop(key);
        if (isMovable(key)) {
            journal.out(key, there.set().orElseGet(EntryReader::random));
        }
        return made(journal, Optional.empty());
    }

    private CommitOutcome rename(StoredRecord record, String from, String expected) throws IOException {
        places.json(from);
        Manifest manifest = manifest(record);
        Known there = index.known(from);
        if (there == null
                || !there.revision().equals(expected)
                || index.known(record.key()) != null
                || Disk.exists(places.json(record.key()))) {
            return CommitOutcome.CHANGED;
        }
        if (record.identity().isPresent() && index.isTaken(record.identity().get(), Set.of(from))) {
            return CommitOutcome.IDENTITY_TAKEN;
        }
        Journal journal = text(Journal.empty(), record, manifest, places.folder(from));
        if (isMovable(from)) {
            String set = there.set().orElseGet(EntryReader::random);
            journal.out(from, set).in(record.key(), set);
        }
        return made(journal.drop(from), Optional.empty());
    }

    private CommitOutcome made(Journal journal, Optional<String> set) throws IOException {
        try {
            journal.publish(places);
        } finally {
            if (Disk.exists(places.journal())) {
                set.ifPresent(
                        files::published); // the change stands: its writer, told of a failure, must not discard it
            }
        }
        commits.add(journal.keys());
        journal.apply(places);
        late.set(true);
        index.refresh();
        long pause = System.nanoTime() - registryWritten;
        if (index.size() <= SHORT_REGISTRY || pause > PATIENCE * registryNanos) {
            writeRegistry();
        }
        return CommitOutcome.APPLIED;
    }

    /** Writes the registry of what is there now; under the lock. */
    private void writeRegistry() throws IOException {
        long begun = System.nanoTime();
        Map<String, List<String>> sections = index.registry();
        if (!sections.equals(Registry.read(places.registry()))) {
            Registry.write(places, sections);
            commits.add(Set.of()); // an empty line: the stamps changed by our hand
        }
        index.registryWritten(sections);
        late.set(false);
        registryWritten = System.nanoTime();
        registryNanos = registryWritten - begun;
    }

    /** Writes a registry that was put off when there is time; if the process dies before, the next change does. */
    private void writeRegistrySoon() {
        if (late.get()) {
            var unused = Mono.delay(Duration.ofMillis(250))
                    .then(Mono.defer(this::writeLateRegistry))
                    .subscribe(done -> {}, failure -> {}); // closing and the next change try again
        }
    }

    private Mono<Void> writeLateRegistry() {
        return Mono.defer(() -> !late.get()
                ? Mono.<Void>empty()
                : this.<Boolean>alone("write the registry", () -> {
                            if (late.get()) {
                                index.refresh();
                                writeRegistry();
                            }
                            return true;
                        })
                        .then());
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        if (retention.isNegative()) {
            throw new IllegalArgumentException("retention: %s (expected: not negative)".formatted(retention));
        }
        return alone("sweep", () -> FolderSweep.sweep(places, retention));
    }

    @Override
    public Mono<Void> close() {
        return writeLateRegistry();
    }
}
