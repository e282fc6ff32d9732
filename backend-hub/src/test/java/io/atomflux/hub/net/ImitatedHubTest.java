package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.testkit.hub.Fault;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The client against the imitation of a hub: what users meet. */
@Timeout(60)
class ImitatedHubTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final byte[] file = new byte[3_000_000];
    private final FastTime time = new FastTime(100);
    private final List<HubClient> clients = new ArrayList<>();
    private final ImitatedDataset toy;
    private final ImitationHub hub;

    ImitatedHubTest() {
        new Random(23).nextBytes(file);
        toy = ImitatedDataset.of("lab/toy")
                .file("README.md", "hello")
                .file("co/c #1+é.parquet", file)
                .build();
        hub = ImitationHub.builder()
                .dataset(toy)
                .dataset(ImitatedDataset.of("lab/closed")
                        .gated("manual")
                        .file("a.parquet", new byte[2000])
                        .build())
                .dataset(ImitatedDataset.of("lab/mine")
                        .isPrivate(true)
                        .file("README.md", "mine")
                        .build())
                .token("good", "lab/mine", "lab/closed")
                .token("stranger")
                .start();
    }

    @AfterEach
    void close() {
        clients.forEach(client -> client.close().block(PATIENCE));
        hub.close();
        time.dispose();
    }

    private HubClient client(String token) {
        return client(token, Duration.ofMinutes(50));
    }

    private HubClient client(String token, Duration stall) {
        return client(token, stall, time);
    }

    private HubClient client(String token, Duration stall, Scheduler scheduler) {
        HubClient client = HubClients.of(NetOptions.builder(hub.endpoint())
                .token(() -> Optional.of(token).filter(given -> !given.isEmpty()))
                .scheduler(scheduler)
                .answerTimeout(Duration.ofMinutes(50)) // half a minute by that clock
                .idleTimeout(stall)
                .retryBudget(Duration.ofHours(5))
                .build());
        clients.add(client);
        return client;
    }

    private URI at(String path) {
        return URI.create(hub.endpoint() + path);
    }

    private ByteSource parquet() {
        return parquet(client(""));
    }

    private ByteSource parquet(HubClient client) {
        return client.file(
                        at("/datasets/lab/toy/resolve/" + toy.commit() + "/co/c%20%231%2B%C3%A9.parquet"),
                        "lab/toy",
                        OptionalLong.of(file.length))
                .block(PATIENCE);
    }

    private byte[] whole(ByteSource source) {
        return source.stream(0).reduce(new byte[0], HubClientTest::joined).block(PATIENCE);
    }

    @Test
    @DisplayName("a small file is found behind a relative redirect whose query counts, with the commit")
    void readme() {
        HubAnswer answer = client("")
                .get(at("/datasets/lab/toy/resolve/main/README.md"), 1000)
                .block(PATIENCE);
        assertThat(StandardCharsets.UTF_8.decode(answer.body()).toString()).isEqualTo("hello");
        assertThat(answer.commit()).contains(toy.commit());
    }

    @Test
    @DisplayName("missing, private and gated repositories, files and revisions are told apart as far as the hub does")
    void refusals() {
        String missing = "/api/datasets/lab/absent";
        for (String token : new String[] {"", "good"}) {
            assertThatThrownBy(() -> client(token).get(at(missing), 1000).block(PATIENCE))
                    .isInstanceOf(StoreNotFoundException.class);
        }
        assertThatThrownBy(() ->
                        client("wrong").get(at("/api/datasets/lab/toy"), 1000).block(PATIENCE))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("token is not valid");
        assertThatThrownBy(() -> client("")
                        .get(at("/datasets/lab/toy/resolve/nope/README.md"), 1000)
                        .block(PATIENCE))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("revision");
        assertThatThrownBy(() -> client("")
                        .get(at("/datasets/lab/toy/resolve/main/none"), 1000)
                        .block(PATIENCE))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("file");
        String gated = "/datasets/lab/closed/resolve/main/a.parquet";
        assertThatThrownBy(() -> client("").get(at(gated), 9999).block(PATIENCE))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("no login");
        assertThatThrownBy(() -> client("stranger").get(at(gated), 9999).block(PATIENCE))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("not approved");
        assertThat(client("good").get(at(gated), 9999).block(PATIENCE).body().remaining())
                .isEqualTo(2000);
        assertThat(hub.requests(Host.CDN))
                .allSatisfy(
                        request -> assertThat(request.header("authorization")).isEmpty());
    }

    @Test
    @DisplayName("faults of all kinds, again and again: the bytes are right, and the signature stays secret")
    void faults() {
        ByteSource source = parquet(client("", Duration.ofMinutes(3)));
        hub.inject(Fault.at(Host.HUB).status(503).times(2));
        hub.inject(Fault.at(Host.CDN)
                .skip(1)
                .status(429)
                .header("Retry-After", "2")
                .times(1));
        hub.inject(Fault.at(Host.CDN).skip(3).cutAfter(500_000).times(2));
        hub.inject(Fault.at(Host.CDN).skip(6).resetAfter(300_000).times(1));
        hub.inject(Fault.at(Host.CDN).skip(8).stallAfter(200_000).times(1));
        assertThat(whole(source)).isEqualTo(file);
        hub.revokeSignatures();
        assertThat(HubClientTest.bytes(source.read(new ByteRange(1000, 2000)).block(PATIENCE)))
                .isEqualTo(Arrays.copyOfRange(file, 1000, 3000));
        hub.clearFaults();
        assertThat(whole(source)).isEqualTo(file);
    }

    @Test
    @DisplayName("the machine is gone for ten seconds in the middle of a stream: nothing is lost, nothing comes twice")
    void outage() {
        AtomicInteger seen = new AtomicInteger();
        byte[] all = parquet(client("", Duration.ofMinutes(3))).stream(0)
                .limitRate(2)
                .concatMap(
                        part -> {
                            int before = seen.getAndAdd(part.remaining());
                            return before < 100_000 && seen.get() >= 100_000
                                    ? Mono.fromRunnable(hub::stop)
                                            .subscribeOn(Schedulers.boundedElastic())
                                            .then(Mono.fromRunnable(() -> restartLater()))
                                            .thenReturn(part)
                                    : Mono.just(part);
                        },
                        1)
                .reduce(new byte[0], HubClientTest::joined)
                .block(PATIENCE);
        assertThat(all).isEqualTo(file);
    }

    private void restartLater() {
        Mono.delay(Duration.ofMillis(100), Schedulers.boundedElastic()).subscribe(tick -> hub.start());
    }

    @Test
    @DisplayName(
            "many ranges at once: one request of the hub, one of the storage for each, no more at once than allowed")
    void manyRanges() {
        // Time stands still, in which a machine may be as slow as it is: no request makes room for others, to be made
        // again.
        ByteSource source = parquet(client("", Duration.ofMinutes(50), VirtualTimeScheduler.create()));
        byte[] all = Flux.range(0, 60)
                .flatMapSequential(i -> source.read(new ByteRange(i * 50_000L, 50_000)), 60)
                .reduce(new byte[0], HubClientTest::joined)
                .block(PATIENCE);
        assertThat(all).isEqualTo(file);
        assertThat(hub.requests(Host.HUB)).hasSize(1);
        assertThat(hub.requests(Host.CDN)).hasSize(60);
    }
}
