package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Parts of files and whole ones: exactly the bytes, whatever the storage does. */
@Timeout(60)
class RangesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_900_000_000L));
    private final Site hub = new Site();
    private Site storage = new Site();
    private final FastTime time = new FastTime();
    private final byte[] file = new byte[200_000];
    private volatile String query = "?Expires=1900003600&sig=secret";
    private HubClient client = client(Duration.ofHours(20));

    RangesTest() {
        new Random(7).nextBytes(file);
        hub.answer = (request, response) ->
                Site.redirect(response, 302, storage.at("/blob" + query).toString());
        storage.answer = this::good;
    }

    private HubClient client(Duration idle) {
        return client(idle, time);
    }

    private HubClient client(Duration idle, Scheduler scheduler) {
        return HubClients.of(NetOptions.builder(hub.at("/"))
                .scheduler(scheduler)
                .clock(new Hands())
                .answerTimeout(Duration.ofHours(20))
                .retryBudget(Duration.ofHours(24))
                .idleTimeout(idle)
                .build());
    }

    private final class Hands extends Clock {
        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        time.dispose();
        hub.close();
        storage.close();
    }

    private Publisher<Void> good(HttpServerRequest request, HttpServerResponse response) {
        return Site.serve(request, response, file);
    }

    /** Makes time stand still, in which a machine may be as slow as it is: no request makes room for others, to be made again. */
    private void hold() {
        client.close().block(PATIENCE);
        client = client(Duration.ofHours(20), VirtualTimeScheduler.create());
    }

    /** Makes the client wait for bytes for a second and a half only. */
    private void hurry() {
        client.close().block(PATIENCE);
        client = client(Duration.ofSeconds(1500));
    }

    private ByteSource source() {
        return source(file.length);
    }

    private ByteSource source(long size) {
        return client.file(hub.at("/datasets/l/t/resolve/c/f"), "l/t@c:f", OptionalLong.of(size))
                .block(PATIENCE);
    }

    private byte[] read(ByteSource source, int offset, int length) {
        return HubClientTest.bytes(source.read(new ByteRange(offset, length)).block(PATIENCE));
    }

    private byte[] part(int offset, int length) {
        return Arrays.copyOfRange(file, offset, offset + length);
    }

    /** Answers once in one way, afterwards rightly. */
    private void once(Site site, Site.Way way) {
        var usual = site.answer;
        AtomicBoolean first = new AtomicBoolean(true);
        site.answer = (request, response) ->
                first.getAndSet(false) ? way.answer(request, response) : usual.apply(request, response);
    }

    @Test
    @DisplayName("a body cut anywhere is taken up where it broke: nothing twice, nothing lost")
    void resumesCutBodies() {
        Random random = new Random(11);
        AtomicInteger requests = new AtomicInteger();
        storage.answer = (request, response) -> {
            requests.incrementAndGet();
            Site.Range range = Site.Range.of(request, file.length);
            int length = range.last() - range.first() + 1;
            int sent;
            synchronized (random) {
                sent = random.nextInt(length + 1);
            }
            if (length < 500 || sent == length) {
                return Site.serve(request, response, file);
            }
            return Evil.cut(
                    response.status(206)
                            .header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + file.length)
                            .header("Content-Length", String.valueOf(length)),
                    part(range.first(), sent));
        };
        ByteSource source = source();
        for (int i = 0; i < 20; i++) {
            int offset = random.nextInt(150_000);
            assertThat(read(source, offset, 50_000)).isEqualTo(part(offset, 50_000));
            assertThat(source.stream(offset)
                            .reduce(new byte[0], HubClientTest::joined)
                            .block(PATIENCE))
                    .isEqualTo(part(offset, file.length - offset));
        }
        assertThat(requests.get()).isGreaterThan(80);
        assertThat(hub.asked.size()).as("asked again only where nothing came").isLessThan(20);
    }

    @Test
    @DisplayName("a stream goes on by itself when the server was away for ten seconds")
    void outlivesOutage() {
        hurry();
        int port = storage.port();
        storage.answer = (request, response) -> {
            Site.Range range = Site.Range.of(request, file.length);
            return Evil.stall(
                    response.status(206)
                            .header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + file.length)
                            .header("Content-Length", String.valueOf(range.last() - range.first() + 1)),
                    part(range.first(), 70_000));
        };
        AtomicInteger seen = new AtomicInteger();
        AtomicBoolean down = new AtomicBoolean();
        byte[] all = source().stream(1000)
                .doOnNext(part -> {
                    if (seen.addAndGet(part.remaining()) >= 70_000 && !down.getAndSet(true)) {
                        Mono.fromRunnable(storage::close)
                                // ten seconds of the client's time; to where binding may block
                                .then(Mono.delay(
                                        Duration.ofMillis(10), reactor.core.scheduler.Schedulers.boundedElastic()))
                                .doOnNext(tick -> storage = new Site("http", port, server -> server, this::good))
                                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
                                .subscribe();
                    }
                })
                .reduce(new byte[0], HubClientTest::joined)
                .block(PATIENCE);
        assertThat(all).isEqualTo(part(1000, file.length - 1000));
        assertThat(down).isTrue();
    }

    @Test
    @DisplayName("a stalled body counts as broken, but a consumer that takes its time is no stall")
    void stalls() {
        hurry();
        once(
                storage,
                (request, response) -> Evil.stall(
                        response.status(206)
                                .header("Content-Range", "bytes 0-9999/" + file.length)
                                .header("Content-Length", "10000"),
                        part(0, 5000)));
        assertThat(read(source(), 0, 10_000)).isEqualTo(part(0, 10_000));
        assertThat(storage.asked).hasSize(2);
        assertThat(storage.asked.get(1).header("range")).isEqualTo("bytes=5000-9999");

        storage.asked.clear();
        AtomicReference<byte[]> got = new AtomicReference<>(new byte[0]);
        AtomicBoolean done = new AtomicBoolean();
        BaseSubscriber<ByteBuffer> slow = new BaseSubscriber<>() {
            private int parts;

            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(ByteBuffer part) {
                got.updateAndGet(before -> HubClientTest.joined(before, part));
                // Longer than the stall that is no longer waited for; 2000 s of the client's time.
                var unused = Mono.delay(Duration.ofMillis(parts++ < 1 ? 2000 : 0))
                        .subscribe(tick -> request(parts < 3 ? 1 : Long.MAX_VALUE));
            }

            @Override
            protected void hookOnComplete() {
                done.set(true);
            }
        };
        source().stream(0).subscribe(slow);
        while (!done.get()) {
            Thread.onSpinWait();
        }
        assertThat(got.get()).isEqualTo(file);
        assertThat(storage.asked).hasSize(1);
    }

    @Test
    @DisplayName("only as much is taken from the network as was asked for")
    void followsDemand() {
        AtomicInteger sent = new AtomicInteger();
        long size = 1L << 30;
        storage.answer = (request, response) -> response.status(206)
                .header("Content-Range", "bytes 0-" + (size - 1) + "/" + size)
                .send(
                        Flux.<io.netty.buffer.ByteBuf>generate(sink -> {
                                    sent.addAndGet(65_536);
                                    sink.next(Unpooled.wrappedBuffer(new byte[65_536]));
                                })
                                .take(size / 65_536),
                        buffer -> true);
        BaseSubscriber<ByteBuffer> one = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(1);
            }
        };
        source(size).stream(0).subscribe(one);
        int before = -1;
        while (sent.get() == 0 || sent.get() != before) {
            before = sent.get();
            Mono.delay(Duration.ofMillis(100)).block(PATIENCE);
        }
        one.cancel();
        assertThat(sent.get()).as("bytes in the buffers of the machine").isLessThan(64 << 20);
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("what is not the part that was asked for is asked for once more at the hub, and then refused")
    @CsvSource(
            nullValues = "-",
            value = {
                "206,bytes 1-100/200000,100",
                "206,bytes 0-99/100000,100",
                "206,bytes 0-100/200000,101",
                "206,bytes 0-99/200000,50",
                "206,-,100",
                "206,bytes=0-99/200000,100",
                "206,bytes 99-0/200000,100",
                "416,bytes */50,0",
                "416,-,0",
                "200,-,100000"
            })
    void refusesWrongParts(int status, String range, int length) {
        storage.answer = (request, response) -> {
            if (range != null) {
                response.header("Content-Range", range);
            }
            return response.status(status)
                    .header("Content-Length", String.valueOf(length))
                    .send(Mono.just(Unpooled.wrappedBuffer(new byte[length])));
        };
        assertThatThrownBy(() -> read(source(), 0, 100))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("l/t@c:f")
                .hasMessageNotContaining("secret");
        assertThat(hub.asked).hasSize(2);
        assertThat(storage.asked).hasSize(2);
        assertThat(time.waits.stream().filter(wait -> wait < 100_000)).isEmpty();
    }

    @Test
    @DisplayName("a wrong part that is right when asked for anew does not matter")
    void forgivesOnce() {
        once(storage, (request, response) -> Site.text(response.status(416), ""));
        assertThat(read(source(), 0, 100)).isEqualTo(part(0, 100));
        assertThat(hub.asked).hasSize(2);
    }

    @ParameterizedTest
    @DisplayName("a storage that refuses an old signature is asked for anew at once")
    @CsvSource({"400", "401", "403", "404"})
    void renewsSignatures(int status) {
        ByteSource source = source();
        assertThat(read(source, 0, 10)).isEqualTo(part(0, 10));
        once(
                storage,
                (request, response) -> Site.text(response.status(status), "<Error><Code>AccessDenied</Code></Error>"));
        assertThat(read(source, 10, 10)).isEqualTo(part(10, 10));
        assertThat(hub.asked).hasSize(2);
        assertThat(storage.asked).hasSize(3);
    }

    @Test
    @DisplayName("a storage that refuses a fresh signature, too, is told with its reason")
    void tellsRefusal() {
        storage.answer = (request, response) -> Site.text(
                response.status(403),
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>expired</Message></Error>");
        assertThatThrownBy(() -> read(source(), 0, 100))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("AccessDenied, expired")
                .hasMessageNotContaining("secret");
        assertThat(hub.asked).hasSize(2);
    }

    @Test
    @DisplayName("the hub's own refusal is final")
    void hubRefuses() {
        hub.answer = (request, response) -> Site.text(response.status(403), "{\"error\":\"no\"}");
        assertThatThrownBy(() -> read(source(), 0, 100)).isInstanceOf(StoreAccessException.class);
        assertThat(hub.asked).hasSize(1);
    }

    @ParameterizedTest(name = "{0}: after {1} s {2} requests of the hub")
    @DisplayName("a target is used until a minute before its signature ends, ten minutes at most")
    @CsvSource({
        "?Expires=1900003600,599,1",
        "?Expires=1900003600,601,2",
        "?Expires=1900000300,239,1",
        "?Expires=1900000300,241,2",
        "?Expires=1900000030,0,2",
        "?X-Amz-Date=20300317T174640Z&X-Amz-Expires=300,239,1",
        "?X-Amz-Date=20300317T174640Z&X-Amz-Expires=300,241,2",
        "?X-Amz-Date=20300317T174440Z&X-Amz-Expires=300,121,2",
        "?X-Amz-Expires=300,239,1",
        "?X-Amz-Expires=300,241,2",
        "?none,599,1",
        "?none,601,2"
    })
    void reusesTargets(String signed, long later, int expected) {
        query = signed;
        ByteSource source = source();
        read(source, 0, 10);
        now.updateAndGet(instant -> instant.plusSeconds(later));
        read(source, 10, 10);
        assertThat(hub.asked).hasSize(expected);
        assertThat(storage.asked).hasSize(2);
    }

    @Test
    @DisplayName("a storage that ignores ranges is read over up to a megabyte, and refused beyond")
    void ignoredRanges() {
        byte[] large = new byte[3 << 20];
        new Random(3).nextBytes(large);
        storage.answer = (request, response) -> response.header("Content-Length", String.valueOf(large.length))
                .send(Mono.just(Unpooled.wrappedBuffer(large)));
        ByteSource source = source(large.length);
        assertThat(read(source, 1 << 20, 100)).isEqualTo(Arrays.copyOfRange(large, 1 << 20, (1 << 20) + 100));
        assertThat(read(source, 0, large.length)).isEqualTo(large);
        assertThatThrownBy(() -> read(source, (1 << 20) + 1, 100))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("ignores ranges");
    }

    @Test
    @DisplayName("a storage that gives less at a time than was asked for is asked for the rest")
    void smallParts() {
        storage.answer = (request, response) -> {
            Site.Range range = Site.Range.of(request, file.length);
            int last = Math.min(range.last(), range.first() + 29_999);
            return response.status(206)
                    .header("Content-Range", "bytes " + range.first() + "-" + last + "/*")
                    .send(Mono.just(Unpooled.wrappedBuffer(file, range.first(), last - range.first() + 1)));
        };
        assertThat(read(source(), 1, 100_000)).isEqualTo(part(1, 100_000));
        assertThat(storage.asked).hasSize(4);
    }

    @Test
    @DisplayName("more bytes than promised are not taken for the part")
    void tooManyBytes() {
        storage.answer = (request, response) -> response.status(206)
                .header("Content-Range", "bytes 5-9/" + file.length)
                .send(Flux.just(Unpooled.wrappedBuffer(part(5, 3)), Unpooled.wrappedBuffer(part(8, 5000))));
        assertThat(read(source(), 5, 5)).isEqualTo(part(5, 5));
    }

    @Test
    @DisplayName("a file that the hub serves itself costs one request a range")
    void servedByHub() {
        hold();
        hub.answer = this::good;
        ByteSource source = source();
        assertThat(Flux.range(0, 20)
                        .flatMapSequential(i -> source.read(new ByteRange(i * 10_000L, 10_000)))
                        .reduce(new byte[0], HubClientTest::joined)
                        .block(PATIENCE))
                .isEqualTo(file);
        assertThat(hub.asked).hasSize(20);
    }

    @Test
    @DisplayName("one who gives up looking for the file does not take the others along")
    void searchSurvivesCancel() {
        AtomicInteger asked = new AtomicInteger();
        hub.answer = (request, response) -> asked.getAndIncrement() == 0
                ? Mono.never()
                : Site.redirect(response, 302, storage.at("/blob").toString());
        ByteSource source = source();
        var first = source.read(new ByteRange(0, 10)).subscribe();
        while (asked.get() == 0) {
            Thread.onSpinWait();
        }
        Mono<ByteBuffer> second = source.read(new ByteRange(10, 10)).cache();
        var unused = second.subscribe();
        first.dispose();
        assertThat(HubClientTest.bytes(second.block(PATIENCE))).isEqualTo(part(10, 10));
    }

    @Test
    @DisplayName("an empty file has size 0 and an empty stream")
    void emptyFile() {
        storage.answer =
                (request, response) -> Site.text(response.status(416).header("Content-Range", "bytes */0"), "");
        ByteSource source = client.file(hub.at("/datasets/l/t/resolve/c/e"), "e", OptionalLong.empty())
                .block(PATIENCE);
        assertThat(source.size()).isZero();
        assertThat(source.stream(0).collectList().block(PATIENCE)).isEmpty();
    }

    @Test
    @DisplayName("ranges beyond the file are refused at the call")
    void refusesBadArguments() {
        ByteSource source = source(100);
        for (ByteRange range : List.of(new ByteRange(0, 101), new ByteRange(100, 1))) {
            assertThatThrownBy(() -> source.read(range)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> source.stream(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> source.stream(101)).isInstanceOf(IllegalArgumentException.class);
        assertThat(source.stream(100).collectList().block(PATIENCE)).isEmpty();
    }
}
