package io.atomflux.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreIoException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.redis.Commands.ScriptRefused;
import io.atomflux.spi.Location;
import io.atomflux.testkit.BlockHoundGuard;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What commands do, on whatever kind of Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CommandsContract {

    private static final Script ECHO = Scripts.of("return {KEYS[1], ARGV[1], 7, false, {}, {'a', {1}}}", false);

    private RedisClients.Lease lease;
    Commands commands;
    byte[] key = {};

    /** Where it is. */
    abstract String uri();

    /** How to open it. */
    RedisOptions options() {
        return RedisOptions.defaults();
    }

    @BeforeAll
    void open() {
        BlockHoundGuard.install();
        RedisPlace place = RedisPlace.of(Location.parse(uri()));
        lease = RedisClients.lease(place, options(), "redis://test");
        commands = lease.commands();
    }

    @BeforeEach
    void fresh() {
        key = bytes("{" + UUID.randomUUID() + "}:row:1");
    }

    @AfterAll
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

    @Test
    @DisplayName("a large reply comes whole, on a thread that may decode it")
    void largeReplyLeavesTheEventLoop() {
        Script large = Scripts.of("return {string.rep('x', tonumber(ARGV[1])), KEYS[1]}", false);
        for (int size : new int[] {0, 1, 60_000, 70_000, 3_000_000}) {
            String thread = commands.eval(large, List.of(key), List.of(bytes(String.valueOf(size))))
                    .map(reply -> {
                        assertThat((byte[]) ((List<?>) reply).get(0)).hasSize(size);
                        return Thread.currentThread().getName();
                    })
                    .block();
            assertThat(thread.startsWith("parallel"))
                    .as("%s for %d bytes", thread, size)
                    .isEqualTo(size > 65_536);
        }
    }

    @Test
    @DisplayName("commands arrive in the order of subscription")
    void inOrder() {
        Script push = Scripts.of("return redis.call('RPUSH', KEYS[1], ARGV[1])", true);
        commands.eval(push, List.of(key), List.of(bytes("0"))).block(); // known from now on
        Flux.range(1, 2000)
                .flatMap(i -> commands.eval(push, List.of(key), List.of(bytes("" + i))), 2000)
                .blockLast();

        List<?> pushed = (List<?>) commands.call(key, Command.LRANGE, List.of(bytes("0"), bytes("-1")))
                .block();
        assertThat(pushed.stream().map(element -> Integer.parseInt(new String((byte[]) element, UTF_8))))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, 2000).boxed().toList());
    }

    @Test
    @DisplayName("a scan finds the keys of all servers, by demand")
    void scanFindsAll() {
        Script set = Scripts.of("return redis.call('HSET', KEYS[1], 'f', ARGV[1])", true);
        String mark = UUID.randomUUID().toString();
        Flux.range(0, 300)
                .concatMap(i -> commands.eval(set, List.of(bytes(mark + ":{" + i + "}")), List.of(bytes("v"))))
                .blockLast();

        Set<String> found = commands.scan(mark + ":*")
                .map(name -> new String(name, UTF_8))
                .collect(Collectors.toSet())
                .block();

        assertThat(found).hasSize(300);
        StepVerifier.create(commands.scan(mark + ":*"), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("a script's own refusal, a wrong type and a broken script are told apart")
    void errors() {
        Script refusing = Scripts.of("return redis.error_reply('ERR atomflux GONE it went away')", false);
        StepVerifier.create(commands.eval(refusing, List.of(key), List.of()))
                .expectErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(ScriptRefused.class);
                    assertThat(((ScriptRefused) e).code()).isEqualTo("GONE");
                    assertThat(((ScriptRefused) e).detail()).isEqualTo("it went away");
                })
                .verify();

        commands.eval(Scripts.of("return redis.call('RPUSH', KEYS[1], 'x')", true), List.of(key), List.of())
                .block();
        StepVerifier.create(commands.call(key, Command.HGETALL, List.of()))
                .expectErrorSatisfies(RedisErrorsTest::isForeign)
                .verify();
        StepVerifier.create(commands.eval(
                        Scripts.of("return redis.call('HGETALL', KEYS[1])", false), List.of(key), List.of()))
                .expectErrorSatisfies(RedisErrorsTest::isForeign)
                .verify();

        StepVerifier.create(commands.eval(Scripts.of("return nonsense(", false), List.of(key), List.of()))
                .expectError(StoreIoException.class)
                .verify();
    }

    @Test
    @DisplayName("a server that lost its scripts is given them again, and runs each once")
    void lostScripts() {
        Script count = Scripts.of("return redis.call('HINCRBY', KEYS[1], 'n', 1)", true);
        assertThat(commands.eval(count, List.of(key), List.of()).block()).isEqualTo(1L);
        RedisServers.flushScripts(uri());
        assertThat(commands.eval(count, List.of(key), List.of()).block()).isEqualTo(2L);
    }

    @Test
    @DisplayName("nothing is sent before somebody subscribes, and each subscription sends again")
    void cold() {
        Script count = Scripts.of("return redis.call('HINCRBY', KEYS[1], 'n', 1)", true);
        Mono<Object> call = commands.eval(count, List.of(key), List.of());
        assertThat(commands.call(key, Command.HGET, List.of(bytes("n"))).blockOptional())
                .isEmpty();
        assertThat(call.block()).isEqualTo(1L);
        assertThat(call.block()).isEqualTo(2L);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
