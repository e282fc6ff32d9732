package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(60)
class BridgeTest {

    private static Bridge<Row> over(BlockingRowBackend<Row> backend) {
        return Bridge.over(backend, BridgeOptions.defaults());
    }

    private static Write<Row> append(int i) {
        return new Write.Append<>(List.of(Row.of("i", i)));
    }

    /** Holds every commit until released, and keeps what came together. */
    private static final class SlowWriter extends ListBackend {
        final Semaphore gate = new Semaphore(0);
        final CountDownLatch entered = new CountDownLatch(1);
        final List<Integer> together = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public List<WriteResult> applyAll(List<Write<Row>> writes) {
            entered.countDown();
            gate.acquireUninterruptibly();
            together.add(writes.size());
            threads.add(Thread.currentThread().getName());
            return super.applyAll(writes);
        }
    }

    @Test
    @DisplayName("writes that waited during a commit share the next one, in order, on one thread")
    void groupsWrites() throws InterruptedException {
        SlowWriter store = new SlowWriter();
        Bridge<Row> bridge = over(store);
        List<Mono<Long>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Mono<Long> answer = bridge.apply(append(i)).cache();
            answer.subscribe();
            answers.add(answer);
            if (i == 0) {
                store.entered.await();
            }
        }
        store.gate.release(2);
        assertThat(Flux.concat(answers).collectList().block()).hasSize(100).isSorted();
        assertThat(store.together).containsExactly(1, 99);
        assertThat(store.threads).allMatch(name -> name.equals(store.threads.get(0)));
        for (int i = 0; i < 100; i++) {
            assertThat(store.rows.get(i)).isEqualTo(Row.of("i", i));
        }
        bridge.close().block();
    }

    @Test
    @DisplayName("one refused write does not disturb those that share its commit")
    void isolatesRefusals() throws InterruptedException {
        SlowWriter store = new SlowWriter();
        Bridge<Row> bridge = over(store);
        Mono<Long> first = bridge.apply(append(0)).cache();
        first.subscribe();
        store.entered.await();
        Mono<Long> bad = bridge.apply(new Write.Delete<>(Selection.at(77), Optional.empty()))
                .cache();
        Mono<Long> good = bridge.apply(append(1)).cache();
        bad.onErrorComplete().subscribe();
        good.subscribe();
        store.gate.release(2);
        StepVerifier.create(bad).verifyError(io.atomflux.error.RowOutOfBoundsException.class);
        assertThat(good.block()).isEqualTo(2);
        bridge.close().block();
    }

    @Test
    @DisplayName("a write cancelled before its commit began is not made; one cancelled later is whole")
    void cancelsWholeOrAbsent() throws InterruptedException {
        SlowWriter store = new SlowWriter();
        Bridge<Row> bridge = over(store);
        Disposable first = bridge.apply(append(0)).subscribe();
        store.entered.await();
        Disposable second = bridge.apply(append(1)).subscribe();
        second.dispose();
        first.dispose();
        store.gate.release(5);
        assertThat(bridge.apply(append(2)).block()).isEqualTo(2);
        assertThat(store.rows).containsExactly(Row.of("i", 0), Row.of("i", 2));
        bridge.close().block();
    }

    @Test
    @DisplayName("closing waits for running writes, later calls are refused, and closing again gives the same outcome")
    void closesAfterRunningCalls() throws InterruptedException {
        SlowWriter store = new SlowWriter();
        Bridge<Row> bridge = over(store);
        Mono<Long> write = bridge.apply(append(0)).cache();
        write.subscribe();
        store.entered.await();
        Mono<Void> close = bridge.close().cache();
        close.subscribe();
        StepVerifier.create(close)
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(50))
                .thenCancel()
                .verify();
        StepVerifier.create(bridge.size()).verifyError(StoreClosedException.class);
        store.gate.release();
        close.block();
        assertThat(write.block()).isEqualTo(1);
        bridge.close().block();
        assertThat(store.closed).isEqualTo(1);
    }

    @Test
    @DisplayName("closing waits for an open stream, which goes on to its end")
    void closesAfterOpenStreams() {
        ListBackend store = ListBackend.of(1000);
        Bridge<Row> bridge = over(store);
        RowReader<Row> reader = bridge.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        assertThat(reader.next(1).block()).isNotNull();
        Mono<Void> close = bridge.close().cache();
        close.subscribe();
        assertThat(store.closed).isZero();
        Long left = Flux.defer(() -> reader.next(1 << 20)).repeat(1).count().block();
        assertThat(left).isPositive();
        reader.close().block();
        close.block();
        assertThat(store.closed).isEqualTo(1);
    }

    @Test
    @DisplayName("a stream that was closed before its first batch was asked for opens nothing any more")
    void staysClosed() {
        ListBackend store = ListBackend.of(10);
        Bridge<Row> bridge = over(store);
        RowReader<Row> reader = bridge.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        reader.close().block();
        assertThat(reader.next(1 << 20).block()).isNull();
        assertThat(bridge.running()).isZero();
        bridge.close().block(Duration.ofSeconds(30));
        assertThat(store.closed).isEqualTo(1);
    }

    @Test
    @DisplayName("closing waits for reads whose turn has not come; one cancelled meanwhile is skipped")
    void closesAfterWaitingReads() throws InterruptedException {
        SlowReader store = new SlowReader();
        store.rows = List.of(Row.of("i", 1));
        Bridge<Row> bridge = Bridge.over(store, BridgeOptions.defaults().withThreads(1));
        Mono<Row> running = bridge.get(0, Columns.ALL).cache();
        running.subscribe();
        store.entered.await();
        Mono<Row> waiting = bridge.get(0, Columns.ALL).cache();
        waiting.subscribe();
        bridge.get(0, Columns.ALL).subscribe().dispose();
        Mono<Void> close = bridge.close().cache();
        close.subscribe();
        StepVerifier.create(bridge.size()).verifyError(StoreClosedException.class);
        store.gate.release(3);
        assertThat(waiting.block()).isEqualTo(Row.of("i", 1));
        close.block(Duration.ofSeconds(30));
        assertThat(store.reads).hasValue(2);
        assertThat(bridge.running()).isZero();
    }

    @Test
    @DisplayName("a stream is closed also while as many reads wait as may")
    void closesStreamsUnderLoad() throws InterruptedException {
        SlowReader store = new SlowReader();
        store.rows = List.of(Row.of("i", 1), Row.of("i", 2));
        store.gate.release();
        Bridge<Row> bridge = Bridge.over(store, BridgeOptions.defaults().withThreads(1));
        RowReader<Row> reader = bridge.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        reader.next(1).block();
        Disposable.Composite many = reactor.core.Disposables.composite();
        for (int i = 0; i < 1 << 16; i++) {
            many.add(bridge.get(0, Columns.ALL).subscribe());
        }
        many.add(bridge.get(0, Columns.ALL).subscribe());
        StepVerifier.create(bridge.get(0, Columns.ALL)).verifyError(io.atomflux.error.StoreBusyException.class);
        Mono<Void> ended = reader.close().cache();
        ended.subscribe();
        many.dispose();
        store.gate.release(2);
        ended.block(Duration.ofSeconds(30));
        bridge.close().block(Duration.ofSeconds(30));
        assertThat(bridge.running()).isZero();
    }

    @Test
    @DisplayName("snapshots that find the store busy wait in their order without holding a thread")
    void waitsForSnapshots() {
        ListBackend store = ListBackend.of(100);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        BlockingRowBackend<Row> crowded = new BusyAboveThree(store, open, most);
        Bridge<Row> bridge = Bridge.over(crowded, BridgeOptions.defaults().withThreads(2));
        ReadRequest request = new ReadRequest(Selection.ALL, Columns.ALL, true);
        Long rows = Flux.range(0, 100)
                .flatMap(
                        i -> Flux.usingWhen(
                                Mono.fromSupplier(() -> bridge.reader(request)),
                                reader -> reader.next(64).delayElement(Duration.ofMillis(2)),
                                RowReader::close),
                        100)
                .count()
                .block(Duration.ofSeconds(60));
        assertThat(rows).isEqualTo(100);
        assertThat(most).hasValue(3);
        assertThat(open).hasValue(0);
        bridge.close().block(Duration.ofSeconds(30));
        assertThat(bridge.running()).isZero();
    }

    /** Offers three snapshots at a time. */
    private static final class BusyAboveThree implements BlockingRowBackend<Row> {
        private final ListBackend store;
        private final AtomicInteger open;
        private final AtomicInteger most;

        BusyAboveThree(ListBackend store, AtomicInteger open, AtomicInteger most) {
            this.store = store;
            this.open = open;
            this.most = most;
        }

        @Override
        public Class<Row> rowType() {
            return Row.class;
        }

        @Override
        public long size() throws IOException {
            return store.size();
        }

        @Override
        public List<Row> read(Positions positions, Columns columns) throws IOException {
            return store.read(positions, columns);
        }

        @Override
        public BlockingReader<Row> reader(ReadRequest request) throws IOException {
            BlockingReader<Row> reader = store.reader(ReadRequest.of(request.selection(), request.columns()));
            return new BlockingReader<>() {
                private boolean mine;

                @Override
                public Optional<Batch<Row>> next(long maxBytes) throws IOException {
                    if (!mine) {
                        int now = open.incrementAndGet();
                        if (now > 3) {
                            open.decrementAndGet();
                            throw new io.atomflux.error.StoreBusyException("crowded", "3 snapshots are open", null);
                        }
                        most.accumulateAndGet(now, Math::max);
                        mine = true;
                    }
                    return reader.next(maxBytes);
                }

                @Override
                public void close() throws IOException {
                    if (mine) {
                        open.decrementAndGet();
                    }
                    reader.close();
                }
            };
        }
    }

    /** Reads when allowed to. */
    private static final class SlowReader extends ListBackend {
        final CountDownLatch entered = new CountDownLatch(1);
        final java.util.concurrent.Semaphore gate = new java.util.concurrent.Semaphore(0);
        final AtomicInteger reads = new AtomicInteger();

        @Override
        public List<Row> read(Positions positions, Columns columns) throws IOException {
            entered.countDown();
            gate.acquireUninterruptibly();
            reads.incrementAndGet();
            return super.read(positions, columns);
        }
    }

    @Test
    @DisplayName("handles that share a key share the store, and only the last one closes it")
    void sharesByKey() {
        AtomicInteger opened = new AtomicInteger();
        ListBackend store = ListBackend.of(3);
        Object key = new Object();
        List<Bridge<Row>> handles = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            handles.add(Bridge.opening(
                    Row.class,
                    "shared",
                    store.capabilities(),
                    () -> {
                        opened.incrementAndGet();
                        return store;
                    },
                    BridgeOptions.defaults().sharedAs(key)));
        }
        Flux.fromIterable(handles).flatMap(Bridge::size).blockLast();
        assertThat(opened).hasValue(1);
        handles.get(0).close().block();
        handles.get(1).close().block();
        assertThat(store.closed).isZero();
        assertThat(handles.get(2).size().block()).isEqualTo(3);
        handles.get(2).close().block();
        assertThat(store.closed).isEqualTo(1);
    }

    @Test
    @DisplayName("an opening that fails is told to every call and tried again by the next")
    void opensAgainAfterFailure() {
        AtomicInteger attempts = new AtomicInteger();
        Bridge<Row> bridge = Bridge.opening(
                Row.class,
                "flaky",
                java.util.Set.of(),
                () -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IOException("not yet");
                    }
                    return ListBackend.of(5);
                },
                BridgeOptions.defaults());
        assertThatThrownBy(() -> bridge.size().block())
                .isInstanceOf(StoreIoException.class)
                .hasMessageContaining("flaky")
                .hasMessageContaining("not yet")
                .hasCauseInstanceOf(IOException.class);
        assertThat(bridge.size().block()).isEqualTo(5);
        bridge.close().block();
    }

    @Test
    @DisplayName("nothing is opened before somebody subscribes, and closing what was never used opens nothing")
    void isCold() {
        AtomicInteger opened = new AtomicInteger();
        Bridge<Row> bridge = Bridge.opening(
                Row.class,
                "cold",
                java.util.Set.of(),
                () -> {
                    opened.incrementAndGet();
                    return ListBackend.of(1);
                },
                BridgeOptions.defaults());
        bridge.size();
        bridge.get(0, Columns.ALL);
        ObjectIO.of(bridge).rows().map(Row::size);
        bridge.close().block();
        assertThat(opened).hasValue(0);
    }

    @Test
    @DisplayName("a started call is never interrupted by cancelling, and its thread goes on to serve others")
    void neverInterrupts() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        ListBackend store = new ListBackend() {
            @Override
            public List<Row> read(Positions positions, Columns columns) throws IOException {
                started.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                }
                ended.countDown();
                return super.read(positions, columns);
            }
        };
        store.rows = List.of(Row.of("i", 1));
        Bridge<Row> bridge = over(store);
        Disposable call = bridge.get(0, Columns.ALL).subscribe();
        started.await();
        call.dispose();
        go.countDown();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).hasValue(0);
        assertThat(bridge.get(0, Columns.ALL).block()).isEqualTo(Row.of("i", 1));
        bridge.close().block();
        assertThat(bridge.running()).isZero();
    }

    @Test
    @DisplayName("single gets run on the calling thread only where that was asked for")
    void readsInlineOnRequest() {
        List<String> threads = new CopyOnWriteArrayList<>();
        ListBackend store = new ListBackend() {
            @Override
            public List<Row> read(Positions positions, Columns columns) throws IOException {
                threads.add(Thread.currentThread().getName());
                return super.read(positions, columns);
            }
        };
        store.rows = List.of(Row.of("i", 1));
        Bridge.over(store, BridgeOptions.defaults()).get(0, Columns.ALL).block();
        Bridge.over(store, BridgeOptions.defaults().withInlineReads(true))
                .get(0, Columns.ALL)
                .block();
        assertThat(threads.get(0)).startsWith("atomflux-read-");
        assertThat(threads.get(1)).isEqualTo(Thread.currentThread().getName());
    }
}
