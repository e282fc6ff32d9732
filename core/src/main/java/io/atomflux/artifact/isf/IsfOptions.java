package io.atomflux.artifact.isf;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.StoreRegistry;
import io.atomflux.spi.LeaseLock;
import java.util.Objects;
import java.util.Optional;

/** How to open a database; immutable. */
public final class IsfOptions {

    private static final IsfOptions NONE =
            new IsfOptions(false, false, ArtifactOptions.none(), Optional.empty(), Optional.empty());

    private final boolean readOnly;
    private final boolean noCreate;
    private final ArtifactOptions artifacts;
    private final Optional<StoreRegistry> registry;
    private final Optional<LeaseLock> locks;

    private IsfOptions(
            boolean readOnly,
            boolean noCreate,
            ArtifactOptions artifacts,
            Optional<StoreRegistry> registry,
            Optional<LeaseLock> locks) {
        this.readOnly = readOnly;
        this.noCreate = noCreate;
        this.artifacts = artifacts;
        this.registry = registry;
        this.locks = locks;
    }

    /** Opens for reading and writing, and makes a database where there is none. */
    public static IsfOptions none() {
        return NONE;
    }

    /** Refuses every change, also through databases inside, and makes nothing. */
    public IsfOptions readOnly() {
        return new IsfOptions(true, noCreate, artifacts, registry, locks);
    }

    /** Refuses to make a database where there is none. */
    public IsfOptions noCreate() {
        return new IsfOptions(readOnly, true, artifacts, registry, locks);
    }

    /** Sets codecs, provenance and the like, see {@link ArtifactOptions}. */
    public IsfOptions artifacts(ArtifactOptions value) {
        return new IsfOptions(readOnly, noCreate, Objects.requireNonNull(value, "artifacts"), registry, locks);
    }

    /** Notes in a registry where the database is, whenever it is opened for writing, and that it is gone when it is removed. */
    public IsfOptions registry(StoreRegistry value) {
        return new IsfOptions(readOnly, noCreate, artifacts, Optional.of(value), locks);
    }

    /** Takes locks from elsewhere than the files of the database, e.g. from Redis. */
    public IsfOptions locks(LeaseLock value) {
        return new IsfOptions(readOnly, noCreate, artifacts.locks(value), registry, Optional.of(value));
    }

    boolean isReadOnly() {
        return readOnly;
    }

    boolean isNoCreate() {
        return noCreate;
    }

    ArtifactOptions artifacts() {
        return readOnly ? artifacts.readOnly() : artifacts;
    }

    Optional<StoreRegistry> registry() {
        return registry;
    }

    Optional<LeaseLock> locks() {
        return locks;
    }
}
