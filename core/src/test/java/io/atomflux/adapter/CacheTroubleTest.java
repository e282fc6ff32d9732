package io.atomflux.adapter;

import static io.atomflux.adapter.GatedRows.row;
import static io.atomflux.adapter.GatedRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.ObjectIO;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What others do to a cache, its source and its store while it is used. */
@Timeout(60)
class CacheTroubleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final CacheOptions DEFAULTS = CacheOptions.defaults();

    private final GatedRows source = GatedRows.of("source", 300);
    private final GatedRows by = new GatedRows("by");

    private CachedBackend<Row> cached(CacheOptions options) {
        return new CachedBackend<>(source, by, options);
    }

    private static List<Row> all(RowBackend<Row> backend) {
        return ObjectIO.of(backend).rows().collectList().block(PATIENCE);
    }

    private static List<Row> bigRows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Row.of("info.i", i, "info.text", "x".repeat(8 << 10)))
                .toList();
    }

    private static void release(Sinks.Empty<Void> gate) {
        assertThat(gate.tryEmitEmpty()).isEqualTo(Sinks.EmitResult.OK);
    }

    @Test
    @DisplayName("a thousand who wait for a row of a source that cannot be reached are told by one attempt")
    void failsTogether() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        Sinks.Empty<Void> opened = Sinks.empty();
        source.gate = call -> call.equals("get")
                ? opened.asMono().then(Mono.error(new StoreUnavailableException("source", "gone", null)))
                : Mono.empty();
        Mono<List<Throwable>> told = Flux.range(0, 1000)
                .flatMap(
                        i -> cached.get(7, Columns.ALL)
                                .<Throwable>map(row -> new AssertionError("a row"))
                                .onErrorResume(Mono::just),
                        1000)
                .collectList()
                .cache();
        told.subscribe();
        release(opened);
        assertThat(told.block(PATIENCE)).hasSize(1000).allMatch(StoreUnavailableException.class::isInstance);
        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(cached.underWay()).isZero();
        source.gate = call -> Mono.empty();
        assertThat(cached.get(7, Columns.ALL).block()).isEqualTo(row(7));
    }

    @Test
    @DisplayName("a source that cannot be reached at first is asked again by who comes later")
    void beginsAgainAfterAFailure() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        source.gate = call -> Mono.error(new StoreUnavailableException("source", "not yet", null));
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> cached.size().block(PATIENCE)))
                    .isInstanceOf(StoreUnavailableException.class);
        }
        source.gate = call -> Mono.empty();
        assertThat(cached.size().block(PATIENCE)).isEqualTo(300);
        assertThat(all(cached)).hasSize(300);
    }

    @Test
    @DisplayName("a damaged row fails those who asked for it, not those who wait for one fetched beside it")
    void failsThoseConcerned() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        Sinks.Empty<Void> opened = Sinks.empty();
        source.gate = call -> call.equals("next")
                ? opened.asMono().then(Mono.error(new CorruptDataException("source", "row 3", "damaged", null)))
                : Mono.empty();
        Mono<List<Row>> stream = ObjectIO.of(cached).rows(0, 20).collectList().cache();
        stream.subscribe(rows -> {}, failure -> {});
        Mono<List<Row>> same = ObjectIO.of(cached).rows(0, 20).collectList().cache();
        same.subscribe(rows -> {}, failure -> {});
        Mono<Row> waiting = cached.get(7, Columns.ALL).cache();
        waiting.subscribe();
        assertThat(source.calls("get")).isZero();
        release(opened);
        assertThat(waiting.block(PATIENCE)).isEqualTo(row(7));
        for (Mono<List<Row>> failing : List.of(stream, same)) {
            assertThat(catchThrowable(() -> failing.block(PATIENCE))).isInstanceOf(CorruptDataException.class);
        }
        assertThat(source.calls("next")).isEqualTo(1);
    }

    @Test
    @DisplayName("a stream goes on when somebody clears the cache, since its source is what it was")
    void goesOnWhenCleared() {
        source.rows = bigRows(100);
        for (boolean warm : new boolean[] {false, true}) {
            CachedBackend<Row> cached = cached(DEFAULTS);
            RowReader<Row> reader = cached.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
            List<Row> seen = new ArrayList<>();
            for (var batch = reader.next(64 << 10).block();
                    batch != null;
                    batch = reader.next(64 << 10).block()) {
                for (int i = 0; i < batch.size(); i++) {
                    seen.add(batch.row(i));
                }
                if (seen.size() < 60) {
                    by.change(List.of());
                }
            }
            reader.close().block();
            assertThat(seen).as("warm: %s", warm).isEqualTo(source.rows);
            assertThat(source.open.get() + by.open.get()).isZero();
            int fetched = source.calls("next");
            assertThat(ObjectIO.of(cached(DEFAULTS)).rows("60:").collectList().block(PATIENCE))
                    .isEqualTo(source.rows.subList(60, 100));
            assertThat(source.calls("next")).as("went on keeping").isEqualTo(fetched);
        }
    }

    @Test
    @DisplayName("rows are kept, or the cache is begun anew, when it is cut just before they are written")
    void keepsRowsInACutStore() {
        for (int left = 0; left < 40; left += 13) {
            GatedRows to = new GatedRows("by");
            CachedBackend<Row> cached = new CachedBackend<>(source, to, DEFAULTS);
            all(cached);
            ObjectIO.of(cached).rows("20:60").evict().block();
            List<Row> rest = to.rows.subList(0, left);
            AtomicInteger cuts = new AtomicInteger();
            to.gate = call -> call.equals("set") && cuts.getAndIncrement() == 0
                    ? Mono.fromRunnable(() -> to.change(rest))
                    : Mono.empty();
            assertThat(ObjectIO.of(cached).rows("20:60").collectList().block(PATIENCE))
                    .as("left %d", left)
                    .isEqualTo(source.rows.subList(20, 60));
            assertThat(cuts).hasValueGreaterThan(0);
            assertThat(all(cached)).isEqualTo(source.rows);
        }
    }

    @Test
    @DisplayName("rows stand at their places, also when source or cache are cut just before a reader looks")
    void neverShiftsRows() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        all(cached);
        AtomicInteger cuts = new AtomicInteger();
        by.gate = call -> call.equals("next") && cuts.getAndIncrement() == 0
                ? Mono.fromRunnable(() -> by.change(by.rows.subList(0, 100)))
                : Mono.empty();
        List<Row> reversed = new ArrayList<>(source.rows);
        Collections.reverse(reversed);
        assertThat(ObjectIO.of(cached).rows("::-1").collectList().block(PATIENCE))
                .isEqualTo(reversed);
        GatedRows to = new GatedRows("to");
        CachedBackend<Row> unchecked = new CachedBackend<>(source, to, DEFAULTS.withoutCheck());
        source.tagged = false;
        unchecked.size().block();
        source.change(rows(0, 200));
        assertThat(catchThrowable(
                        () -> ObjectIO.of(unchecked).rows("::-1").collectList().block(PATIENCE)))
                .isInstanceOf(StoreChangedException.class);
        assertThat(to.rows.stream().filter(row -> row.has("info.i"))).isEmpty();
    }

    @Test
    @DisplayName("a source that changed is cached anew also in a store that changes only some rows by one call")
    void refreshesInPieces() {
        by.mostAtomic = 70;
        assertThat(all(cached(DEFAULTS))).isEqualTo(source.rows);
        source.change(rows(1000, 1010));
        CachedBackend<Row> cached = cached(DEFAULTS);
        assertThat(all(cached)).isEqualTo(source.rows);
        assertThat(by.rows).hasSize(11);
        assertThat(ObjectIO.of(cached).rows().evict().block()).isEqualTo(10);
        assertThat(ObjectIO.of(cached).rowsAt(3, 3, -1).evict().block()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "a full disk fails the read by name, or is reported; once there is room, the same handle goes on keeping")
    void tellsOfAFullDisk() {
        AtomicInteger writes = new AtomicInteger();
        by.gate = call -> (call.equals("set") || call.equals("reserve")) && writes.incrementAndGet() > 3
                ? Mono.error(new StoreFullException("by", "no space left on the disk", null))
                : Mono.empty();
        source.rows = bigRows(100);
        CachedBackend<Row> strict = cached(DEFAULTS.withReadAhead(2));
        assertThat(catchThrowable(() -> all(strict)))
                .isInstanceOf(StoreFullException.class)
                .hasMessageContaining("no space left");
        List<Throwable> told = Collections.synchronizedList(new ArrayList<>());
        assertThat(all(cached(DEFAULTS.withFailuresReported(told::add)))).isEqualTo(source.rows);
        assertThat(told).isNotEmpty().allMatch(StoreFullException.class::isInstance);
        by.gate = call -> Mono.empty();
        assertThat(all(strict)).isEqualTo(source.rows);
        int calls = source.calls("next");
        assertThat(all(strict)).isEqualTo(source.rows);
        assertThat(source.calls("next")).isEqualTo(calls);
    }

    @Test
    @DisplayName("who takes one row makes the source give no more than the first batches")
    void asksForLittle() {
        source.rows = bigRows(3000);
        AtomicInteger fetched = new AtomicInteger();
        CachedBackend<Row> cached = new CachedBackend<>(new WatchingRows(source, fetched), by, DEFAULTS);
        assertThat(ObjectIO.of(cached).rows().take(1, true).collectList().block(PATIENCE))
                .hasSize(1);
        assertThat(fetched.get()).isLessThanOrEqualTo(100);
        ObjectIO.of(cached).rows().limitRate(1).take(200).blockLast(PATIENCE);
        assertThat(fetched.get()).isLessThanOrEqualTo(1000);
        assertThat(source.open.get() + by.open.get()).isZero();
    }

    @Test
    @DisplayName("a bounded cache uses all of its room after its source changed, too")
    void usesItsRoomAnew() {
        CachedBackend<Row> cached = cached(DEFAULTS.withMaxRows(250).withValidation(CacheOptions.Validation.EACH_VIEW));
        source.rows = bigRows(300);
        all(cached);
        source.change(bigRows(200));
        assertThat(all(cached)).isEqualTo(source.rows);
        int calls = source.calls("next");
        assertThat(all(cached)).isEqualTo(source.rows);
        assertThat(source.calls("next")).as("200 rows fit in 250").isEqualTo(calls);
    }

    @Test
    @DisplayName("several that bound the same cache keep at most as much together as each of them may")
    void boundsTogether() {
        CacheOptions bounded = DEFAULTS.withMaxRows(60);
        List<CachedBackend<Row>> handles = List.of(cached(bounded), cached(bounded), cached(bounded));
        for (int epoch = 0; epoch < 4; epoch++) {
            for (CachedBackend<Row> handle : handles) {
                assertThat(all(handle)).isEqualTo(source.rows);
                assertThat(by.rows.stream().filter(row -> row.has("info.i")).count())
                        .isLessThanOrEqualTo(180);
            }
        }
    }

    @Test
    @DisplayName("the keys a cache adds cannot be read through it")
    void hidesItsKeys() {
        ObjectIO store = ObjectIO.of(cached(DEFAULTS));
        store.rows().prefetch().block();
        assertThat(catchThrowable(
                        () -> store.column("info.atomflux_cache").collectList().block(PATIENCE)))
                .isInstanceOf(MissingValueException.class);
        assertThat(store.get(3, "info.atomflux_cache").block()).isEqualTo(Row.empty());
    }
}
