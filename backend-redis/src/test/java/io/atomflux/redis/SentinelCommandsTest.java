package io.atomflux.redis;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Commands to what sentinels call the primary")
class SentinelCommandsTest extends CommandsContract {

    private final String uri = RedisServers.sentinel();

    @Override
    String uri() {
        return uri;
    }
}
