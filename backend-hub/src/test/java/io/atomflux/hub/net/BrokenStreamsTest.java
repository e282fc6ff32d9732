package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.hub.bytes.ByteSource;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Connections that break under readers of all speeds; timeouts are twenty hours, so whoever waits for one fails. */
@Timeout(60)
class BrokenStreamsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ROUNDS = Boolean.getBoolean("atomflux.proof") ? 3000 : 60;
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    private final Site hub = new Site();
    private final byte[] file = new byte[300_000];
    private final FastTime time = new FastTime();
    private final AtomicInteger cuts = new AtomicInteger();

    BrokenStreamsTest() {
        new Random(29).nextBytes(file);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
    }

    @AfterEach
    void close() {
        hub.close();
        time.dispose();
    }

    private NettyHubClient client(boolean natives) {
        NetOptions options = NetOptions.builder(hub.at("/"))
                .scheduler(time)
                .answerTimeout(Duration.ofHours(20))
                .idleTimeout(Duration.ofHours(20))
                .retryBudget(Duration.ofHours(20))
                .build();
        return new NettyHubClient(options, new Transport(options, null, natives));
    }

    private ByteSource source(HubClient client) {
        return client.file(hub.at("/f"), "f", OptionalLong.of(file.length)).block(PATIENCE);
    }

    /** Breaks off after a number of bytes, if there are so many, as often as there are cuts left. */
    private Publisher<Void> cutting(HttpServerRequest request, HttpServerResponse response, int after) {
        Site.Range range = Site.Range.of(request, file.length);
        int length = range.last() - range.first() + 1;
        if (length <= after || cuts.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return Site.serve(request, response, file);
        }
        response.status(206)
                .header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + file.length)
                .header("Content-Length", String.valueOf(length));
        return Evil.cut(response, Arrays.copyOfRange(file, range.first(), range.first() + after));
    }

    private static Flux<ByteBuffer> slowly(Flux<ByteBuffer> stream) {
        return stream.concatMap(part -> Mono.delay(Duration.ofMillis(1)).thenReturn(part), 1);
    }

    @ParameterizedTest(name = "natives: {0}")
    @DisplayName("a reader slower than the network, whose connection is cut, goes on without waiting for a timeout")
    @ValueSource(booleans = {true, false})
    void slowReaderGoesOn(boolean natives) {
        hub.answer = (request, response) -> cutting(request, response, 100_000);
        NettyHubClient client = client(natives);
        for (int i = 0; i < 5; i++) {
            cuts.set(2);
            assertThat(slowly(source(client).stream(0))
                            .reduce(new byte[0], HubClientTest::joined)
                            .block(PATIENCE))
                    .isEqualTo(file);
            assertThat(cuts.get()).as("cuts left").isZero();
        }
        client.close().block(PATIENCE);
    }

    @ParameterizedTest(name = "natives: {0}")
    @DisplayName("cut anywhere, read fast, slowly, in batches or given up: the bytes are right, and no buffer is lost")
    @ValueSource(booleans = {true, false})
    void losesNothing(boolean natives) {
        Random random = new Random(31);
        hub.answer = (request, response) -> {
            synchronized (random) {
                return cutting(request, response, random.nextInt(file.length));
            }
        };
        NettyHubClient client = client(natives);
        Flux.range(0, ROUNDS)
                .flatMap(
                        round -> {
                            cuts.addAndGet(2);
                            Random mine = new Random(round);
                            int offset = mine.nextInt(file.length);
                            Flux<ByteBuffer> read = reader(mine, source(client).stream(offset));
                            if (mine.nextInt(3) == 0) {
                                return read.take(Duration.ofNanos(mine.nextInt(20_000_000)))
                                        .then();
                            }
                            return read.reduce(new byte[0], HubClientTest::joined)
                                    .doOnNext(all ->
                                            assertThat(all).isEqualTo(Arrays.copyOfRange(file, offset, file.length)))
                                    .then();
                        },
                        6)
                .subscribeOn(Schedulers.boundedElastic())
                .blockLast(Boolean.getBoolean("atomflux.proof") ? Duration.ofMinutes(10) : PATIENCE);
        client.close().block(PATIENCE);
        for (int i = 0; i < 3; i++) {
            System.gc();
            Unpooled.buffer(1).release();
            io.netty.buffer.ByteBufAllocator.DEFAULT.buffer(1).release();
        }
        assertThat(LEAKS).isEmpty();
    }

    private static Flux<ByteBuffer> reader(Random random, Flux<ByteBuffer> stream) {
        switch (random.nextInt(4)) {
            case 0:
                return slowly(stream);
            case 1:
                return stream.limitRate(1 + random.nextInt(5)).publishOn(Schedulers.parallel(), 2);
            case 2:
                return stream.buffer(1 + random.nextInt(20)).concatMap(Flux::fromIterable, 1);
            default:
                return stream;
        }
    }
}
