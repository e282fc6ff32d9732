package io.atomflux.redis;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Commands to one server")
class SingleCommandsTest extends CommandsContract {

    @Override
    String uri() {
        return RedisServers.single();
    }
}
