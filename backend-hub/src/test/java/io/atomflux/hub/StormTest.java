package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.hub.catalog.Catalog;
import io.atomflux.hub.catalog.CatalogOptions;
import io.atomflux.hub.catalog.DatasetRequest;
import io.atomflux.hub.net.FastTime;
import io.atomflux.hub.net.HubClient;
import io.atomflux.hub.net.HubClients;
import io.atomflux.hub.net.NetOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.hub.Fault;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Everything goes wrong at random, while many read. */
@Timeout(600)
class StormTest {

    static {
        BlockHoundGuard.install();
    }

    private static final int STORMS = Boolean.getBoolean("atomflux.proof") ? 60 : 3;
    private static final int CLOSINGS = Boolean.getBoolean("atomflux.proof") ? 600 : 25;
    private static final int FILES = 6;
    private static final int FAULTS = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ObjectIO open(ImitationHub hub, FastTime time) {
        HubClient client = HubClients.of(NetOptions.builder(hub.endpoint())
                .scheduler(time)
                .answerTimeout(Duration.ofSeconds(1000)) // one by that clock
                .idleTimeout(Duration.ofSeconds(1000))
                .retryBudget(Duration.ofHours(10))
                .retries(FAULTS + 5)
                .parallelRequests(4)
                .build());
        HubLink link = new HubLink(client, Catalog.of(client, new CatalogOptions(Optional.empty(), false, false)));
        HubOptions options =
                HubOptions.builder().parallel(4).readAhead(20_000).keep(20_000).build();
        DatasetRequest request = new DatasetRequest(
                "lab/many", "main", Optional.of("default"), Optional.empty(), List.of(), Optional.empty(), false);
        return ObjectIO.of(new HubBackend(
                "hf://lab/many", request, options, Optional.of(ColumnMapping.COLABFIT), Mono.just(link)));
    }

    private static Fault fault(Random random) {
        Fault at = Fault.at(random.nextInt(4) == 0 ? Host.HUB : Host.CDN)
                .skip(random.nextInt(3))
                .times(1 + random.nextInt(2));
        return switch (random.nextInt(9)) {
            case 0 -> at.status(429).header("Retry-After", "1");
            case 1 -> at.status(429).header("RateLimit", "\"api\";r=0;t=1");
            case 2 -> at.status(500 + random.nextInt(5));
            case 3 -> at.status(408);
            case 4 -> at.resetAfter(random.nextInt(300));
            case 5 -> at.cutAfter(random.nextInt(300));
            case 6 -> at.times(1).stallAfter(random.nextInt(300));
            case 7 -> at.ignoreRange();
            default -> at.times(1).delay(Duration.ofMillis(random.nextInt(50)));
        };
    }

    @Test
    @DisplayName(
            "in storms several scans, random rows, lists and the size are right, whoever gives up meanwhile, and nothing stays held")
    void storms() {
        ImitatedDataset.Builder large = ImitatedDataset.of("lab/many").cardData(HubRows.CARD);
        List<Row> expected = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            large.file("co/co_%d.parquet".formatted(i), HubRows.bytes("colabfit/co/co_0.parquet"));
            expected.addAll(HubRows.colabfit(0, 20));
        }
        FastTime time = new FastTime();
        try (ImitationHub hub = ImitationHub.builder().dataset(large.build()).start()) {
            for (int seed = 0; seed < STORMS; seed++) {
                Random random = new Random(seed);
                ObjectIO store = open(hub, time);
                for (int i = 0; i < FAULTS; i++) {
                    hub.inject(fault(random));
                }
                if (random.nextBoolean()) {
                    hub.revokeSignatures();
                }
                List<Mono<?>> readers = new ArrayList<>();
                readers.add(same(store.rows(), expected, seed));
                readers.add(same(store.rows().limitRate(1), expected, seed));
                int[] some = IntStream.range(0, 20)
                        .map(i -> random.nextInt(FILES * 20))
                        .toArray();
                readers.add(same(
                        store.rowsAt(IntStream.of(some).asLongStream().toArray()),
                        IntStream.of(some).mapToObj(expected::get).toList(),
                        seed));
                readers.add(Flux.range(0, 10)
                        .flatMap(i -> same(store.get(some[i]).flux(), List.of(expected.get(some[i])), 0))
                        .then());
                readers.add(store.size().doOnNext(size -> assertThat(size).isEqualTo(expected.size())));
                for (int i = 0; i < 10; i++) {
                    Flux<?> some2 =
                            i % 2 == 0 ? store.rows() : store.get(some[i]).flux();
                    readers.add(some2.takeUntilOther(Mono.delay(Duration.ofMillis(random.nextInt(200))))
                            .then());
                }
                Flux.fromIterable(readers)
                        .flatMap(r -> r, readers.size())
                        .then()
                        .block(PATIENCE);
                hub.clearFaults();
                // No permit is gone: as many requests as allowed can run, several times.
                same(store.rows(), expected, seed).block(PATIENCE);
                awaitNothingHeld();
                store.close().block(PATIENCE);
            }
            Flux.interval(Duration.ofMillis(20))
                    .map(tick ->
                            hub.load(Host.CDN).running() + hub.load(Host.HUB).running())
                    .takeUntil(running -> running == 0)
                    .blockLast(PATIENCE);
        } finally {
            time.dispose();
        }
    }

    /** Who gave up is told at once; what it held is given back by whoever was about to tell it something. */
    private static void awaitNothingHeld() {
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .map(tick -> Memory.SHARED.used())
                .takeUntil(held -> held == 0)
                .blockLast(PATIENCE);
    }

    private static Mono<Void> same(Flux<Row> rows, List<Row> expected, int seed) {
        return rows.collectList()
                .doOnNext(all -> assertThat(all).as("storm %d", seed).isEqualTo(expected))
                .then();
    }

    @Test
    @DisplayName("closing in the middle of everything ends all who read, and leaves nothing held")
    void closingDuringEverything() {
        ImitatedDataset.Builder large = ImitatedDataset.of("lab/many").cardData(HubRows.CARD);
        for (int i = 0; i < FILES; i++) {
            large.file("co/co_%d.parquet".formatted(i), HubRows.bytes("colabfit/co/co_0.parquet"));
        }
        FastTime time = new FastTime();
        Random random = new Random(31);
        try (ImitationHub hub = ImitationHub.builder()
                .dataset(large.build())
                .latency(Duration.ofMillis(3))
                .start()) {
            for (int round = 0; round < CLOSINGS; round++) {
                ObjectIO store = open(hub, time);
                Mono<Void> all = Flux.merge(
                                store.rows().then(),
                                store.size().then(),
                                store.rows("::-1").then(),
                                store.get(7).then())
                        .then()
                        .onErrorComplete();
                Mono<Void> close =
                        Mono.delay(Duration.ofMillis(random.nextInt(60))).then(store.close());
                Mono.when(all, close).block(PATIENCE);
            }
            awaitNothingHeld();
        } finally {
            time.dispose();
        }
    }
}
