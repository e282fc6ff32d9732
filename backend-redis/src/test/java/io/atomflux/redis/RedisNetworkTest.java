package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.redis.Commands.Unanswered;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.Fault;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import redis.embedded.RedisServer;

@DisplayName("Redis behind a network that fails")
class RedisNetworkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Script COUNT = Scripts.of("return redis.call('HINCRBY', KEYS[1], 'n', 1)", true);

    private final byte[] key = bytes("network:" + UUID.randomUUID());
    private FaultProxy proxy;
    private TestCommands commands;

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
        try (TestCommands patient = TestCommands.open(RedisServers.single())) { // loads what the first command needs
            patient.get()
                    .eval(COUNT, List.of(bytes("network:first")), List.of())
                    .block(PATIENCE);
        }
    }

    @BeforeEach
    void open() {
        RedisURI server = RedisURI.create(RedisServers.single());
        proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.RESP);
        commands = TestCommands.open(uri(), TestCommands.impatient().build());
    }

    @AfterEach
    void close() {
        commands.close();
        proxy.close();
    }

    private String uri() {
        return "redis://" + proxy.host() + ":" + proxy.port();
    }

    private Object count() {
        return commands.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE);
    }

    /** Calls until the connection is there again. */
    private Object countOnceConnected() {
        return commands.get()
                .eval(COUNT, List.of(key), List.of())
                .retryWhen(reactor.util.retry.Retry.fixedDelay(1000, Duration.ofMillis(10))
                        .filter(e -> e instanceof StoreUnavailableException))
                .block(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    @DisplayName("a script whose reply was lost was run once, and is not sent again after the reconnect")
    void lostReplyIsNotReplayed(Cut cut) {
        assertThat(count()).isEqualTo(1L);
        Fault lost = proxy.loseReply(When.next().command("EVALSHA"), cut);

        assertThat(catchThrowable(this::count)).isInstanceOf(Unanswered.class);

        assertThat(lost.fired()).isEqualTo(1);
        assertThat(countOnceConnected()).isEqualTo(3L);
    }

    @Test
    @DisplayName("so it is with a client of the user's that would repeat its commands")
    void notReplayedByAnyClient() {
        RedisClient yours = RedisClient.create(); // reconnects and repeats by default
        try (TestCommands mine = TestCommands.open(
                uri(),
                TestCommands.impatient()
                        .client(yours)
                        .timeout(Duration.ofSeconds(10))
                        .build())) {
            assertThat(mine.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE))
                    .isEqualTo(1L);
            proxy.loseReply(
                    When.next().command("EVALSHA"), Cut.FIN); // after a reset the driver would not repeat the oldest
            Object outcome = mine.get()
                    .eval(COUNT, List.of(key), List.of())
                    .onErrorResume(Unanswered.class, Mono::just)
                    .block(PATIENCE);
            assertThat(outcome).isInstanceOf(Unanswered.class);
            assertThat(mine.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE))
                    .isEqualTo(3L);
            assertThat(mine.waiting()).isZero();
        } finally {
            yours.shutdown();
        }
    }

    @Test
    @DisplayName("a reply cut in its middle leaves the outcome open, and the next connection in order")
    void replyCutInItsMiddle() {
        Script large = Scripts.of("return {string.rep('x', 100000), redis.call('HINCRBY', KEYS[1], 'n', 1)}", true);
        commands.get().eval(large, List.of(key), List.of()).block(PATIENCE);
        proxy.cutReply(When.next().command("EVALSHA"), 50_000, Cut.RST);

        assertThat(catchThrowable(() ->
                        commands.get().eval(large, List.of(key), List.of()).block(PATIENCE)))
                .isInstanceOf(Unanswered.class);

        assertThat(countOnceConnected()).isEqualTo(3L);
    }

    @Test
    @DisplayName("a reply that never comes ends in time, a late one disturbs nothing")
    void silence() {
        assertThat(count()).isEqualTo(1L);
        proxy.latency(Duration.ZERO, PATIENCE);
        assertThat(catchThrowable(this::count)).isInstanceOf(Unanswered.class);
        proxy.latency(Duration.ZERO, Duration.ZERO);
        assertThat(countOnceConnected()).isEqualTo(3L);
    }

    @Test
    @DisplayName("a connection that stays open but deaf is given up, and the next call makes a new one")
    void halfOpen() {
        assertThat(count()).isEqualTo(1L);
        proxy.halfOpen(true);
        long begun = System.nanoTime();
        assertThat(catchThrowable(this::count)).isInstanceOf(Unanswered.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(18));
        proxy.halfOpen(false);

        assertThat(countOnceConnected()).isEqualTo(2L);
        assertThat(proxy.accepted()).isGreaterThan(1);
        assertThat(commands.waiting()).isZero();
    }

    @Test
    @DisplayName("while nobody listens calls are refused at once, as worth a retry, and later succeed")
    void refusedWhileDisconnected() {
        assertThat(count()).isEqualTo(1L);
        proxy.refuse(true);
        proxy.cutAll(Cut.RST);
        for (int i = 0; i < 50; i++) {
            Throwable failure = catchThrowable(this::count);
            // the first may meet a connection that does not know of its end yet
            assertThat(failure).isInstanceOfAny(StoreUnavailableException.class, Unanswered.class);
            if (failure instanceof AtomfluxException known) {
                assertThat(known.retryable()).isTrue();
            }
        }
        proxy.refuse(false);

        assertThat((Long) countOnceConnected()).isGreaterThanOrEqualTo(2L);
    }

    @Test
    @DisplayName("a server that is killed and comes back is found again, with nothing in its memory")
    void killedAndRestarted() throws IOException {
        int port = RedisServers.freePort();
        RedisServer server = RedisServers.start(port, settings -> {});
        try (TestCommands own = TestCommands.open(
                "redis://127.0.0.1:" + port, TestCommands.impatient().build())) {
            assertThat(own.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE))
                    .isEqualTo(1L);
            server.stop();
            Throwable failure = catchThrowable(
                    () -> own.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE));
            assertThat(failure).isInstanceOfAny(StoreUnavailableException.class, Unanswered.class);
            RedisServers.start(port, settings -> {});

            Object counted = own.get()
                    .eval(COUNT, List.of(key), List.of())
                    .retryWhen(reactor.util.retry.Retry.fixedDelay(1000, Duration.ofMillis(10)))
                    .block(PATIENCE);

            assertThat(counted).isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("no more commands wait than allowed; what is beyond is refused as busy and not sent")
    void boundedQueue() {
        try (TestCommands few =
                TestCommands.open(uri(), RedisOptions.builder().maxWaiting(10).build())) {
            assertThat(few.get().eval(COUNT, List.of(key), List.of()).block(PATIENCE))
                    .isEqualTo(1L);
            proxy.latency(PATIENCE, Duration.ZERO); // until all have asked
            AtomicInteger refused = new AtomicInteger();
            List<Object> outcomes = Flux.range(0, 50)
                    .flatMap(
                            i -> few.get()
                                    .eval(COUNT, List.of(key), List.of())
                                    .onErrorResume(StoreBusyException.class, busy -> {
                                        if (refused.incrementAndGet() == 40) {
                                            proxy.latency(Duration.ZERO, Duration.ZERO);
                                            proxy.releaseHeld();
                                        }
                                        return Mono.just(busy);
                                    }),
                            50)
                    .collectList()
                    .block(PATIENCE);

            assertThat(outcomes.stream().filter(StoreBusyException.class::isInstance))
                    .hasSize(40);
            assertThat(few.get().call(key, Command.HGET, List.of(bytes("n"))).block(PATIENCE))
                    .isEqualTo(bytes("11"));
        }
    }

    @Test
    @DisplayName("one who is slow with a large reply delays nobody else")
    void slowSubscriber() throws InterruptedException {
        Script large = Scripts.of("return string.rep('x', 200000)", false);
        commands.get().eval(large, List.of(key), List.of()).block(PATIENCE);
        CountDownLatch slow = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        AtomicLong spins = new AtomicLong();
        var busy = commands.get().eval(large, List.of(key), List.of()).subscribe(reply -> {
            slow.countDown();
            while (others.getCount() > 0) {
                spins.incrementAndGet(); // not Thread.onSpinWait, which counts as blocking here
            }
        });
        assertThat(slow.await(60, TimeUnit.SECONDS)).isTrue();

        for (long i = 1; i <= 100; i++) {
            assertThat(count()).isEqualTo(i);
        }
        others.countDown();
        busy.dispose();
        assertThat(spins).hasPositiveValue();
    }
}
