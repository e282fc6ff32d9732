package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A stream is closed while the batch that was cancelled before is still at work, which a read of the file does here. */
@Timeout(60)
class ClosedStreamsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Bytes of which a read, once it is told to, does something first, and then brings nothing. */
    private static final class GatedBytes implements ByteSource {

        private final byte[] bytes;
        private final AtomicInteger gated = new AtomicInteger();
        private final AtomicInteger running = new AtomicInteger();
        private volatile @Nullable Runnable gate;

        GatedBytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public String name() {
            return "gated";
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public Mono<ByteBuffer> read(ByteRange range) {
            return Mono.defer(() -> {
                Runnable first = gate;
                if (first == null) {
                    return Mono.just(ByteBuffer.wrap(bytes, (int) range.offset(), range.length())
                            .slice());
                }
                gated.incrementAndGet();
                running.incrementAndGet();
                first.run();
                return Mono.<ByteBuffer>never().doFinally(end -> running.decrementAndGet());
            });
        }

        @Override
        public Flux<ByteBuffer> stream(long offset) {
            throw new UnsupportedOperationException("nobody streams here");
        }
    }

    private static void closesInTheMiddle(RowReader<Row> reader, GatedBytes file, long maxBytes, int batches) {
        for (int i = 0; i < batches; i++) {
            assertThat(reader.next(maxBytes).block(PATIENCE)).isNotNull();
        }
        BaseSubscriber<Batch<Row>> batch = new BaseSubscriber<>() {};
        file.gate = () -> {
            batch.cancel();
            reader.close().block(PATIENCE);
        };
        reader.next(maxBytes).subscribe(batch);
        assertThat(file.gated).hasPositiveValue();
        assertThat(file.running).hasValue(0);
        file.gate = null;
    }

    @Test
    @DisplayName("pieces of a file of lines that are asked for while the stream is closed do not stay on their way")
    void lines() {
        GatedBytes file = new GatedBytes("{\"id\":1}\n".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        LinesEngine engine = new LinesEngine(
                "lines",
                List.of(new LineShard("lines.jsonl", Mono.just(file))),
                ColumnMapping.NONE,
                HubOptions.builder().build(),
                Schedulers.immediate());
        closesInTheMiddle(engine.reader(ReadRequest.of(Selection.ALL, Columns.ALL)), file, Long.MAX_VALUE, 1);
    }

    @Test
    @DisplayName("a stream of lines that is closed begins no further pass")
    void linesAfterwards() {
        GatedBytes file = new GatedBytes("{\"id\":1}\n".repeat(100).getBytes(StandardCharsets.UTF_8));
        LinesEngine engine = new LinesEngine(
                "lines",
                List.of(new LineShard("lines.jsonl", Mono.just(file))),
                ColumnMapping.NONE,
                HubOptions.builder().build(),
                Schedulers.immediate());
        RowReader<Row> reader = engine.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        reader.close().block(PATIENCE);
        file.gate = () -> {};
        assertThatThrownBy(() -> reader.next(1).block(PATIENCE)).isInstanceOf(CancellationException.class);
        assertThat(file.gated).hasValue(0);
    }

    @Test
    @DisplayName("row groups that are fetched ahead while the stream is closed do not stay on their way, nor held")
    void rowGroups() {
        long before = Memory.SHARED.used();
        GatedBytes file = new GatedBytes(HubRows.bytes("colabfit/co/co_0.parquet"));
        Shard shard = new Shard("co_0", Mono.just(file), Schedulers.immediate());
        ParquetEngine engine = new ParquetEngine(
                "parquet",
                new Shards(List.of(shard), 1),
                ColumnMapping.NONE,
                HubOptions.builder().build(),
                Schedulers.immediate());
        closesInTheMiddle(engine.reader(ReadRequest.of(Selection.ALL, Columns.ALL)), file, 1, 2);
        assertThat(Memory.SHARED.used()).isEqualTo(before);
    }

    @Test
    @DisplayName("a stream of a dataset that was closed before its first batch begins nothing")
    void neverBegun() {
        try (ImitationHub hub = ImitationHub.builder().dataset(HubRows.COLABFIT).start()) {
            RowBackend<?> backend = HubRows.backend(hub, "hf://colabfit/toy?config=default", Map.of());
            assertThat(backend.size().block(PATIENCE)).isEqualTo(HubRows.COLABFIT_ROWS);
            hub.forget();
            RowReader<?> reader = backend.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
            reader.close().block(PATIENCE);
            assertThatThrownBy(() -> reader.next(1).block(PATIENCE)).isInstanceOf(CancellationException.class);
            assertThat(hub.requests(Host.HUB)).isEmpty();
            assertThat(hub.requests(Host.CDN)).isEmpty();
            backend.close().block(PATIENCE);
        }
    }

    @Test
    @DisplayName("who waits for room to fetch hears that the stream was closed, and so does who comes later")
    void gateCloses() {
        Memory memory = new Memory(1000);
        ByteGate gate = new ByteGate(100, memory);
        assertThat(gate.acquire(100).block(PATIENCE)).isTrue();
        Mono<Boolean> waiting = gate.acquire(1).cache();
        waiting.subscribe(room -> {}, refused -> {});
        gate.close();
        assertThatThrownBy(() -> waiting.block(PATIENCE)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> gate.acquire(1).block(PATIENCE)).isInstanceOf(CancellationException.class);
        assertThat(memory.used()).isZero();
    }

    @Test
    @DisplayName("room is given back as often as it was got: not by who was cancelled while he waited for it")
    void gateCounts() {
        Memory memory = new Memory(1000);
        ByteGate gate = new ByteGate(100, memory);
        assertThat(gate.acquire(60).block(PATIENCE)).isTrue();
        gate.within(60, Mono.just(1)).subscribe().dispose();
        assertThat(memory.used()).isEqualTo(60);
        assertThat(gate.within(40, Mono.fromSupplier(memory::used)).block(PATIENCE))
                .isEqualTo(100);
        assertThat(memory.used()).isEqualTo(60);
        gate.release(60);
        assertThat(memory.used()).isZero();
        gate.close();
        assertThat(memory.used()).isZero();
    }

    @Test
    @DisplayName("room that is granted to someone in the moment he is cancelled is given back")
    void gateTakesBack() {
        Memory memory = new Memory(1000);
        ByteGate gate = new ByteGate(100, memory);
        assertThat(gate.acquire(100).block(PATIENCE)).isTrue();
        BaseSubscriber<Boolean> second = new BaseSubscriber<>() {};
        // The first of two who are admitted together cancels the other one, which has its room by then.
        gate.acquire(10).subscribe(room -> second.cancel());
        gate.acquire(20).subscribe(second);
        gate.release(100);
        assertThat(memory.used()).isEqualTo(10);
    }

    @Test
    @DisplayName("who waits for the next element hears that the stream was given up, and so does who asks later")
    void pullerCancels() {
        AtomicInteger cancelled = new AtomicInteger();
        Puller<Integer> puller = Puller.of(Flux.<Integer>never().doOnCancel(cancelled::incrementAndGet));
        Mono<Integer> next = puller.next().cache();
        next.subscribe(value -> {}, failure -> {});
        puller.dispose();
        puller.dispose();
        assertThat(cancelled).hasValue(1);
        assertThatThrownBy(() -> next.block(PATIENCE)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> puller.next().block(PATIENCE)).isInstanceOf(CancellationException.class);
    }
}
