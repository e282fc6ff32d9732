package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Whoever stops early leaves nothing behind. */
@Timeout(60)
class CancellationTest {

    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();
    private static final int ROUNDS = Boolean.getBoolean("atomflux.proof") ? 10_000 : 1000;

    @Test
    @DisplayName("a thousand reads stopped anywhere: no buffer, no permit, no connection and no wait is left")
    void leavesNothing() {
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
        Random random = new Random(17);
        byte[] file = new byte[400_000];
        random.nextBytes(file);
        AtomicInteger count = new AtomicInteger();
        AtomicInteger open = new AtomicInteger();
        FastTime time = new FastTime();
        try (Site hub = new Site();
                Site storage = new Site(
                        "http",
                        0,
                        server -> server.doOnConnection(connection -> {
                            open.incrementAndGet();
                            connection.onDispose(open::decrementAndGet);
                        }))) {
            hub.answer = (request, response) -> count.incrementAndGet() % 7 == 0
                    ? Site.text(response.status(503), "busy")
                    : Site.redirect(
                            response, 302, storage.at("/blob?n=" + count.get()).toString());
            storage.answer = (request, response) -> {
                switch (count.incrementAndGet() % 5) {
                    case 0:
                        Site.Range asked = Site.Range.of(request, file.length);
                        Site.Range range = asked == null ? new Site.Range(0, file.length - 1) : asked;
                        return Evil.cut(
                                response.status(206)
                                        .header(
                                                "Content-Range",
                                                "bytes " + range.first() + "-" + range.last() + "/" + file.length)
                                        .header("Content-Length", String.valueOf(range.last() - range.first() + 1)),
                                new byte[Math.min(100, range.last() - range.first())]);
                    case 1:
                        return Site.text(response.status(403), "old");
                    default:
                        return Site.serve(request, response, file);
                }
            };
            HubClient client = HubClients.of(NetOptions.builder(hub.at("/"))
                    .scheduler(time)
                    .answerTimeout(Duration.ofHours(20))
                    .idleTimeout(Duration.ofHours(20))
                    .retryBudget(Duration.ofHours(20))
                    .parallelRequests(4)
                    .build());
            client.get(hub.at("/warm"), 1 << 20).onErrorComplete().block(Duration.ofSeconds(30));
            for (int i = 0; i < ROUNDS; i++) {
                Disposable one = some(client, hub, random, file.length).subscribe(part -> {}, failure -> {});
                Disposable two = some(client, hub, random, file.length).subscribe(part -> {}, failure -> {});
                LockSupport.parkNanos(random.nextInt(1_500_000));
                one.dispose();
                two.dispose();
            }
            NettyHubClient inner = (NettyHubClient) client;
            assertThat(eventually(() -> inner.permits().running() == 0 && time.pending.get() == 0))
                    .as("permits %d, waits %d", inner.permits().running(), time.pending.get())
                    .isTrue();
            assertThat(inner.permits().queued()).isZero();
            // Of a pool of four.
            assertThat(eventually(() -> open.get() <= 4))
                    .as("connections: %d", open.get())
                    .isTrue();
            storage.answer = (request, response) -> Site.serve(request, response, file);
            hub.answer = (request, response) ->
                    Site.redirect(response, 302, storage.at("/b").toString());
            ByteSource source = client.file(hub.at("/datasets/x"), "x", OptionalLong.of(file.length))
                    .block();
            assertThat(Flux.range(0, 40)
                            .flatMapSequential(i -> source.read(new ByteRange(i * 10_000L, 10_000)), 40)
                            .reduce(new byte[0], HubClientTest::joined)
                            .block(Duration.ofSeconds(30)))
                    .isEqualTo(file);
            client.close().block(Duration.ofSeconds(30));
            assertThat(eventually(() -> open.get() == 0))
                    .as("after closing: %d", open.get())
                    .isTrue();
        }
        time.dispose();
        for (int i = 0; i < 3; i++) {
            System.gc();
            io.netty.buffer.Unpooled.buffer(1).release();
            io.netty.buffer.ByteBufAllocator.DEFAULT.buffer(1).release();
        }
        assertThat(LEAKS).isEmpty();
    }

    private static Publisher<ByteBuffer> parts(ByteSource source, Random random, int size) {
        int offset = random.nextInt(size - 1);
        return random.nextBoolean()
                ? source.read(new ByteRange(offset, 1 + random.nextInt(size - offset)))
                : source.stream(offset);
    }

    private static Flux<ByteBuffer> some(HubClient client, Site hub, Random random, int size) {
        if (random.nextInt(4) == 0) {
            return client.get(hub.at("/api/" + random.nextInt()), 1 << 20)
                    .map(HubAnswer::body)
                    .flux();
        }
        Mono<ByteSource> source = client.file(
                hub.at("/datasets/f" + random.nextInt(3)),
                "f",
                random.nextInt(10) == 0 ? OptionalLong.empty() : OptionalLong.of(size));
        long seed = random.nextLong();
        return source.flatMapMany(found -> parts(found, new Random(seed), size))
                .limitRate(1 + random.nextInt(4))
                .take(1 + random.nextInt(20));
    }

    private static boolean eventually(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }
}
