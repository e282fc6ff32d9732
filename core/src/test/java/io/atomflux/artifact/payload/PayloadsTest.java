package io.atomflux.artifact.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

@Timeout(60)
class PayloadsTest {

    private static final Scope SCOPE = Scope.owner("run-7");
    private static final NdArray LARGE = NdArray.of(new double[1000]);

    @TempDir
    Path base;

    private PayloadStore store;
    private Payloads payloads;
    private ObjectIO rows;

    @BeforeEach
    void open() {
        store = PayloadStore.folder(base);
        payloads = Payloads.in(store).threshold(2000);
        rows = ObjectIO.of(new ListBackend());
    }

    @Test
    @DisplayName("large values leave the row, small ones stay, and all come back with the same types")
    void externalizes() {
        Row row = Row.builder()
                .put("forces", LARGE)
                .put("energy", -1.5)
                .put("none", null)
                .build();
        Row stored = payloads.externalize(row, SCOPE).block();

        assertThat(stored.byteSize()).isLessThan(2500);
        assertThat(stored.get("energy")).isEqualTo(-1.5);
        assertThat(payloads.resolve(stored, "forces", NdArray.class).block()).isEqualTo(LARGE);
        assertThat(payloads.resolve(stored, "energy", Double.class).block()).isEqualTo(-1.5);
        assertThat(payloads.resolve(stored, "none", Double.class).block()).isNull();
        assertThat(payloads.resolve(stored, "absent", Double.class).block()).isNull();
        assertThatThrownBy(
                        () -> payloads.resolve(stored, "forces", String.class).block())
                .isInstanceOf(ValueTypeException.class);
        assertThat(payloads.load(stored).block()).isEqualTo(row);
    }

    @Test
    @DisplayName(
            "M10: references are lazy; a missing payload fails only its own value, naming the address, also if read ahead")
    void missingPayload() {
        Row two = Row.of("a", LARGE, "b", NdArray.of(new double[2000]));
        rows.append(payloads.externalize(two, SCOPE).block()).block();
        rows.append(payloads.externalize(two, SCOPE).block()).block();
        LazyRow lazy = payloads.lazy(rows.get(0).block());
        PayloadUrl gone = ((Lazy<?>) lazy.get("a")).ref().url();
        store.delete(gone).block();

        assertThat(lazy.isLazy("a")).isTrue();
        assertThat(lazy.load("b", NdArray.class).block().size()).isEqualTo(2000);
        assertThatThrownBy(() -> lazy.load("a", NdArray.class).block())
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining(gone.toString());

        List<LazyRow> ahead = payloads.prefetch(rows.rows(), 4).collectList().block();
        assertThat(ahead).hasSize(2);
        store.list(SCOPE)
                .map(PayloadEntry::url)
                .collectList()
                .flatMap(store::delete)
                .block();
        assertThat(ahead.get(0).load("b", NdArray.class).block().size()).isEqualTo(2000);
        assertThat(ahead.get(1).load("a", NdArray.class).block()).isEqualTo(LARGE);
        assertThatThrownBy(() -> ahead.get(0).load("a", NdArray.class).block())
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining(gone.toString());
    }

    @Test
    @DisplayName("M13: a user's keys are never taken for marks, small or large, at any depth")
    void keysCollide() {
        PayloadRef ref = store.writeObject(SCOPE, "x").block();
        Map<String, Object> evil = Map.of(
                "$payload", ref.toMap(),
                "DATAPAK-0", "mltraq.DataStore-0",
                "deep",
                        List.of(
                                Map.of("$payload", ref.toMap()),
                                Map.of("$$payload", 1),
                                Map.of("$uuid", "x"),
                                Map.of("$", 1)));
        for (Object value :
                List.of(evil, Map.of("$payload", ref.toMap()), Map.of("$payload", Map.of("large", "x".repeat(3000))))) {
            Row row = Row.of("v", value);
            Row stored = payloads.externalize(row, SCOPE).block();
            assertThat(payloads.load(stored).block()).isEqualTo(row);
            assertThat(payloads.lazy(stored).load("v", Map.class).block().toString())
                    .isEqualTo(row.get("v").toString());
        }
    }

    @Test
    @DisplayName("a mark nobody here knows is refused, not guessed")
    void unknownMark() {
        assertThatThrownBy(
                        () -> payloads.lazy(Row.of("v", Map.of("$uuid", "x"))).get("v"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("$uuid");
    }

    @Test
    @DisplayName(
            "lazy values nest: inside maps, lists, and the payloads of others, whose references are known from outside")
    void nested() {
        Row inner = payloads.externalize(Row.of("x", LARGE), SCOPE).block();
        Lazy<?> lazy = (Lazy<?>) payloads.lazy(inner).get("x");
        Map<String, Object> values = new HashMap<>();
        values.put("small", Map.of("in", List.of(1, lazy)));
        values.put("large", Map.of("text", "x".repeat(5000), "in", lazy));
        Row stored = payloads.externalize(values, SCOPE).block();

        assertThat(payloads.lazy(stored).get("small")).asString().contains("Lazy[file:///run-7/");
        Lazy<?> large = (Lazy<?>) payloads.lazy(stored).get("large");
        assertThat(large.ref().holds()).containsExactly(lazy.ref().url());
        Map<?, ?> loaded = large.as(Map.class).load().block();
        assertThat(((Lazy<?>) loaded.get("in")).as(NdArray.class).load().block())
                .isEqualTo(LARGE);
        Row whole = payloads.load(stored).block();
        assertThat(((Map<?, ?>) whole.get("large")).get("in")).isEqualTo(LARGE);
        assertThat(store.list(SCOPE).collectList().block()).hasSize(2);
    }

    @Test
    @DisplayName(
            "M16: a lazy value of another scope is copied, with all it refers to, so that deleting its owner breaks nothing")
    void copiesOnPersist() {
        Row inner = payloads.externalize(Row.of("x", LARGE), SCOPE).block();
        Row outer = payloads.externalize(
                        Map.of(
                                "v",
                                Map.of(
                                        "text",
                                        "x".repeat(5000),
                                        "in",
                                        payloads.lazy(inner).get("x"))),
                        SCOPE)
                .block();
        Scope other = Scope.owner("copy");
        Row copy = payloads.externalize(
                        Map.of(
                                "v",
                                payloads.lazy(outer).get("v"),
                                "w",
                                payloads.lazy(inner).get("x")),
                        other)
                .block();
        store.deleteScope(SCOPE).block();

        Row loaded = payloads.load(copy).block();
        assertThat(((Map<?, ?>) loaded.get("v")).get("in")).isEqualTo(LARGE);
        assertThat(loaded.get("w")).isEqualTo(LARGE);
        assertThat(Marks.urls(copy)).isNotEmpty().allMatch(url -> url.scope().equals("copy"));
    }

    @Test
    @DisplayName("a value no store can hold fails, with key and type, before anything is written")
    void refusesTypes() {
        Map<String, Object> row = Map.of("a", LARGE, "b", List.of(new Object()));
        assertThatThrownBy(() -> payloads.externalize(row, SCOPE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"b\"");
        assertThat(base).isEmptyDirectory();
    }

    @Test
    @DisplayName("M15: the collector reports orphans and dangling addresses, and tells them from what is kept")
    void reports() {
        Row stored = payloads.externalize(Row.of("a", LARGE), SCOPE).block();
        rows.append(stored).block();
        PayloadRef orphan = store.writeObject(SCOPE, "nobody's").block();
        store.writeObject(Scope.kept("manual"), "mine").block();
        PayloadRef gone = store.writeObject(SCOPE, "gone").block();
        rows.append(Row.of("g", Marks.of(gone))).block();
        store.delete(gone.url()).block();

        PayloadCollector.Report report =
                PayloadCollector.of(store).from(rows).report().block();
        assertThat(report.orphans()).extracting(PayloadEntry::url).containsExactly(orphan.url());
        assertThat(report.dangling()).containsExactly(gone.url());
    }

    @Test
    @DisplayName(
            "M15: orphans older than the grace period go, after a second look; expired ones too, kept and named ones never")
    void collects() {
        rows.append(payloads.externalize(Row.of("a", LARGE), SCOPE).block()).block();
        PayloadRef orphan = store.writeObject(SCOPE, "nobody's").block();
        PayloadRef kept = store.writeObject(Scope.kept("manual"), "mine").block();
        PayloadRef dated = store.writeObject(Scope.kept("cache").timeToLive(Duration.ofHours(1)), "old")
                .block();

        assertThat(PayloadCollector.of(store).from(rows).collect().block().removed())
                .isEqualTo(DeleteReport.NOTHING);
        PayloadCollector.Collected done = inTwoHours(
                        PayloadCollector.of(store).from(rows).grace(Duration.ofMillis(1)))
                .collect()
                .block();
        assertThat(done.removed().deleted()).isEqualTo(2);
        assertThat(done.dangling()).isEmpty();
        assertThat(store.readObject(kept, String.class).block()).isEqualTo("mine");
        for (PayloadRef removed : List.of(orphan, dated)) {
            assertThatThrownBy(() -> store.readObject(removed, String.class).block())
                    .isInstanceOf(ArtifactNotFoundException.class);
        }
        assertThat(payloads.load(rows.get(0).block()).block().get("a")).isEqualTo(LARGE);
    }

    private static PayloadCollector inTwoHours(PayloadCollector collector) {
        return collector.time(
                Clock.fixed(Instant.now().plus(Duration.ofHours(2)), ZoneOffset.UTC), Schedulers.parallel());
    }

    @Test
    @DisplayName("M16: what a reference names at the second look stays, though nothing named it at the first")
    void secondLook() {
        Row stored = payloads.externalize(Row.of("a", LARGE), SCOPE).block();
        AtomicInteger looks = new AtomicInteger();
        Flux<PayloadUrl> moving =
                Flux.defer(() -> looks.getAndIncrement() == 0 ? Flux.empty() : Flux.fromIterable(Marks.urls(stored)));
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        Mono<PayloadCollector.Collected> collecting = PayloadCollector.of(store)
                .from(moving)
                .grace(Duration.ofMinutes(10))
                .time(Clock.fixed(Instant.now().plus(Duration.ofHours(2)), ZoneOffset.UTC), time)
                .collect()
                .cache();
        collecting.subscribe();
        while (time.getScheduledTaskCount() == 0) {
            Thread.onSpinWait();
        }
        assertThat(looks).hasValue(1);
        time.advanceTimeBy(Duration.ofMinutes(10));
        assertThat(collecting.block().removed().deleted()).isZero();
        assertThat(looks).hasValue(2);
        assertThat(payloads.load(stored).block().get("a")).isEqualTo(LARGE);
    }

    @Test
    @DisplayName("what is referred to inside of payloads only is no orphan")
    void nestedIsNoOrphan() {
        Row inner = payloads.externalize(Row.of("x", LARGE), SCOPE).block();
        rows.append(payloads.externalize(
                                Map.of(
                                        "v",
                                        Map.of(
                                                "text",
                                                "x".repeat(5000),
                                                "in",
                                                payloads.lazy(inner).get("x"))),
                                SCOPE)
                        .block())
                .block();
        assertThat(PayloadCollector.of(store).from(rows).report().block().orphans())
                .isEmpty();
    }
}
