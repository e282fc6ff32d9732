package io.atomflux.redis;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Commands to a cluster")
class ClusterCommandsTest extends CommandsContract {

    @Override
    String uri() {
        return RedisServers.cluster();
    }
}
