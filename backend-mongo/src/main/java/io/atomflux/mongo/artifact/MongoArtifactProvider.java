package io.atomflux.mongo.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Path;
import java.util.Set;

/**
 * Keeps artifacts in MongoDB, at the locations {@link io.atomflux.mongo.MongoProvider} knows and with its options; the group
 * names the store, {@code artifacts} without one: {@code mongodb://db1,db2/lab?replicaSet=rs0&group=results}.
 *
 * <p>Its collections are {@code <group>.records}, {@code .sets}, {@code .locks}, and the GridFS bucket {@code <group>}: {@code
 * .files} and {@code .chunks}.
 */
public final class MongoArtifactProvider implements ArtifactStorageProvider {

    private static final String DEFAULT_NAME = "artifacts";

    /** For {@link java.util.ServiceLoader}. */
    public MongoArtifactProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-mongo";
    }

    @Override
    public String layout() {
        return "mongodb";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("mongodb", "mongodb+srv");
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public boolean detects(Path folder) {
        return false;
    }

    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        return new MongoArtifacts(MongoSpace.of(location, options, DEFAULT_NAME), options.readOnly());
    }
}
