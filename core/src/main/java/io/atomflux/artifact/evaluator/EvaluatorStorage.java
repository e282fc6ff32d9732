package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.Match;
import io.atomflux.artifact.PutResult;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Results of calculations of molecular properties, as OpenFF Evaluator keeps them, in any store of artifacts.
 *
 * <pre>{@code
 * EvaluatorStorage results = EvaluatorStorage.open(Path.of("stored_data"));
 * String forceField = results.storeForceField(new ForceFieldSource.Smirnoff(xml)).block().key().toString();
 * results.storeObject(simulation, Files.copyOf(folder)).block();
 * results.query(SimulationDataQuery.all().substance(Substance.of("CCO")).propertyPhase(PropertyPhase.LIQUID));
 * }</pre>
 *
 * <p>An object keeps its key while better data take its place; what is the same thing, and what is better, is said at {@link
 * EvaluatorTypes}. Objects are immutable, and may be used by many threads, as may this class. All publishers are cold.
 *
 * <p>{@link #open(Path)} uses the folder of Evaluator's own {@code LocalFileStorage}, which both may use in turn; other
 * stores are faster with many objects, and shared by machines.
 */
public final class EvaluatorStorage {

    private final ArtifactStore store;
    private final FreeEnergyPolicy freeEnergies;
    private final @Nullable ObjectCache cache;

    private EvaluatorStorage(ArtifactStore store, FreeEnergyPolicy freeEnergies, @Nullable ObjectCache cache) {
        this.store = Objects.requireNonNull(store, "store");
        this.freeEnergies = Objects.requireNonNull(freeEnergies, "freeEnergies");
        this.cache = cache;
    }

    /** Opens a folder of Evaluator; the first change makes it. Keeps all differences of free energies. */
    public static EvaluatorStorage open(Path folder) {
        return open(folder, FreeEnergyPolicy.KEEP_ALL);
    }

    /** Opens a folder of Evaluator, with another policy for differences of free energies. */
    public static EvaluatorStorage open(Path folder, FreeEnergyPolicy freeEnergies) {
        return of(
                ArtifactStore.open(
                        folder,
                        options(ArtifactOptions.none(), freeEnergies)
                                .layout("evaluator")
                                .with(
                                        EvaluatorStorageProvider.FREE_ENERGIES,
                                        EvaluatorStorageProvider.setting(freeEnergies))),
                freeEnergies);
    }

    /** Opens any store of artifacts, see {@link ArtifactStore#open(String)}; a folder of Evaluator is recognised. */
    public static EvaluatorStorage open(String location) {
        return of(ArtifactStore.open(location, options(ArtifactOptions.none(), FreeEnergyPolicy.KEEP_ALL)));
    }

    /**
     * Uses a store, which must have been opened with the {@link #options}; whoever opened it closes it, or {@link #close}.
     */
    public static EvaluatorStorage of(ArtifactStore store) {
        return of(store, FreeEnergyPolicy.KEEP_ALL);
    }

    /** Uses a store with another policy for differences of free energies. */
    public static EvaluatorStorage of(ArtifactStore store, FreeEnergyPolicy freeEnergies) {
        return new EvaluatorStorage(store, freeEnergies, null);
    }

    /** Adds Evaluator's data classes to the options of a store. */
    public static ArtifactOptions options(ArtifactOptions options, FreeEnergyPolicy freeEnergies) {
        return options.types(
                EvaluatorTypes.EQUILIBRATION,
                EvaluatorTypes.SIMULATION,
                EvaluatorTypes.freeEnergy(freeEnergies),
                EvaluatorTypes.FORCE_FIELD);
    }

    /**
     * Returns this with a memory for objects: one that did not change is given again, the same instance.
     *
     * <p>The store is still asked for the version that stands, so no answer is old.
     *
     * @param mostBytes about how much to keep
     */
    public EvaluatorStorage cached(long mostBytes) {
        if (mostBytes < 0) {
            throw new IllegalArgumentException("mostBytes: %d (expected: at least 0)".formatted(mostBytes));
        }
        return new EvaluatorStorage(store, freeEnergies, new ObjectCache(mostBytes));
    }

    /** Returns the store. */
    public ArtifactStore store() {
        return store;
    }

    @SuppressWarnings("unchecked") // the type of a class of T
    private <T extends StoredData> ArtifactType<T> typeOf(T object) {
        return (ArtifactType<T>) typeOf(object.getClass().getSimpleName()).orElseThrow();
    }

    private Optional<ArtifactType<? extends StoredData>> typeOf(String tag) {
        return tag.equals(EvaluatorTypes.FREE_ENERGY.tag())
                ? Optional.of(EvaluatorTypes.freeEnergy(freeEnergies))
                : EvaluatorTypes.all().stream()
                        .filter(type -> type.tag().equals(tag))
                        .findFirst();
    }

    /**
     * Stores an object with its files.
     *
     * @param files must hold the files the object names; not used for force fields, which have none
     * @return the key, and whether it was made new, put in the place of worse data, or better data stay; in the last case
     *     files that were to be moved have not been touched
     * @throws IllegalArgumentException if a file that it names is not given; signalled where a folder has to be looked into
     */
    public <T extends StoredData> Mono<PutResult> storeObject(T object, Files files) {
        return store.put(typeOf(object), object, object instanceof ForceFieldData ? Files.none() : files);
    }

    /**
     * Retrieves an object; empty if the key has none.
     *
     * @signals {@link UnsupportedDataException} if it is no object of Evaluator; {@link CorruptDataException} if it is
     *     damaged
     */
    public Mono<StoredObject<StoredData>> retrieveObject(String key) {
        return store.find(key).flatMap(this::object);
    }

    /**
     * Retrieves an object of one class; empty if the key has none.
     *
     * @signals {@link ValueTypeException} if it is of another class
     */
    public <T extends StoredData> Mono<StoredObject<T>> retrieveObject(String key, Class<T> type) {
        return retrieveObject(key).map(found -> {
            if (!type.isInstance(found.object())) {
                throw new ValueTypeException(
                        "artifact \"%s\" of %s".formatted(key, store.name()),
                        type.getSimpleName(),
                        found.object().getClass().getSimpleName());
            }
            return new StoredObject<>(key, type.cast(found.object()), found.artifact());
        });
    }

    private Mono<StoredObject<StoredData>> object(Artifact artifact) {
        return Mono.fromSupplier(() -> new StoredObject<>(artifact.key(), read(artifact), artifact));
    }

    private StoredData read(Artifact artifact) {
        artifact.damage().ifPresent(problem -> {
            throw new CorruptDataException(store.name(), "artifact \"%s\"".formatted(artifact.key()), problem, null);
        });
        StoredData known = cache == null ? null : cache.get(artifact.manifest());
        if (known != null) {
            return known;
        }
        ArtifactType<? extends StoredData> type = artifact.manifest()
                .type()
                .flatMap(this::typeOf)
                .orElseThrow(() -> new UnsupportedDataException(
                        store.name(),
                        "artifact \"%s\"".formatted(artifact.key()),
                        "it is %s (expected: one of Evaluator's data classes)"
                                .formatted(artifact.manifest().type().orElse("a plain value")),
                        null));
        StoredData object;
        try {
            object = type.read(artifact.manifest().descriptor());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    store.name(), "artifact \"%s\"".formatted(artifact.key()), String.valueOf(e.getMessage()), e);
        }
        if (cache != null) {
            cache.put(artifact.manifest(), object);
        }
        return object;
    }

    /** Returns the key of the same thing as an object; empty if there is none. */
    public <T extends StoredData> Mono<String> hasObject(T object) {
        return store.find(typeOf(object), object).map(Artifact::key);
    }

    /** Streams what matches, ordered by key; each match has its values, object and artifact. */
    public <T extends StoredData> Flux<Match<T>> query(EvaluatorQuery<T> query) {
        return store.query(query.toQuery());
    }

    /**
     * Returns what matches by the values that matched, in the order of the query's criteria, the substance first.
     *
     * <p>Holds all matches.
     */
    public <T extends StoredData> Mono<Map<List<Object>, List<Match<T>>>> queryGrouped(EvaluatorQuery<T> query) {
        return store.queryGrouped(query.toQuery());
    }

    /** Stores a force field; one of the same text is stored once. */
    public Mono<PutResult> storeForceField(ForceFieldSource source) {
        return storeObject(new ForceFieldData(source), Files.none());
    }

    /** Returns the key of a force field of the same text; empty if there is none. */
    public Mono<String> hasForceField(ForceFieldSource source) {
        return hasObject(new ForceFieldData(source));
    }

    /**
     * Retrieves a force field.
     *
     * @signals {@link ArtifactNotFoundException} if the key has nothing; {@link ValueTypeException} if it has something else
     */
    public Mono<ForceFieldSource> retrieveForceField(String key) {
        return retrieveObject(key, ForceFieldData.class)
                .map(found -> found.object().forceFieldSource())
                .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(store.name(), key)));
    }

    /**
     * Removes an object and its files, which go on being readable for who reads them. A force field that is referred to is
     * removed as well, unless the store was opened with {@link ArtifactOptions#checkReferences}.
     *
     * @signals {@link ArtifactNotFoundException} if the key has none
     */
    public Mono<Void> removeObject(String key) {
        return store.delete(key)
                .filter(removed -> removed)
                .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(store.name(), key)))
                .then();
    }

    /**
     * Takes in all objects of another storage by the rules of {@link #storeObject}; what refers to a force field refers to
     * its new key. The other one is not changed.
     *
     * @return which key became which
     */
    public Mono<Map<String, String>> update(EvaluatorStorage other) {
        return store.copyFrom(other.store, artifact -> true);
    }

    /**
     * Copies the objects that a filter takes to another storage, with the force fields they refer to.
     *
     * @return which key became which
     * @signals {@link ArtifactConflictException} if there is something in the target and the filter does not allow it
     */
    public Mono<Map<String, String>> subset(EvaluatorStorage target, SubsetFilter filter) {
        Predicate<Artifact> taken = artifact -> filter.takes(read(artifact));
        Mono<Boolean> occupied = filter.isIntoAny()
                ? Mono.just(false)
                : target.store
                        .keys()
                        .hasElements()
                        .onErrorResume(StoreNotFoundException.class, missing -> Mono.just(false));
        return occupied.flatMap(found -> found
                ? Mono.error(new ArtifactConflictException(
                        target.store.name(), "", "the store is not empty (expected: an empty one, or intoAnyStore)"))
                : target.store.copyFrom(store, taken));
    }

    /** Closes the store; idempotent. */
    public Mono<Void> close() {
        return store.close();
    }
}
