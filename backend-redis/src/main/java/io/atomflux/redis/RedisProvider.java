package io.atomflux.redis;

import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import java.util.Set;

/**
 * Opens groups of rows in Redis, in the layout of asebytes 0.3; both programs may share one store.
 *
 * <ul>
 *   <li>{@code redis://[user:password@]host[:port][/database]}: one server, {@code rediss://} over TLS
 *   <li>{@code redis-sentinel://[:password@]host[:port],…[/database]#primary}: what sentinels call the primary, also {@code
 *       rediss-sentinel://}
 *   <li>{@code redis-cluster://[user:password@]host[:port],…}: a cluster, of which some servers are named, also {@code
 *       rediss-cluster://}; a group {@code g} lives under {@code {g}}, which asebytes itself does not reach
 *   <li>{@code redis-socket://[:password@]/path}: a Unix domain socket; needs Netty's native transport of the platform on
 *       the class path, e.g. {@code io.netty:netty-transport-native-epoll}
 * </ul>
 *
 * <p>User and password are percent-encoded where they hold {@code @ : / % ?} or {@code #}. Further options are those of
 * {@link RedisOptions}. A client is made when first needed, one for each place and way of connecting in the process, and
 * closed with the last store that uses it.
 */
public final class RedisProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public RedisProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-redis";
    }

    @Override
    public Set<String> schemes() {
        return RedisPlace.schemes();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        Opening opening = Opening.of(location, options);
        boolean cluster = opening.cluster();
        String group = Groups.accepted(options.group().orElse(Layout.DEFAULT_GROUP), cluster);
        RedisClients.Lease lease = RedisClients.lease(opening.place(), opening.options(), location.toString());
        String name = options.group().isEmpty() ? location.toString() : location + " group " + group;
        return new RedisRows(
                lease.commands(),
                new Layout(group, cluster),
                name,
                options.readOnly(),
                Limits.DEFAULT,
                Groups.list(lease.commands(), cluster),
                lease.close());
    }
}
