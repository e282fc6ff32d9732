package io.atomflux.adapter;

import static io.atomflux.adapter.GatedRows.row;
import static io.atomflux.adapter.GatedRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.ObjectIO;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

@Timeout(60)
class CachedBackendTest {

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

    private static Throwable failure(Mono<?> call) {
        return catchThrowable(() -> call.block(PATIENCE));
    }

    @Test
    @DisplayName(
            "a stream of missing rows is one stream of the source, with one write for each batch; a second one asks for nothing")
    void fetchesTogether() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        assertThat(all(cached)).isEqualTo(source.rows);
        assertThat(source.calls("reader")).isEqualTo(1);
        assertThat(source.calls("get")).isZero();
        assertThat(by.calls("set")).isLessThanOrEqualTo(source.calls("next"));
        assertThat(by.calls("append")).isEqualTo(1);
        int calls = source.calls();
        assertThat(all(cached)).isEqualTo(source.rows);
        assertThat(cached.size().block()).isEqualTo(300);
        assertThat(cached.get(-1, Columns.ALL).block()).isEqualTo(row(299));
        assertThat(ObjectIO.of(cached).column("info.i").count().block()).isEqualTo(300);
        assertThat(source.calls()).isEqualTo(calls);
    }

    @Test
    @DisplayName("rows missing here and there are fetched by one stream for each batch, in the order asked for")
    void fillsHoles() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        ObjectIO store = ObjectIO.of(cached);
        assertThat(store.rows("::3").collectList().block()).hasSize(100);
        int readers = source.calls("reader");
        int batches = source.calls("next");
        assertThat(store.rows("::-1").collectList().block())
                .hasSize(300)
                .first()
                .isEqualTo(row(299));
        assertThat(source.calls("reader") - readers).isBetween(1, source.calls("next") - batches);
        assertThat(source.calls("get")).isZero();
        assertThat(all(cached)).isEqualTo(source.rows);
    }

    @Test
    @DisplayName("many who need a missing row at the same time have it fetched once")
    void asksOnce() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        Sinks.Empty<Void> opened = Sinks.empty();
        source.gate = call -> call.equals("get") ? opened.asMono() : Mono.empty();
        List<Row> seen = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(16);
        for (int i = 0; i < 16; i++) {
            Mono<Row> reading = i % 2 == 0
                    ? cached.get(7, Columns.ALL)
                    : ObjectIO.of(cached).rowsAt(7).next();
            reading.subscribe(row -> {
                seen.add(row);
                done.countDown();
            });
        }
        assertThat(source.calls("get")).isEqualTo(1);
        opened.tryEmitEmpty();
        await(done);
        assertThat(seen).hasSize(16).containsOnly(row(7));
        assertThat(source.calls("get") + source.calls("next")).isEqualTo(1);
        assertThat(cached.underWay()).isZero();
    }

    @Test
    @DisplayName("streams side by side fetch each row once")
    void streamsShareWhatTheyFetch() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        AtomicInteger fetched = new AtomicInteger();
        WatchingRows counted = new WatchingRows(source, fetched);
        CachedBackend<Row> watched = new CachedBackend<>(counted, by, DEFAULTS);
        List<List<Row>> seen = Flux.range(0, 6)
                .flatMap(i -> ObjectIO.of(watched)
                        .rows()
                        .subscribeOn(Schedulers.parallel())
                        .collectList())
                .collectList()
                .block(PATIENCE);
        assertThat(seen).hasSize(6).allSatisfy(rows -> assertThat(rows).isEqualTo(source.rows));
        assertThat(fetched).hasValue(300);
        assertThat(cached.underWay()).isZero();
    }

    @Test
    @DisplayName("who waits for a fetch that is cancelled fetches for itself")
    void survivesTheOther() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        source.gate = call -> call.equals("get") && source.calls("get") == 1 ? Mono.never() : Mono.empty();
        Disposable first = cached.get(7, Columns.ALL).subscribe();
        Mono<Row> second = cached.get(7, Columns.ALL).cache();
        second.subscribe();
        assertThat(cached.underWay()).isEqualTo(1);
        first.dispose();
        assertThat(second.block(PATIENCE)).isEqualTo(row(7));
        assertThat(cached.underWay()).isZero();
    }

    @Test
    @DisplayName("cancelled at any step, nothing stays under way or open, and the next read finds all")
    void cancelsAtEveryStep() {
        for (boolean stream : new boolean[] {true, false}) {
            for (int held = 1; held < 40; held++) {
                GatedRows from = GatedRows.of("source", 200);
                GatedRows to = new GatedRows("by");
                AtomicInteger steps = new AtomicInteger();
                int stop = held;
                from.gate = call -> steps.incrementAndGet() == stop ? Mono.never() : Mono.empty();
                to.gate = from.gate;
                CachedBackend<Row> cached = new CachedBackend<>(from, to, DEFAULTS.withReadAhead(stream ? 1 : 0));
                Disposable running = stream
                        ? ObjectIO.of(cached).rows().subscribe()
                        : cached.get(3, Columns.ALL).subscribe();
                running.dispose();
                from.gate = call -> Mono.empty();
                to.gate = from.gate;
                assertThat(cached.underWay()).as("step %d", held).isZero();
                if (steps.get() >= stop) {
                    awaitTrue(() -> from.open.get() == 0
                            && to.open.get() == 0
                            && cached.calls().running() == 0);
                }
                assertThat(all(cached)).isEqualTo(from.rows);
                assertThat(cached.underWay()).isZero();
            }
        }
    }

    @Test
    @DisplayName(
            "a failed write to the cache fails the read with its outcome, or is reported and the rows come all the same")
    void tellsOfFailures() {
        by.gate = call -> call.equals("set")
                ? Mono.error(new WriteFailedException("by", Outcome.UNKNOWN, new java.io.IOException("disk gone")))
                : Mono.empty();
        CachedBackend<Row> strict = cached(DEFAULTS);
        assertThat(failure(strict.get(1, Columns.ALL)))
                .isInstanceOfSatisfying(
                        WriteFailedException.class,
                        error -> assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThatThrownBy(() -> all(strict)).isInstanceOf(WriteFailedException.class);
        assertThat(strict.underWay()).isZero();
        List<Throwable> told = new CopyOnWriteArrayList<>();
        CachedBackend<Row> lenient = cached(DEFAULTS.withFailuresReported(told::add));
        assertThat(all(lenient)).isEqualTo(source.rows);
        assertThat(told).isNotEmpty().allSatisfy(error -> assertThat(error).isInstanceOf(WriteFailedException.class));
        by.gate = call ->
                call.equals("next") ? Mono.error(new StoreUnavailableException("by", "gone", null)) : Mono.empty();
        told.clear();
        assertThat(all(lenient)).isEqualTo(source.rows);
        assertThat(all(lenient)).isEqualTo(source.rows);
        assertThat(told).isNotEmpty();
    }

    @Test
    @DisplayName(
            "rows fetched while the source changes are not kept: the read begins anew, a stream that has emitted is told")
    void neverMixes() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        List<Row> next = rows(1000, 1200);
        source.gate = call -> call.equals("next") && source.calls("next") == 1
                ? Mono.fromRunnable(() -> source.change(next))
                : Mono.empty();
        assertThat(all(cached)).isEqualTo(next);
        assertThat(all(cached(DEFAULTS))).isEqualTo(next);
        source.change(rows(0, 300));
        Flux<Row> stream = ObjectIO.of(cached).rows();
        assertThat(cached.get(0, Columns.ALL).block()).isEqualTo(row(1000)); // not asked since
        assertThat(failure(stream.limitRate(1)
                        .doOnNext(row -> {
                            if (row.equals(row(1003))) {
                                by.change(by.rows.subList(0, 2));
                            }
                        })
                        .then()))
                .isNull(); // what was read ahead, and found before, is emitted
        assertThat(all(cached(DEFAULTS))).isEqualTo(rows(0, 300));
    }

    @Test
    @DisplayName(
            "a stream that runs while another reader finds the source changed is told after the rows it has emitted")
    void tellsRunningStreams() {
        source.rows = bigRows(100);
        CachedBackend<Row> cached = cached(DEFAULTS);
        var reader = cached.reader(io.atomflux.spi.ReadRequest.of(io.atomflux.spi.Selection.ALL, Columns.ALL));
        int emitted = reader.next(64 << 10).block().size();
        source.change(rows(500, 700));
        assertThat(failure(cached.get(99, Columns.ALL))).isNull();
        assertThat(failure(reader.next(64 << 10)))
                .isInstanceOfSatisfying(
                        StoreChangedException.class,
                        error -> assertThat(error.emitted()).isEqualTo(emitted));
        reader.close().block();
        assertThat(source.open).hasValue(0);
        assertThat(all(cached)).isEqualTo(rows(500, 700));
    }

    private static List<Row> bigRows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Row.of("info.i", i, "info.text", "x".repeat(8 << 10)))
                .toList();
    }

    @Test
    @DisplayName("a write that comes late, after another program has refreshed the cache, is never read")
    void lateWritesAreMissing() {
        CachedBackend<Row> slow = cached(DEFAULTS);
        slow.size().block();
        Sinks.Empty<Void> opened = Sinks.empty();
        by.gate = call -> call.equals("set") && by.calls("set") == 1 ? opened.asMono() : Mono.empty();
        Mono<Row> reading = slow.get(5, Columns.ALL).cache();
        reading.subscribe();
        assertThat(by.calls("set")).isEqualTo(1);
        source.change(rows(1000, 1300));
        CachedBackend<Row> other = cached(DEFAULTS);
        assertThat(other.get(4, Columns.ALL).block()).isEqualTo(row(1004));
        opened.tryEmitEmpty();
        assertThat(reading.block(PATIENCE)).isEqualTo(row(5)); // read before the change
        assertThat(other.get(5, Columns.ALL).block()).isEqualTo(row(1005));
        assertThat(all(other)).isEqualTo(source.rows);
    }

    @Test
    @DisplayName("two that refresh or begin a cache at the same time agree")
    void agreesOnTheHeader() {
        for (int round = 0; round < 50; round++) {
            GatedRows to = new GatedRows("by");
            GatedRows from = GatedRows.of("source", 20);
            CachedBackend<Row> before = new CachedBackend<>(from, to, DEFAULTS);
            if (round % 2 == 0) {
                all(before);
                from.change(rows(50, 80));
            }
            List<List<Row>> seen = Flux.range(0, 4)
                    .flatMap(i -> Mono.defer(() -> ObjectIO.of(new CachedBackend<>(from, to, DEFAULTS))
                                    .rows()
                                    .collectList())
                            .retry(5)
                            .subscribeOn(Schedulers.parallel()))
                    .collectList()
                    .block(PATIENCE);
            assertThat(seen).hasSize(4).allSatisfy(rows -> assertThat(rows).isEqualTo(from.rows));
            int calls = from.calls("next");
            assertThat(all(new CachedBackend<>(from, to, DEFAULTS))).isEqualTo(from.rows);
            assertThat(from.calls("next")).isEqualTo(calls);
        }
    }

    @Test
    @DisplayName("a source that cannot tell whether it changed is refused by name, unless that was chosen")
    void refusesSourcesWithoutTag() {
        source.tagged = false;
        assertThat(failure(cached(DEFAULTS).size()))
                .isInstanceOf(UnsupportedStoreOperationException.class)
                .hasMessageContaining("source")
                .hasMessageContaining("withoutCheck");
        assertThat(by.rows).isEmpty();
        CachedBackend<Row> unchecked = cached(DEFAULTS.withoutCheck());
        assertThat(all(unchecked)).isEqualTo(source.rows);
        assertThat(unchecked.etag().block()).isNull();
        source.change(rows(5, 6));
        assertThat(all(unchecked)).isEqualTo(rows(0, 300));
    }

    @Test
    @DisplayName("the source is asked once whether it changed, for each view, or never, when it need not even be there")
    void validates() {
        all(cached(DEFAULTS));
        int tags = source.calls("etag");
        CachedBackend<Row> onOpen = cached(DEFAULTS);
        all(onOpen);
        all(onOpen);
        assertThat(source.calls("etag") - tags).isEqualTo(1);
        CachedBackend<Row> eachView = cached(DEFAULTS.withValidation(CacheOptions.Validation.EACH_VIEW));
        all(eachView);
        all(eachView);
        assertThat(eachView.etag().block()).isEqualTo("r0");
        assertThat(source.calls("etag") - tags).isGreaterThanOrEqualTo(4);
        source.change(rows(7, 9));
        assertThat(all(onOpen)).hasSize(300);
        assertThat(all(eachView)).isEqualTo(rows(7, 9));
        source.gate = call -> Mono.error(new StoreUnavailableException("source", "gone", null));
        CachedBackend<Row> never = cached(DEFAULTS.withValidation(CacheOptions.Validation.NEVER));
        assertThat(all(never)).isEqualTo(rows(7, 9));
        assertThat(failure(cached(DEFAULTS).size())).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("a cache that shall not refresh itself refuses a source that changed, and keeps its rows")
    void failsOnChange() {
        all(cached(DEFAULTS));
        List<Row> kept = by.rows;
        source.change(rows(7, 9));
        assertThat(failure(cached(DEFAULTS.withOnChange(CacheOptions.OnChange.FAIL))
                        .size()))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("before it changed");
        assertThat(by.rows).isEqualTo(kept);
    }

    @Test
    @DisplayName("a cache of another source is refused, unless both bear one name")
    void refusesOtherSources() {
        all(cached(DEFAULTS.withSourceName("data")));
        GatedRows moved = GatedRows.of("elsewhere", 300);
        assertThat(failure(new CachedBackend<>(moved, by, DEFAULTS).size()))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("a cache of data");
        assertThat(all(new CachedBackend<>(moved, by, DEFAULTS.withSourceName("data"))))
                .isEqualTo(moved.rows);
        assertThat(moved.calls("next")).isZero();
    }

    @Test
    @DisplayName("a cache as source of a cache is refused where its keys would be mistaken for ours")
    void refusesItsOwnKeys() {
        all(cached(DEFAULTS));
        CachedBackend<Row> twice = new CachedBackend<>(by, new GatedRows("twice"), DEFAULTS);
        assertThat(failure(twice.get(1, Columns.ALL))).isInstanceOf(UnsupportedDataException.class);
    }

    @Test
    @DisplayName("some keys of a missing row fetch and keep all of it, or only those each time")
    void readsInPart() {
        ObjectIO whole = ObjectIO.of(cached(DEFAULTS));
        assertThat(whole.column("info.i").count().block()).isEqualTo(300);
        int calls = source.calls();
        assertThat(whole.rows().collectList().block()).isEqualTo(source.rows);
        assertThat(source.calls()).isEqualTo(calls);
        GatedRows other = new GatedRows("other");
        ObjectIO part = ObjectIO.of(new CachedBackend<>(source, other, DEFAULTS.withoutPartialReads()));
        assertThat(part.column("info.i").take(5).collectList().block()).isEqualTo(List.of(0L, 1L, 2L, 3L, 4L));
        assertThat(part.get(8, "info.i").block()).isEqualTo(Row.of("info.i", 8));
        assertThat(other.calls("set")).isZero();
        assertThat(part.rows("::2").collectList().block()).hasSize(150);
        assertThat(part.columns("info.i").collectList().block())
                .isEqualTo(source.rows.stream()
                        .map(row -> row.only(List.of("info.i")))
                        .toList());
        assertThat(part.rows().collectList().block()).isEqualTo(source.rows);
    }

    @Test
    @DisplayName("a bounded cache holds no more rows than it may, and still serves some of them in the next epoch")
    void staysWithinItsRoom() {
        CachedBackend<Row> cached = cached(DEFAULTS.withMaxRows(120));
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(all(cached)).isEqualTo(source.rows);
            assertThat(by.rows.stream().filter(row -> !row.isReserved()).count())
                    .isLessThanOrEqualTo(121);
        }
        AtomicInteger fetched = new AtomicInteger();
        CachedBackend<Row> later =
                new CachedBackend<>(new WatchingRows(source, fetched), by, DEFAULTS.withMaxRows(120));
        assertThat(all(later)).isEqualTo(source.rows);
        assertThat(fetched.get()).isLessThan(300);
        assertThat(by.rows.stream().filter(row -> !row.isReserved()).count()).isLessThanOrEqualTo(121);
    }

    @Test
    @DisplayName("rows are fetched ahead while the reader works, as many batches as asked for and no more")
    void readsAhead() {
        source.rows = bigRows(200);
        AtomicInteger fetched = new AtomicInteger();
        CachedBackend<Row> cached =
                new CachedBackend<>(new WatchingRows(source, fetched), by, DEFAULTS.withReadAhead(3));
        var reader = cached.reader(io.atomflux.spi.ReadRequest.of(io.atomflux.spi.Selection.ALL, Columns.ALL));
        int first = reader.next(64 << 10).block().size();
        awaitTrue(() -> fetched.get() >= 3 * first);
        awaitTrue(() -> cached.underWay() == 0);
        assertThat(fetched.get()).isLessThanOrEqualTo(6 * first);
        int count = first;
        for (var batch = reader.next(64 << 10).block();
                batch != null;
                batch = reader.next(64 << 10).block()) {
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.row(i)).isEqualTo(source.rows.get(count++));
            }
        }
        assertThat(count).isEqualTo(200);
        reader.close().block();
        assertThat(fetched).hasValue(200);
        awaitTrue(() ->
                source.open.get() == 0 && by.open.get() == 0 && cached.calls().running() == 0);
    }

    @Test
    @DisplayName("a stream asks for no row again that is kept, or being fetched, wherever its batches end")
    void asksForNoRowAgain() {
        source.rows = bigRows(40);
        for (int there = 0; there < 40; there++) {
            for (boolean isKept : new boolean[] {true, false}) {
                GatedRows empty = new GatedRows("by");
                AtomicInteger fetched = new AtomicInteger();
                CachedBackend<Row> cached = new CachedBackend<>(new WatchingRows(source, fetched), empty, DEFAULTS);
                Sinks.Empty<Void> opened = Sinks.empty();
                source.gate = call -> !isKept && call.equals("get") ? opened.asMono() : Mono.empty();
                Mono<Row> row = cached.get(there, Columns.ALL).cache();
                row.subscribe();
                Mono<List<Row>> stream =
                        ObjectIO.of(cached).rows().collectList().cache();
                stream.subscribe();
                opened.tryEmitEmpty();
                assertThat(row.block(PATIENCE)).isEqualTo(source.rows.get(there));
                assertThat(stream.block(PATIENCE)).isEqualTo(source.rows);
                assertThat(fetched)
                        .as("rows asked for, with row %d there before", there)
                        .hasValue(40);
                assertThat(cached.underWay()).isZero();
            }
        }
        assertThat(source.open).hasValue(0);
    }

    @Test
    @DisplayName("what is asked of the source is bounded by the bytes of a batch")
    void staysWithinBytes() {
        source.rows = bigRows(3000); // 24 MiB
        assertThat(ObjectIO.of(cached(DEFAULTS.withReadAhead(2))).rows().count().block())
                .isEqualTo(3000);
        assertThat(source.largest.get()).isLessThanOrEqualTo(4 << 20);
        assertThat(source.open).hasValue(0);
        assertThat(by.open).hasValue(0);
    }

    @Test
    @DisplayName("prefetching fills the cache and answers how many rows it read; cancelled, it goes on where it was")
    void prefetches() {
        source.rows = bigRows(200);
        AtomicInteger fetched = new AtomicInteger();
        CachedBackend<Row> cached = new CachedBackend<>(new WatchingRows(source, fetched), by, DEFAULTS);
        ObjectIO store = ObjectIO.of(cached);
        Sinks.Empty<Void> never = Sinks.empty();
        source.gate = call -> call.equals("next") && source.calls("next") == 4 ? never.asMono() : Mono.empty();
        Disposable running = store.rows().prefetch().subscribe();
        awaitTrue(() -> source.calls("next") == 4);
        running.dispose();
        source.gate = call -> Mono.empty();
        assertThat(fetched.get()).isBetween(1, 199);
        assertThat(store.rows("100:").prefetch().block()).isEqualTo(100);
        assertThat(store.rows().prefetch().block()).isEqualTo(200);
        assertThat(fetched).hasValue(200);
        assertThat(store.rows("3:5").evict().block()).isEqualTo(2);
        assertThat(store.rows().prefetch().block()).isEqualTo(200);
        assertThat(fetched).hasValue(202);
        assertThat(ObjectIO.of(source).rows().prefetch().block()).isEqualTo(200);
        assertThat(ObjectIO.of(source).rows().evict().block()).isZero();
    }

    @Test
    @DisplayName("closing closes source and cache, after running reads; later ones are refused")
    void closes() {
        CachedBackend<Row> cached = cached(DEFAULTS);
        cached.size().block();
        Sinks.Empty<Void> opened = Sinks.empty();
        source.gate = call -> call.equals("get") ? opened.asMono() : Mono.empty();
        Mono<Row> reading = cached.get(3, Columns.ALL).cache();
        reading.subscribe();
        Mono<Void> closing = cached.close();
        closing.subscribe();
        assertThat(source.closed).isFalse();
        opened.tryEmitEmpty();
        assertThat(reading.block(PATIENCE)).isEqualTo(row(3));
        closing.block(PATIENCE);
        assertThat(source.closed).isTrue();
        assertThat(by.closed).isTrue();
        assertThat(failure(cached.get(3, Columns.ALL))).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> all(cached)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    @DisplayName(
            "whatever is read in whichever order, from whichever handle, while rows are evicted and the source changes, is what the source has")
    void randomHistories() {
        int rounds = Boolean.getBoolean("atomflux.proof") ? 500 : 30;
        for (int seed = 0; seed < rounds; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            GatedRows from = GatedRows.of("source", random.nextInt(1, 120));
            GatedRows to = new GatedRows("by");
            CacheOptions options = random.nextBoolean() ? DEFAULTS : DEFAULTS.withMaxRows(random.nextInt(1, 60));
            options = options.withValidation(CacheOptions.Validation.EACH_VIEW).withReadAhead(random.nextInt(3));
            options = random.nextBoolean() ? options : options.withoutPartialReads();
            List<CachedBackend<Row>> handles = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                handles.add(new CachedBackend<>(from, to, options));
            }
            for (int step = 0; step < 40; step++) {
                CachedBackend<Row> handle = handles.get(random.nextInt(3));
                ObjectIO store = ObjectIO.of(handle);
                List<Row> model = from.rows;
                String what = "seed " + seed + ", step " + step;
                switch (random.nextInt(8)) {
                    case 0 -> from.change(rows(step, step + random.nextInt(1, 120)));
                    case 1 ->
                        store.rowsAt(random.nextInt(-model.size(), model.size()))
                                .evict()
                                .block();
                    case 2 -> to.change(to.rows.subList(0, random.nextInt(to.rows.size() + 1)));
                    case 3 -> {
                        int at = random.nextInt(-model.size(), model.size());
                        assertThat(handle.get(at, Columns.ALL).block(PATIENCE))
                                .as(what)
                                .isEqualTo(model.get(Math.floorMod(at, model.size())));
                    }
                    case 4 -> {
                        long[] picked = LongStream.generate(() -> random.nextInt(-model.size(), model.size()))
                                .limit(random.nextInt(200))
                                .toArray();
                        assertThat(store.rowsAt(picked).collectList().block(PATIENCE))
                                .as(what)
                                .isEqualTo(LongStream.of(picked)
                                        .mapToObj(at -> model.get(Math.floorMod(at, model.size())))
                                        .toList());
                    }
                    case 5 ->
                        assertThat(store.columns("info.i").collectList().block(PATIENCE))
                                .as(what)
                                .isEqualTo(model.stream()
                                        .map(row -> row.only(List.of("info.i")))
                                        .toList());
                    case 6 ->
                        assertThat(store.rows("::-2").collectList().block(PATIENCE))
                                .as(what)
                                .hasSize((model.size() + 1) / 2);
                    default -> assertThat(all(handle)).as(what).isEqualTo(model);
                }
            }
            awaitTrue(
                    () -> handles.stream().allMatch(handle -> handle.underWay() == 0),
                    "seed " + seed); // ahead of a stream
            awaitTrue(() -> from.open.get() == 0 && to.open.get() == 0, "seed " + seed);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitTrue(java.util.function.BooleanSupplier condition) {
        awaitTrue(condition, "a moment");
    }

    private static void awaitTrue(java.util.function.BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
