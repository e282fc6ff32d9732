package io.atomflux.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.Location;
import io.atomflux.testkit.BlockHoundGuard;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Commands to Redis")
class LettuceCommandsTest {

    private static final Script ECHO = Scripts.of("return {KEYS[1], ARGV[1], 7, false, {}, {'a', {1}}}", false);

    private RedisClients.Lease lease;
    private Commands commands;
    private final byte[] key = bytes("test:" + UUID.randomUUID());

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void open() {
        RedisPlace place = RedisPlace.of(Location.parse(RedisServers.single()));
        lease = RedisClients.lease(place, RedisOptions.defaults(), "redis://test");
        commands = lease.commands();
    }

    @AfterEach
    void close() {
        lease.close().block();
    }

    @Test
    @DisplayName("a script answers with nested lists, integers, strings and nil")
    void scriptRepliesOfEveryShape() {
        List<?> reply =
                (List<?>) commands.eval(ECHO, List.of(key), List.of(bytes("x"))).block();

        assertThat((byte[]) reply.get(0)).isEqualTo(key);
        assertThat((byte[]) reply.get(1)).isEqualTo(bytes("x"));
        assertThat(reply.get(2)).isEqualTo(7L);
        assertThat(reply.get(3)).isNull();
        assertThat((List<?>) reply.get(4)).isEmpty();
        List<?> inner = (List<?>) reply.get(5);
        assertThat((List<?>) inner.get(1)).isEqualTo(List.of(1L));
        assertThat(reply).hasSize(6);
    }

    @Test
    @DisplayName("a nil reply is an empty mono")
    void nilIsEmpty() {
        assertThat(commands.call(key, Command.HGET, List.of(bytes("f"))).blockOptional())
                .isEmpty();
        assertThat(commands.call(key, Command.LLEN, List.of()).block()).isEqualTo(0L);
    }

    @Test
    @DisplayName("a setting is told, an unknown one is empty")
    void settings() {
        assertThat(commands.setting("maxmemory-policy").block()).isEqualTo("noeviction");
        assertThat(commands.setting("no-such-setting").blockOptional()).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
