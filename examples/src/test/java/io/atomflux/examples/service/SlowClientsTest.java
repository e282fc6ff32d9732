package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.StreamsNow;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.Traffic;
import io.atomflux.testkit.net.When;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@DisplayName("Clients of the service that read slowly, or go away")
@Timeout(60)
class SlowClientsTest {

    private static final int FRAMES = 600;
    private static final int ATOMS = 1000;
    private static final long STORED_BYTES = FRAMES * ATOMS * 32L; // positions and numbers
    private static final Duration QUIET = Duration.ofMillis(200);

    private static Redis redis;
    private static FaultProxy proxy;
    private Served served;

    @BeforeAll
    static void fill(@TempDir Path folder) throws IOException {
        redis = Redis.start(folder);
        proxy = FaultProxy.to("127.0.0.1", redis.port(), Framing.RESP);
        try (Served filled = Served.over(redis.port(), "large")) {
            filled.atoms
                    .extend(Flux.range(0, FRAMES).map(i -> Served.frame(ATOMS, i)))
                    .block(Served.PATIENCE);
        }
    }

    @AfterAll
    static void stopRedis() throws IOException {
        proxy.close();
        redis.close();
    }

    @BeforeEach
    void serve() {
        served = Served.over(proxy.port(), "large");
        served.atoms.size().block(Served.PATIENCE); // connects
        proxy.resetCounters();
    }

    @AfterEach
    void stop() {
        proxy.heal();
        served.close();
    }

    /** Waits until nothing is asked of Redis for a while; answers what was until then. */
    private static Traffic settled() {
        Traffic before = proxy.traffic();
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            Traffic now = proxy.traffic();
            if (!now.equals(before)) {
                before = now;
                since = System.nanoTime();
            }
        }
        return before;
    }

    @Test
    @DisplayName("are read for no further than they read themselves, and get all in the end")
    void readAtThePaceOfTheClient() throws Exception {
        try (Socket slow = served.getting("/frames")) {
            slow.getInputStream().readNBytes(1000);
            Traffic idle = settled();
            assertThat(idle.replyBytes()).isPositive().isLessThan(STORED_BYTES / 2);
            assertThat(StreamsNow.open()).isEqualTo(1);
            String rest = Served.rest(slow);
            assertThat(rest.lines().filter(line -> line.startsWith("{\"numbers\"")))
                    .hasSizeBetween(FRAMES - 1, FRAMES);
            assertThat(rest).endsWith("\r\n0\r\n\r\n");
        }
        assertThat(settled().replyBytes()).isGreaterThan(STORED_BYTES);
        Served.awaitNoStream();
    }

    @Test
    @DisplayName("hold a bounded part of the memory however many there are, and keep nobody else waiting")
    void manyThatStopReading() throws Exception {
        int clients = 40;
        List<Socket> stopped = new ArrayList<>();
        try {
            for (int i = 0; i < clients; i++) {
                Socket socket = served.getting("/frames");
                stopped.add(socket);
                socket.getInputStream().readNBytes(1000);
            }
            settled();
            assertThat(StreamsNow.open()).isEqualTo(clients);
            long heap = Runtime.getRuntime().maxMemory();
            assertThat(StreamsNow.heldBytes()).isPositive().isLessThan(heap / 4 + clients * (64L << 10));
            long used = usedAfterCollection();
            assertThat(used).isLessThan(heap * 3 / 4);
            assertThat(served.get("/energies").lines()).hasSize(FRAMES);
            assertThat(served.get("/frames/599")).contains("\"energy\":599.0");
        } finally {
            for (Socket socket : stopped) {
                socket.close();
            }
        }
        Served.awaitNoStream();
    }

    private static long usedAfterCollection() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    @DisplayName("that go away in the middle leave no stream, no held bytes and no command behind")
    void goneInTheMiddle() throws Exception {
        for (int i = 0; i < 5; i++) {
            Socket gone = served.getting(i % 2 == 0 ? "/frames" : "/energies");
            gone.getInputStream().readNBytes(1000);
            gone.close();
        }
        Served.awaitNoStream();
        Served.eventually(
                "all that was asked of Redis is answered",
                () -> proxy.traffic().requests() == proxy.traffic().replies());
        assertThat(settled().replyBytes()).isLessThan(5 * STORED_BYTES / 2);
        assertThat(served.get("/frames/0")).isNotEmpty();
    }

    @Test
    @DisplayName("that go away while Redis is silent leave no stream behind either")
    void goneWhileRedisIsSilent() throws Exception {
        proxy.delayRequest(When.always(), Duration.ofSeconds(20));
        Socket gone = served.getting("/energies");
        Served.eventually("Redis is asked", () -> proxy.traffic().requests() > 0);
        gone.close();
        Served.awaitNoStream();
        assertThat(proxy.traffic().replies()).as("so Redis had not answered").isZero();
        proxy.heal();
    }

    @Test
    @DisplayName("that stop reading for too long are cut off")
    void cutOff() throws Exception {
        try (Served hasty = Served.over(redis.port(), "large", Duration.ofMillis(300));
                Socket stopped = hasty.getting("/frames")) {
            stopped.getInputStream().readNBytes(1000);
            Served.awaitNoStream();
            assertThat(Served.rest(stopped)).doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    @DisplayName("still get their whole stream when the service stops listening; the store is closed after that")
    void gracefulStop() throws Exception {
        try (Socket slow = served.getting("/frames")) {
            slow.getInputStream().readNBytes(1000);
            Thread stopping = new Thread(() -> served.server.disposeNow(Served.PATIENCE));
            stopping.start();
            Served.eventually(
                    "nobody else is let in", () -> !served.server.channel().isOpen());
            assertThat(Served.rest(slow)).endsWith("\r\n0\r\n\r\n");
            stopping.join(Served.PATIENCE.toMillis());
            assertThat(stopping.isAlive()).isFalse();
        }
    }
}
