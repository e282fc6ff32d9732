package io.atomflux.artifact.isf;

import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.spi.LeaseLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A database of the In Silico Framework 0.5 as a storage: one folder per key, published by renaming it as a whole.
 *
 * <p>There is no index: {@link #lookup} reads all records, a listing is as long as the folders are many. Users of the
 * framework that read while a key is replaced may for an instant find none; readers of this library wait.
 */
final class IsfStorage implements ArtifactStorage {

    private static final int PAGE = 64;

    private final Path base;
    private final boolean readOnly;
    private final boolean noCreate;
    private final Steps steps;
    private final AtomicReference<@Nullable OpenedDatabase> forReading = new AtomicReference<>();
    private final AtomicReference<@Nullable OpenedDatabase> forWriting = new AtomicReference<>();
    private final IsfFileArea files;
    private final LeaseLock locks;

    IsfStorage(Path base, boolean readOnly, boolean noCreate, Steps steps) {
        this.base = base.toAbsolutePath().normalize();
        this.readOnly = readOnly;
        this.noCreate = noCreate;
        this.steps = steps;
        this.files = new IsfFileArea(name(), reading(), writing("change of files"), readOnly);
        this.locks = new FileLocks(
                name(), writing("lock").map(database -> database.area().locks()));
    }

    Path base() {
        return base;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public String name() {
        return base.toString();
    }

    private Mono<OpenedDatabase> reading() {
        return Mono.defer(() -> {
            OpenedDatabase open = forWriting.get() != null ? forWriting.get() : forReading.get();
            return open != null
                    ? Mono.just(open)
                    : Disk.run(name(), "opening", () -> OpenedDatabase.open(base, true, false, steps))
                            .doOnNext(forReading::set);
        });
    }

    private Mono<OpenedDatabase> writing(String operation) {
        return Mono.defer(() -> {
            if (readOnly) {
                return Mono.error(new ReadOnlyStoreException(name(), operation));
            }
            OpenedDatabase open = forWriting.get();
            return open != null
                    ? Mono.just(open)
                    : Disk.run(name(), "opening", () -> OpenedDatabase.open(base, false, !noCreate, steps))
                            .doOnNext(forWriting::set);
        });
    }

    /** Opens the database now: for writing, and makes it where there is none, unless that is not allowed. */
    Mono<Void> open() {
        return (readOnly ? reading() : writing("opening")).then();
    }

    /** Does blocking work that reads. */
    <T> Mono<T> read(String action, Reading<T> work) {
        return reading().flatMap(database -> Disk.run(name(), action, () -> work.of(database)));
    }

    /** Does blocking work that changes, while nobody else changes the database. */
    <T> Mono<T> change(String action, Reading<T> work) {
        return writing(action)
                .flatMap(database -> Disk.run(
                        name(),
                        action,
                        () -> database.area().exclusively((Callable<@Nullable T>) () -> {
                            database.area().recover();
                            return work.of(database);
                        })));
    }

    /** Blocking work on an open database. */
    @FunctionalInterface
    interface Reading<T> {
        @Nullable
        T of(OpenedDatabase database) throws Exception;
    }

    /** Returns the id of the framework's kind. */
    Mono<String> uniqueId() {
        return read("reading the id", OpenedDatabase::id);
    }

    /** Returns 32 digits made of the framework's id, whose form is another. */
    @Override
    public Mono<String> id() {
        Mono<String> id = uniqueId();
        return (readOnly ? id : writing("opening").then(id))
                .map(text -> KeyFolder.hash(text).substring(0, 32));
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        Objects.requireNonNull(key, "key");
        return read(
                "reading \"" + key + "\"",
                database -> database.find(key) instanceof State.Value value ? seen(database, value.record()) : null);
    }

    private StoredRecord seen(OpenedDatabase database, StoredRecord record) {
        record.fileSet().ifPresent(set -> files.seen(database, set, record.key()));
        return record;
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        Objects.requireNonNull(identity, "identity");
        return read("reading an identity", database -> {
            StoredRecord record = database.byIdentity(identity);
            return record == null ? null : seen(database, record);
        });
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return walk(prefix, after).<StoredRecord>handle((found, sink) -> {
            if (found.state() instanceof State.Value value) {
                sink.next(value.record());
            }
        });
    }

    /** Streams all keys and the databases among them. */
    Flux<KeyWalk.Found> walk(String prefix, String after) {
        return reading().flatMapMany(database -> {
            KeyWalk walk = new KeyWalk(database, prefix, after);
            Mono<List<KeyWalk.Found>> page = Disk.run(name(), "listing", () -> {
                List<KeyWalk.Found> found = walk.page(PAGE);
                found.forEach(one -> {
                    if (one.state() instanceof State.Value value) {
                        seen(database, value.record());
                    }
                });
                return found.isEmpty() ? null : found;
            });
            return page.expand(last -> page).concatMapIterable(found -> found, 1);
        });
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        List<TermRange> copy = List.copyOf(ranges);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("ranges: none (expected: at least one)");
        }
        return list("", "")
                .filter(record ->
                        copy.stream().allMatch(range -> record.terms().stream().anyMatch(range::holds)));
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        Objects.requireNonNull(change, "change");
        return writing("change of artifacts")
                .flatMap(database ->
                        Disk.run(name(), "committing", () -> new KeyCommit(database, files).outcome(change)));
    }

    @Override
    public FileArea files() {
        return files;
    }

    @Override
    public LeaseLock locks() {
        return locks;
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        if (retention.isNegative()) {
            throw new IllegalArgumentException("retention: %s (expected: not negative)".formatted(retention));
        }
        return writing("sweep")
                .flatMap(database -> Disk.run(name(), "sweeping", () -> new Sweep(database, retention).run()));
    }

    /** Moves the whole database away, with the key it may be under, to be deleted; where it went. */
    Mono<Path> moveAway() {
        return writing("removal")
                .flatMap(database -> Disk.run(name(), "removing", () -> {
                    Path folder = database.area().home().equals(base) ? base : HiddenArea.parent(base);
                    Path gone = database.area().exclusively(() -> {
                        Path name = folder.resolveSibling(folder.getFileName()
                                + IsfKeys.DELETING
                                + OpenedDatabase.newId().substring(0, 5).toUpperCase(Locale.ROOT));
                        Disk.move(folder, name);
                        Disk.sync(HiddenArea.parent(folder));
                        return name;
                    });
                    forReading.set(null);
                    forWriting.set(null);
                    return gone;
                }));
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty(); // holds nothing open
    }
}
