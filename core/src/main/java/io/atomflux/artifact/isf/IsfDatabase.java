package io.atomflux.artifact.isf;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.PutResult;
import io.atomflux.artifact.codec.FileStores;
import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Location;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A dictionary of results by keys of one or more parts, as the In Silico Framework 0.5 has it in folders.
 *
 * <pre>{@code
 * IsfDatabase db = IsfDatabase.open(Path.of("results")).block();
 * db.set(NdArray.of(energies), IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPY), "water", "energies").block();
 * NdArray back = db.get(NdArray.class, "water", "energies").block();
 * }</pre>
 *
 * <p>Keys are parts of letters, digits, {@code - _ .}; a key of several parts lies in databases inside one another, which
 * are made as needed. A database is never replaced by a value, nor a value by a database. The face also works on any other
 * {@link ArtifactStore}, where a database inside is a prefix of keys and folders of files do not exist.
 *
 * <p>Opening, for a path: where {@code db_state.json} is, a database is opened; a missing or empty folder becomes one unless
 * that is not allowed; a folder that holds anything else is refused, and so is one of the framework's deprecated system.
 *
 * <p>What is written can be read by the framework where it has a loader that runs no code: {@code npy}, {@code npz}, {@code
 * zarr} and {@code parquet}. Values of other codecs (json, msgpack, bytes, arrow, rows) get a loader it does not know, on which
 * it fails loudly. While a key is replaced, the framework may for an instant find none; readers of this library never do.
 *
 * <p>All publishers are cold. A bad key fails at the call with {@link io.atomflux.error.InvalidNameException}.
 *
 * <p>Signals ReadOnlyStoreException by all changes of a database opened for reading
 */
public final class IsfDatabase {

    private final ArtifactStore store;
    private final @Nullable IsfStorage storage;
    private final IsfOptions options;
    private final String prefix;

    private IsfDatabase(ArtifactStore store, @Nullable IsfStorage storage, IsfOptions options, String prefix) {
        this.store = store;
        this.storage = storage;
        this.options = options;
        this.prefix = prefix;
    }

    /** Opens the database of a folder for reading and writing, or makes it; see {@link #open(Path, IsfOptions)}. */
    public static Mono<IsfDatabase> open(Path folder) {
        return open(folder, IsfOptions.none());
    }

    /**
     * Opens the database of a folder.
     *
     * @signals StoreNotFoundException if there is none and it may not be made; {@link io.atomflux.error.ForeignDataException}
     *     if the folder holds something else; {@link io.atomflux.error.UnsupportedDataException} if it is of the deprecated
     *     system; {@link io.atomflux.error.StoreAccessException} without permission
     */
    public static Mono<IsfDatabase> open(Path folder, IsfOptions options) {
        return Mono.defer(() -> {
            IsfStorage storage = new IsfStorage(folder, options.isReadOnly(), options.isNoCreate(), Steps.NONE);
            IsfDatabase database =
                    new IsfDatabase(ArtifactStore.of(storage, options.artifacts()), storage, options, "");
            Mono<Void> noted = options.isReadOnly()
                    ? Mono.empty()
                    : Mono.justOrEmpty(options.registry())
                            .flatMap(registry -> registry.register(
                                    database.store, storage.base().toString()));
            return storage.open().then(noted).thenReturn(database);
        });
    }

    /**
     * Opens what {@link #location} wrote: a path with options {@code readonly} and {@code nocreate}, or the address of any
     * store of artifacts.
     */
    public static Mono<IsfDatabase> open(String location) {
        Location parsed = Location.parse(location);
        if (parsed.scheme().isPresent()) {
            return Mono.fromSupplier(() -> of(ArtifactStore.open(location), IsfOptions.none()));
        }
        IsfOptions options = IsfOptions.none();
        for (Map.Entry<String, String> option : parsed.query().entrySet()) {
            boolean set = option.getValue().equals("true");
            if (!set && !option.getValue().equals("false")) {
                throw new InvalidOptionException(option.getKey(), option.getValue() + " (expected: true or false)");
            }
            options = switch (option.getKey()) {
                case "readonly" -> set ? options.readOnly() : options;
                case "nocreate" -> set ? options.noCreate() : options;
                default ->
                    throw new InvalidOptionException(option.getKey(), "unknown (expected: readonly or nocreate)");
            };
        }
        return open(parsed.path(), options);
    }

    /** Looks at any store as a database. */
    public static IsfDatabase of(ArtifactStore store, IsfOptions options) {
        return new IsfDatabase(options.isReadOnly() ? store.readOnly() : store, null, options, "");
    }

    /** Tells whether a folder is a database: whether it has {@code db_state.json}. */
    public static Mono<Boolean> isDatabase(Path folder) {
        return Disk.run(folder.toString(), "looking for a database", () -> DatabaseState.isIn(folder));
    }

    /** Chooses the format of a value by a dumper of the framework. */
    public static PutOptions dumper(IsfDumper dumper) {
        return PutOptions.none().codec(IsfDumper.codecOf(dumper));
    }

    /** Chooses the format of a value by a dumper's name, also that of its loader, or by the id of a codec. */
    public static PutOptions dumper(String name) {
        return PutOptions.none().codec(IsfDumper.codecOf(name));
    }

    private String full(String... key) {
        String text = IsfKeys.key(key);
        return prefix.isEmpty() ? text : prefix + "/" + text;
    }

    private List<String> relative(ArtifactKey full) {
        int depth = prefix.isEmpty() ? 0 : prefix.split("/").length;
        return full.parts().subList(depth, full.parts().size());
    }

    /** Stores a value, in place of what is there, in the format the store chooses. */
    public Mono<PutResult> set(Object value, String... key) {
        return set(value, PutOptions.none(), key);
    }

    /**
     * Stores a value as told; with {@link io.atomflux.artifact.PutMode#FAIL} only where nothing is. The old value stays until
     * the new one is whole, and if storing that fails.
     *
     * @throws IllegalArgumentException if no codec keeps the value
     * @signals ArtifactConflictException if the key is a database, or lies in a value
     */
    public Mono<PutResult> set(Object value, PutOptions how, String... key) {
        String full = full(key);
        PutOptions known =
                how.codec().map(format -> how.codec(IsfDumper.codecOf(format))).orElse(how);
        return free(full)
                .then(store.put(full, value, known))
                .map(result -> new PutResult(ArtifactKey.of(List.of(key)), result.action(), result.generation()));
    }

    /** Fails if a key is a database or lies in a value; the layout of folders checks it again as it commits. */
    private Mono<Void> free(String full) {
        List<String> parts = List.of(full.split("/"));
        return Flux.range(1, parts.size() - 1)
                .map(count -> String.join("/", parts.subList(0, count)))
                .concatMap(above -> kind(above).filter(Kind.VALUE::equals).map(kind -> above))
                .next()
                .flatMap(above -> Mono.<Void>error(() -> new ArtifactConflictException(
                        store.name(), full, "\"" + above + "\" is a value, and nothing lies in one")))
                .switchIfEmpty(Mono.defer(() -> kind(full).filter(Kind.DATABASE::equals))
                        .flatMap(kind -> Mono.<Void>error(() -> new ArtifactConflictException(
                                store.name(), full, "a database, which no value replaces; delete it first"))))
                .onErrorResume(StoreNotFoundException.class, e -> Mono.empty());
    }

    private enum Kind {
        ABSENT,
        VALUE,
        DATABASE
    }

    private Mono<Kind> kind(String full) {
        if (storage != null) {
            return storage.read("looking up \"" + full + "\"", database -> {
                State state = database.find(full);
                return state instanceof State.Value
                        ? Kind.VALUE
                        : state instanceof State.Database ? Kind.DATABASE : Kind.ABSENT;
            });
        }
        return store.exists(full)
                .flatMap(value -> value
                        ? Mono.just(Kind.VALUE)
                        : store.names(full).hasElements().map(names -> names ? Kind.DATABASE : Kind.ABSENT));
    }

    /**
     * Loads a value; empty if the key has none. {@code IsfDatabase.class}, {@code ManagedFolder.class} and {@code
     * SharedArrays.class} give what is no value.
     */
    public <T> Mono<T> get(Class<T> type, String... key) {
        return get(type, Map.of(), key);
    }

    /**
     * Loads a value, handing options to its codec, e.g. {@code columns}.
     *
     * @signals UnsupportedDataException for what is never decoded, such as pickles, whose bytes {@code Bytes.class} gives
     */
    public <T> Mono<T> get(Class<T> type, Map<String, Object> load, String... key) {
        String full = full(key);
        if (type == IsfDatabase.class) {
            return kind(full).filter(Kind.DATABASE::equals).map(kind -> type.cast(below(full)));
        }
        if (type == ManagedFolder.class || type == SharedArrays.class) {
            IsfDumper dumper =
                    type == ManagedFolder.class ? IsfDumper.JUST_CREATE_FOLDER : IsfDumper.SHARED_NUMPY_STORE;
            return folder(full, dumper).map(path -> type.cast(handle(dumper, full, path)));
        }
        return store.get(full, type, load);
    }

    /**
     * Loads a value that must be there.
     *
     * @signals ArtifactNotFoundException if the key has none
     */
    public <T> Mono<T> require(Class<T> type, String... key) {
        return get(type, key).switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(store.name(), full(key))));
    }

    /** Deletes what is under a key, also a database with all that is in it; tells whether there was anything. */
    public Mono<Boolean> delete(String... key) {
        String full = full(key);
        return kind(full).flatMap(kind -> switch (kind) {
            case ABSENT -> options.isReadOnly() ? store.delete(full) : Mono.just(false);
            case VALUE -> store.delete(full);
            case DATABASE ->
                storage == null
                        ? store.deleteAll(full).map(count -> count > 0)
                        : storage.<Boolean>change("deleting a database", database -> {
                            if (!(database.find(full) instanceof State.Database)) {
                                return false;
                            }
                            database.moveAway(database.folder(full), OpenedDatabase.newId());
                            return true;
                        });
        });
    }

    /** Streams the names of all that is directly in this database, ordered. */
    public Flux<String> keys() {
        if (storage == null) {
            return store.names(prefix);
        }
        return storage.read("listing", database -> {
                    List<String> names = new ArrayList<>();
                    for (String name : database.names(prefix)) {
                        String key = prefix.isEmpty() ? name : prefix + "/" + name;
                        if (!(database.find(key) instanceof State.Absent)) {
                            names.add(name);
                        }
                    }
                    names.sort(null);
                    return names;
                })
                .flatMapIterable(names -> names);
    }

    /** Streams the keys of all values in this database and in those inside, ordered, as parts. */
    public Flux<List<String>> keysBelow() {
        return (prefix.isEmpty() ? store.keys() : store.keys(prefix)).map(this::relative);
    }

    /** Tells whether anything is under a key, a database too. */
    public Mono<Boolean> exists(String... key) {
        return kind(full(key)).map(kind -> kind != Kind.ABSENT);
    }

    /**
     * Loads a value, or computes and stores it; one computation at a time for a key, in all processes together.
     *
     * @param computation subscribed at most once by this call
     */
    public <T> Mono<T> maybeCalculate(Class<T> type, Mono<T> computation, String... key) {
        return maybeCalculate(type, computation, PutOptions.none(), false, key);
    }

    /**
     * Loads a value, or computes and stores it as told.
     *
     * @param force computes also where there is a value, and replaces it
     */
    public <T> Mono<T> maybeCalculate(
            Class<T> type, Mono<T> computation, PutOptions how, boolean force, String... key) {
        String full = full(key);
        if (force) {
            return free(full)
                    .then(Mono.defer(() -> computation)
                            .flatMap(value -> set(value, how, key).thenReturn(value)));
        }
        PutOptions known =
                how.codec().map(format -> how.codec(IsfDumper.codecOf(format))).orElse(how);
        return free(full).then(store.getOrCompute(full, type, computation, known, Duration.ofDays(1)));
    }

    /**
     * Makes a database under a key, and those above it, or opens the one that is there.
     *
     * @signals ArtifactConflictException if the key or one above it is a value
     */
    public Mono<IsfDatabase> createSubDb(String... key) {
        String full = full(key);
        if (storage == null) {
            return free(full + "/x").then(Mono.fromSupplier(() -> below(full)));
        }
        return storage.change("making a database", database -> {
            List<String> parts = IsfKeys.parts(full);
            database.makeParents(parts);
            database.makeDatabase(parts);
            return below(full);
        });
    }

    /**
     * Opens the database under a key.
     *
     * @signals ArtifactNotFoundException if there is none; {@link ArtifactConflictException} if it is a value
     */
    public Mono<IsfDatabase> sub(String... key) {
        String full = full(key);
        return kind(full).map(kind -> switch (kind) {
            case ABSENT -> throw new ArtifactNotFoundException(store.name(), full);
            case VALUE -> throw new ArtifactConflictException(store.name(), full, "a value (expected: a database)");
            case DATABASE -> below(full);
        });
    }

    private IsfDatabase below(String full) {
        return new IsfDatabase(store, storage, options, full);
    }

    /**
     * Makes a key that is a folder for files of other programs.
     *
     * @signals ArtifactExistsException if the key has anything; {@link UnsupportedStoreOperationException} if the database
     *     is not one of folders
     */
    public Mono<ManagedFolder> createManagedFolder(String... key) {
        String full = full(key);
        return made(full, IsfDumper.JUST_CREATE_FOLDER).map(path -> new ManagedFolder(store.name(), full, path));
    }

    /** Opens the managed folder of a key, or makes it where nothing is. */
    public Mono<ManagedFolder> managedFolder(String... key) {
        return get(ManagedFolder.class, key).switchIfEmpty(Mono.defer(() -> createManagedFolder(key)));
    }

    /** Makes a key that holds arrays which grow; errors as of {@link #createManagedFolder}. */
    public Mono<SharedArrays> createSharedArrays(String... key) {
        String full = full(key);
        return made(full, IsfDumper.SHARED_NUMPY_STORE).map(path -> arrays(full, path));
    }

    /** Opens the growing arrays of a key, or makes the key where nothing is. */
    public Mono<SharedArrays> sharedArrays(String... key) {
        return get(SharedArrays.class, key).switchIfEmpty(Mono.defer(() -> createSharedArrays(key)));
    }

    private Object handle(IsfDumper dumper, String full, Path path) {
        return dumper == IsfDumper.SHARED_NUMPY_STORE
                ? arrays(full, path)
                : new ManagedFolder(store.name(), full, path);
    }

    private SharedArrays arrays(String full, Path path) {
        return new SharedArrays(folders("shared arrays"), full, path);
    }

    private IsfStorage folders(String operation) {
        if (storage == null) {
            throw new UnsupportedStoreOperationException(store.name(), operation, "it is not a database of folders");
        }
        return storage;
    }

    private Mono<Path> made(String full, IsfDumper dumper) {
        return Mono.defer(() -> folders("folders of files").change("making a folder", database -> {
            if (!(database.find(full) instanceof State.Absent)) {
                throw new ArtifactExistsException(store.name(), full);
            }
            database.makeFolder(full, dumper);
            return database.folder(full);
        }));
    }

    private Mono<Path> folder(String full, IsfDumper wanted) {
        return Mono.defer(() -> folders("folders of files").read("opening a folder", database -> {
            State state = database.find(full);
            if (state instanceof State.Absent) {
                return null;
            }
            if (state instanceof State.Value value
                    && (IsfDumper.ofLoader(value.loader()).equals(Optional.of(wanted))
                            || wanted == IsfDumper.SHARED_NUMPY_STORE
                                    && value.loader().equals(KeyFolder.OLD_LOADER))) {
                return database.folder(full);
            }
            throw new ArtifactConflictException(
                    store.name(), full, "something else than a key of " + wanted.shortName());
        }));
    }

    /**
     * Moves what is under a key to a key that has nothing.
     *
     * @signals ArtifactNotFoundException, ArtifactExistsException
     */
    public Mono<Void> rename(List<String> from, List<String> to) {
        String source = full(from.toArray(String[]::new));
        String target = full(to.toArray(String[]::new));
        return kind(source).flatMap(kind -> {
            if (kind == Kind.DATABASE && storage != null) {
                return storage.<Boolean>change("renaming a database", database -> {
                            database.moveDatabase(source, target);
                            return true;
                        })
                        .then();
            }
            return free(target).then(store.rename(source, target));
        });
    }

    /**
     * Returns the metadata of a key: dumper, time, versions, host, state of the working copy and what was added. Of a key
     * without any, what can be told of it, marked as {@code post_hoc}.
     *
     * @signals ArtifactNotFoundException if nothing is there
     */
    public Mono<Map<String, @Nullable Object>> metadata(String... key) {
        String full = full(key);
        if (storage == null) {
            return store.require(full)
                    .map(Artifact::manifest)
                    .map(manifest -> told(
                            manifest,
                            manifest.codec()
                                    .map(Manifest.CodecReference::id)
                                    .flatMap(id -> IsfDumper.ofCodec(id)
                                            .map(IsfDumper::shortName)
                                            .or(() -> Optional.of(id)))));
        }
        return storage.read("reading metadata", database -> {
            State state = database.find(full);
            if (state instanceof State.Database) {
                Map<String, @Nullable Object> stored =
                        Disk.readObject(database.folder(full).resolve(MetadataFile.FILE), store.name());
                return stored == null
                        ? MetadataFile.postHoc(
                                IsfDumper.JUST_CREATE_ISF_DB.shortName(), Disk.changed(database.folder(full)))
                        : stored;
            }
            if (!(state instanceof State.Value value)) {
                throw new ArtifactNotFoundException(store.name(), full);
            }
            return told(manifest(full, value.record().manifest()), Optional.of(shortName(value.loader())));
        });
    }

    private static Map<String, @Nullable Object> told(Manifest manifest, Optional<String> dumper) {
        return manifest.metadata().containsKey(MetadataFile.CREATION)
                ? manifest.metadata()
                : MetadataFile.complete(manifest.metadata(), dumper.orElse("descriptor"));
    }

    private Manifest manifest(String key, Bytes json) {
        try {
            return Manifest.ofJson(json);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    store.name(), "artifact \"%s\"".formatted(key), String.valueOf(e.getMessage()), e);
        }
    }

    static String shortName(String loader) {
        return IsfDumper.ofLoader(loader)
                .map(IsfDumper::shortName)
                .orElse(loader.startsWith(KeyFolder.OWN) ? loader.substring(KeyFolder.OWN.length()) : loader);
    }

    /** Returns the id of this database, which never changes; of a store of another kind, its id and the prefix. */
    public Mono<String> id() {
        if (storage == null) {
            return store.id().map(id -> prefix.isEmpty() ? id : id + "/" + prefix);
        }
        return prefix.isEmpty()
                ? storage.uniqueId()
                : storage.read(
                        "reading the id",
                        database -> DatabaseState.read(database.folder(prefix).resolve("db"))
                                .id()
                                .orElse(null));
    }

    /** Returns a tree of the keys, two levels deep, with their formats, of at most 20 lines. */
    public Mono<String> ls() {
        return ls(2, 20, 3);
    }

    /**
     * Returns a tree of the keys with their formats.
     *
     * @param maxDepth levels shown
     * @param maxLines keys shown of this database
     * @param maxLinesPerKey keys shown of a database inside
     */
    public Mono<String> ls(int maxDepth, int maxLines, int maxLinesPerKey) {
        KeyTree tree = new KeyTree(maxDepth, maxLines, maxLinesPerKey);
        int skipped = prefix.isEmpty() ? 0 : prefix.length() + 1;
        Flux<Map.Entry<String, String>> keys = storage == null
                ? store.artifacts(prefix)
                        .map(artifact -> Map.entry(
                                artifact.key(),
                                artifact.manifest()
                                        .codec()
                                        .map(Manifest.CodecReference::id)
                                        .orElse("descriptor")))
                : storage.walk(prefix.isEmpty() ? "" : prefix + "/", "")
                        .map(found -> Map.entry(
                                found.key(),
                                found.state() instanceof State.Value value ? shortName(value.loader()) : "/"));
        return keys.doOnNext(entry -> tree.add(entry.getKey().substring(skipped), entry.getValue()))
                .then(Mono.fromSupplier(() -> tree.text("IsfDatabase " + place())));
    }

    private String place() {
        return storage == null ? store.name() + (prefix.isEmpty() ? "" : "/" + prefix) : folder().toString();
    }

    private Path folder() {
        Path base = folders("folders").base();
        return prefix.isEmpty()
                ? base
                : IsfKeys.folder(base, IsfKeys.parts(prefix)).resolve("db");
    }

    /**
     * Removes this database with all that is in it: it is gone at one instant, its files afterwards.
     *
     * @signals StoreIoException if some files could not be deleted; they are hidden, and nobody's
     */
    public Mono<Void> remove() {
        if (storage == null) {
            return prefix.isEmpty()
                    ? store.keys()
                            .map(ArtifactKey::toString)
                            .concatMap(store::delete)
                            .then()
                    : store.deleteAll(prefix).then();
        }
        if (!prefix.isEmpty()) {
            return storage.<Boolean>change("removing a database", database -> {
                        database.moveAway(database.folder(prefix), OpenedDatabase.newId());
                        return true;
                    })
                    .then();
        }
        return store.id()
                .flatMap(id -> storage.moveAway()
                        .flatMap(gone -> Mono.justOrEmpty(options.registry())
                                .flatMap(registry -> registry.deregister(id))
                                .then(Disk.run(store.name(), "deleting", () -> Disk.delete(gone)))))
                .then();
    }

    /**
     * Streams the bytes of a file in a key, verified where its hash is known.
     *
     * @param name relative to the folder of the key
     * @signals ArtifactNotFoundException if the key or the file is not there
     */
    public Flux<ByteBuffer> openFile(String name, String... key) {
        ArtifactKey.fileName(name);
        return store.require(full(key)).flatMapMany(artifact -> artifact.files().read(name));
    }

    /** Opens a file in a key as a store of structures, for reading; who asked closes it. */
    public Mono<AtomsIO> openAtoms(String name, String... key) {
        return store.require(full(key)).flatMap(artifact -> FileStores.atoms(artifact.files(), name));
    }

    /** Opens a file in a key as a store of records, for reading; who asked closes it. */
    public Mono<ObjectIO> openObjects(String name, String... key) {
        return store.require(full(key)).flatMap(artifact -> FileStores.objects(artifact.files(), name));
    }

    /**
     * Works while holding a lock that all users of this database share, and gives it back on completion, error and
     * cancellation alike.
     *
     * @param wait longest wait for it
     * @signals StoreBusyException if another held it all the time, or it was lost while working
     */
    public <T> Flux<T> lock(String name, Duration wait, Publisher<T> work) {
        Objects.requireNonNull(work, "work");
        LeaseLock locks =
                options.locks().orElseGet(() -> folders("locks of its own").locks());
        return Flux.usingWhen(
                locks.acquire(name, wait),
                lease -> Flux.from(work)
                        .takeUntilOther(lease.lost()
                                .then(Mono.error(() ->
                                        new StoreBusyException(store.name(), "lock \"" + name + "\" was lost", null)))),
                LeaseLock.Lease::release);
    }

    /** Returns the store below, whose keys are those of the outermost database opened, parts between slashes. */
    public ArtifactStore store() {
        return store;
    }

    /**
     * Returns text that {@link #open(String)} opens the same database by, in this or another process; it never makes one.
     * This is how a database is handed over; nothing of it is serialised in any other way.
     */
    public String location() {
        if (storage == null) {
            return place();
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("nocreate", "true");
        if (options.isReadOnly()) {
            query.put("readonly", "true");
        }
        return folder() + "?"
                + String.join(
                        "&", query.entrySet().stream().map(Map.Entry::toString).toList());
    }

    /** Closes what was opened; databases inside share it. */
    public Mono<Void> close() {
        return store.close();
    }

    /** Returns {@link #location}. */
    @Override
    public String toString() {
        return location();
    }
}
