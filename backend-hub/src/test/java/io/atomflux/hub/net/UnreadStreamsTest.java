package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreUnavailableException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Streams that are open and not read, for a while or for good. */
@Timeout(60)
class UnreadStreamsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int STREAMS = 5;

    private final Site hub = new Site();
    private final byte[] file = new byte[1_000_000];
    private final FastTime time = new FastTime();
    private final NettyHubClient client = (NettyHubClient) HubClients.of(NetOptions.builder(hub.at("/"))
            .scheduler(time)
            .answerTimeout(Duration.ofHours(20))
            .idleTimeout(Duration.ofHours(20))
            .retryBudget(Duration.ofHours(20))
            .parallelRequests(2)
            .build());

    UnreadStreamsTest() {
        new Random(37).nextBytes(file);
        hub.answer = (request, response) -> Site.serve(request, response, file);
    }

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        hub.close();
        time.dispose();
    }

    private ByteSource source() {
        return client.file(hub.at("/f"), "f", OptionalLong.of(file.length)).block(PATIENCE);
    }

    @Test
    @DisplayName("five streams read in turn over two connections, and a range beside them: all come to their end")
    void readInTurn() {
        ByteSource source = source();
        List<Iterator<ByteBuffer>> streams = new ArrayList<>();
        List<ByteArrayOutputStream> read = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(source.stream(i * 1000L).toIterable(16).iterator());
            read.add(new ByteArrayOutputStream());
            read.get(i).writeBytes(HubClientTest.bytes(streams.get(i).next()));
        }
        assertThat(HubClientTest.bytes(source.read(new ByteRange(5, 10)).block(PATIENCE)))
                .isEqualTo(Arrays.copyOfRange(file, 5, 15));
        boolean more = true;
        while (more) {
            more = false;
            for (int i = 0; i < STREAMS; i++) {
                for (int step = 0; step < 40 && streams.get(i).hasNext(); step++) {
                    read.get(i).writeBytes(HubClientTest.bytes(streams.get(i).next()));
                    more = true;
                }
            }
        }
        for (int i = 0; i < STREAMS; i++) {
            assertThat(read.get(i).toByteArray()).isEqualTo(Arrays.copyOfRange(file, i * 1000, file.length));
        }
        assertThat(client.permits().queued()).isZero();
    }

    @Test
    @DisplayName("a stream that nobody waits for keeps its connection, however long it is not read")
    void keptWhileNobodyWaits() {
        ByteSource source = source();
        StepVerifier.create(source.stream(0), 1)
                .expectNextCount(1)
                .then(() -> assertThat(source.read(new ByteRange(0, 10)).block(PATIENCE))
                        .isNotNull())
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(part -> true)
                .verifyComplete();
        assertThat(hub.asked).hasSize(2);
    }

    @Test
    @DisplayName("a connection that is closed while nobody reads is opened again when somebody does, not before")
    void closedWhileUnread() {
        AtomicInteger requests = new AtomicInteger();
        hub.answer = (request, response) -> {
            Site.Range range = Site.Range.of(request, file.length);
            if (requests.getAndIncrement() > 0) {
                return Site.serve(request, response, file);
            }
            return Evil.cut(
                    response.status(206)
                            .header("Content-Range", "bytes 0-" + range.last() + "/" + file.length)
                            .header("Content-Length", String.valueOf(range.last() + 1)),
                    Arrays.copyOf(file, 10));
        };
        AtomicInteger size = new AtomicInteger();
        StepVerifier.create(source().stream(0).doOnNext(part -> size.addAndGet(part.remaining())), 1)
                .expectNextCount(1)
                .then(() -> {
                    while (client.permits().running() > 0 && requests.get() == 1) {
                        Thread.onSpinWait(); // until the end of the connection is known
                    }
                    assertThat(time.waits).isEmpty();
                    assertThat(requests).hasValue(1);
                })
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(part -> true)
                .verifyComplete();
        assertThat(size).hasValue(file.length);
        assertThat(requests).hasValue(2);
    }

    @Test
    @DisplayName("time in which nobody waited for anything is not spent on trying again")
    void unreadTimeIsNoBudget() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        NetOptions options = NetOptions.builder(URI.create("http://h"))
                .scheduler(clock)
                .retryBudget(Duration.ofSeconds(10))
                .random(() -> 0.5)
                .build();
        AtomicInteger attempts = new AtomicInteger();
        Fault broken = Fault.passing(null, new StoreUnavailableException("f", "broken", null));
        Flux<Integer> all = new Patience("f", options)
                .over(Flux.defer(() -> attempts.incrementAndGet() == 1
                        ? Flux.concat(Flux.just(1), Flux.error(broken))
                        : Flux.just(2)));
        StepVerifier.create(all, 1)
                .expectNext(1)
                .then(() -> clock.advanceTimeBy(Duration.ofHours(1)))
                .then(() -> assertThat(attempts).hasValue(1))
                .thenRequest(1)
                .then(() -> clock.advanceTimeBy(Duration.ofMillis(999)))
                .then(() -> assertThat(attempts).hasValue(1))
                .then(() -> clock.advanceTimeBy(Duration.ofMillis(1)))
                .expectNext(2)
                .verifyComplete();
    }
}
