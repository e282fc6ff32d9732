package io.atomflux.redis.artifact;

import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.redis.RedisSpace;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Path;
import java.util.Set;

/**
 * Keeps artifacts in Redis, at the locations {@link io.atomflux.redis.RedisProvider} knows and with its options; the group
 * names the store, {@code artifacts} without one: {@code redis://host/0?group=results}.
 *
 * <p>All keys begin with {@code atomflux-artifacts/{name}:}, so on a cluster they share a slot, and no program that keeps
 * rows there takes them for its own.
 */
public final class RedisArtifactProvider implements ArtifactStorageProvider {

    private static final String KIND = "atomflux-artifacts/";
    private static final String DEFAULT_NAME = "artifacts";
    private static final Set<String> SCHEMES = RedisSpace.schemes();

    /** For {@link java.util.ServiceLoader}. */
    public RedisArtifactProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-redis";
    }

    @Override
    public String layout() {
        return "redis";
    }

    @Override
    public Set<String> schemes() {
        return SCHEMES;
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
        RedisSpace space = RedisSpace.of(KIND, location, options, DEFAULT_NAME);
        RedisCatalog catalog = new RedisCatalog(space);
        RedisFiles files = new RedisFiles(space);
        return options.readOnly()
                ? CatalogStorage.ofReadOnly(catalog, files)
                : CatalogStorage.of(catalog, files, space.locks());
    }
}
