package io.atomflux.redis;

import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.Set;
import reactor.core.publisher.Flux;

/** Opens stores in Redis that stage whatever they write, and sweep all the time, whoever is at work. */
public final class StagingProvider implements BackendProvider {

    static final String SCHEME = "redis-staging";

    private static final Limits LIMITS = new Limits(
            1 << 18,
            1000,
            600,
            1,
            2000,
            Duration.ofSeconds(30),
            Duration.ofMillis(40),
            Duration.ofDays(1),
            Duration.ofMillis(30));

    /** For {@link java.util.ServiceLoader}. */
    public StagingProvider() {}

    @Override
    public String artifact() {
        return "a test";
    }

    @Override
    public Set<String> schemes() {
        return Set.of(SCHEME);
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        RedisPlace place =
                RedisPlace.of(Location.parse("redis:" + location.toString().substring(SCHEME.length() + 1)));
        RedisClients.Lease lease =
                RedisClients.lease(place, RedisOptions.from(new Settings(options.settings())), location.toString());
        return new RedisRows(
                lease.commands(),
                new Layout(Layout.DEFAULT_GROUP, false),
                location.toString(),
                false,
                LIMITS,
                Flux.empty(),
                lease.close());
    }
}
