package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;
import io.lettuce.core.cluster.RedisClusterClient;

/**
 * What someone asked to open, checked; no I/O was done.
 *
 * @param place which Redis
 * @param options how
 */
record Opening(RedisPlace place, RedisOptions options) {

    /**
     * Checks location and options.
     *
     * @throws InvalidOptionException naming what is wrong
     */
    static Opening of(Location location, OpenOptions options) {
        RedisOptions chosen = optionsOf(options);
        RedisPlace place = RedisPlace.of(location);
        boolean cluster = place.kind() == RedisPlace.Kind.CLUSTER;
        if (chosen.client().isPresent() && chosen.client().get() instanceof RedisClusterClient != cluster) {
            throw new InvalidOptionException(
                    "client",
                    "%s, given for %s (expected: a RedisClusterClient for redis-cluster://, else a RedisClient)"
                            .formatted(chosen.client().get().getClass().getSimpleName(), location));
        }
        return new Opening(place, chosen);
    }

    private static RedisOptions optionsOf(OpenOptions options) {
        RedisOptions named = RedisOptions.from(new Settings(options.settings()));
        BackendOptions typed = options.typed().orElse(null);
        if (typed == null) {
            return named;
        }
        if (!(typed instanceof RedisOptions given)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to a store in Redis (expected: RedisOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()), "given beside RedisOptions (expected: either)");
        }
        return given;
    }

    /** Tells whether all keys of a store have to share a slot. */
    boolean cluster() {
        return place.kind() == RedisPlace.Kind.CLUSTER;
    }
}
