package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.redis.Commands.Command;
import io.atomflux.testkit.BlockHoundGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@DisplayName("Calls to Redis that are cancelled")
class RedisCancellationTest {

    private static final int CALLS = Boolean.getBoolean("atomflux.proof") ? 10_000 : 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Script COUNT = Scripts.of("return redis.call('HINCRBY', KEYS[1], 'n', 1)", true);
    private static final Script LARGE = Scripts.of("return {string.rep('x', 100000), ARGV[1]}", false);

    private static final String PLANTED = "RedisCancellationTest.lose";

    @BeforeAll
    static void watch() {
        Leaks.watch();
        BlockHoundGuard.install();
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "cluster"})
    @DisplayName("leave a connection whose replies are in step, no command without reply and no buffer")
    void storm(String kind) throws Exception {
        String uri = kind.equals("single") ? RedisServers.single() : RedisServers.cluster();
        byte[] key = bytes("{cancel}:" + UUID.randomUUID());
        SplittableRandom random = new SplittableRandom(7);
        try (TestCommands commands = TestCommands.open(uri)) {
            commands.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE);
            CountDownLatch ended = new CountDownLatch(CALLS);
            List<Disposable> running = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                Mono<Object> call = switch (i % 3) {
                    case 0 -> commands.get().eval(COUNT, List.of(key), List.of());
                    case 1 -> commands.get().eval(LARGE, List.of(key), List.of(bytes("" + i)));
                    default -> commands.get().call(key, Command.HGETALL, List.of());
                };
                Disposable one = call.doFinally(end -> ended.countDown()).subscribe();
                long micros = random.nextLong(3_000);
                Schedulers.parallel().schedule(one::dispose, micros, TimeUnit.MICROSECONDS);
                running.add(one);
            }
            assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();

            for (int i = 0; i < 100; i++) {
                List<?> reply = (List<?>) commands.get()
                        .eval(LARGE, List.of(key), List.of(bytes("after " + i)))
                        .block(PATIENCE);
                assertThat((byte[]) reply.get(1)).isEqualTo(bytes("after " + i));
            }
            assertThat(commands.waiting()).isZero();
        }
        assertThat(leaks()).isEmpty();
    }

    @Test
    @DisplayName("the detector of leaks is at paranoid, and sees one")
    void detectorWorks() throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        lose();
        for (int i = 0; i < 50 && planted().isEmpty(); i++) {
            leaks();
        }
        assertThat(planted()).isNotEmpty();
    }

    private static List<String> planted() {
        return Leaks.reports().stream()
                .filter(report -> report.contains(PLANTED))
                .toList();
    }

    private static void lose() {
        for (int i = 0; i < 10; i++) {
            ByteBufAllocator.DEFAULT.buffer(64).writeByte(1);
        }
    }

    /** What was found lost after some collections; the detector looks when a buffer is allocated. */
    private static List<String> leaks() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(64);
            buffer.release();
        }
        return Leaks.reports().stream()
                .filter(report -> !report.contains(PLANTED))
                .toList();
    }
}
