package io.atomflux.redis.artifact;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import java.util.function.Function;

/** Keys of a server as another program sees them. */
final class Keys {

    private final String uri;

    Keys(String uri) {
        this.uri = uri;
    }

    <T> T with(Function<StatefulRedisConnection<String, String>, T> work) {
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return work.apply(connection);
        } finally {
            client.shutdown();
        }
    }

    List<String> find(String pattern) {
        return with(connection -> connection.sync().keys(pattern));
    }

    void delete(String pattern) {
        with(connection -> {
            connection.sync().keys(pattern).forEach(connection.sync()::del);
            return true;
        });
    }
}
