package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A stream or a store is closed while the batch that was cancelled before is still at work, which a layout does here. */
@Timeout(120)
@DisplayName("What is closed in MongoDB")
class MongoClosedStreamsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ReadRequest ALL = ReadRequest.of(Selection.ALL, Columns.ALL);

    private final WatchedClients watched = new WatchedClients();
    private final Watching layouts = new Watching();
    private final SharedCollections collections = new SharedCollections(watched.clients, layouts);

    /** Makes layouts, and does something each time a layout or a stream of it is made. */
    private final class Watching implements SharedCollection.Layouts {

        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private volatile Runnable atLayout = () -> {};
        private volatile Runnable atStream = () -> {};

        @Override
        public LayoutStore make(MongoOptions.Layout layout, Documents documents, String name, MongoOptions options) {
            LayoutStore made = new Watched(new MadeLayouts().make(layout, documents, name, options));
            atLayout.run();
            return made;
        }
    }

    /** A layout whose streams bring nothing, and are counted. */
    private final class Watched implements LayoutStore {

        private final LayoutStore real;

        Watched(LayoutStore real) {
            this.real = real;
        }

        @Override
        public RowReader<Row> reader(ReadRequest request) {
            layouts.begun.incrementAndGet();
            layouts.atStream.run();
            return new RowReader<>() {
                @Override
                public Mono<Batch<Row>> next(long maxBytes) {
                    return Mono.never();
                }

                @Override
                public Mono<Void> close() {
                    return Mono.fromRunnable(layouts.closed::incrementAndGet);
                }
            };
        }

        @Override
        public Mono<Void> create() {
            return real.create();
        }

        @Override
        public Set<Capability> capabilities() {
            return real.capabilities();
        }

        @Override
        public long maxAtomicRows() {
            return real.maxAtomicRows();
        }

        @Override
        public Mono<Long> size() {
            return real.size();
        }

        @Override
        public Mono<Row> get(long index, Columns columns) {
            return real.get(index, columns);
        }

        @Override
        public Mono<Versioned<Row>> getVersioned(long index) {
            return real.getVersioned(index);
        }

        @Override
        public Mono<Long> apply(Write<Row> write) {
            return real.apply(write);
        }

        @Override
        public Flux<Change> changes(Optional<Revision> from) {
            return real.changes(from);
        }

        @Override
        public Flux<String> verify() {
            return real.verify();
        }

        @Override
        public Mono<Void> remove() {
            return real.remove();
        }

        @Override
        public Mono<Void> close() {
            return real.close();
        }
    }

    @SuppressWarnings("unchecked")
    private RowBackend<Row> open(String database) {
        return (RowBackend<Row>)
                new MongoProvider(collections).open(Location.parse(MongoServers.uri(database)), OpenOptions.none());
    }

    private RowBackend<Row> withOneRow() {
        RowBackend<Row> backend = open(MongoServers.freshDatabase());
        backend.apply(new Write.Append<>(List.of(Row.of("info.i", 1)))).block(PATIENCE);
        return backend;
    }

    private void assertNothingLeft() {
        assertThat(collections.open()).as("open collections").isZero();
        assertThat(watched.clients.open()).as("open clients").isZero();
    }

    @Test
    @DisplayName("a stream that is begun while it is closed is closed as well, and once")
    void streamBegunWhileClosed() throws InterruptedException {
        RowBackend<Row> backend = withOneRow();
        RowReader<Row> reader = backend.reader(ALL);
        BaseSubscriber<Batch<Row>> batch = new BaseSubscriber<>() {};
        Thread closing = new Thread(() -> reader.close().block(PATIENCE));
        closing.setDaemon(true);
        layouts.atStream = () -> {
            batch.cancel();
            closing.start();
            while (closing.isAlive() && closing.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait(); // it is done, or waits until the stream is begun
            }
        };
        reader.next(1).subscribe(batch);
        closing.join(PATIENCE.toMillis());
        assertThat(layouts.begun).hasValue(1);
        assertThat(layouts.closed).hasValue(1);
        layouts.atStream = () -> {};
        assertThatThrownBy(() -> reader.next(1).block(PATIENCE)).isInstanceOf(CancellationException.class);
        backend.close().block(PATIENCE);
        assertNothingLeft();
    }

    @Test
    @DisplayName("a layout that is found while its store is closed is not used any more")
    void layoutFoundWhileClosed() {
        String database = MongoServers.freshDatabase();
        RowBackend<Row> first = open(database);
        first.apply(new Write.Append<>(List.of(Row.of("info.i", 1)))).block(PATIENCE);
        first.close().block(PATIENCE);

        RowBackend<Row> backend = open(database);
        BaseSubscriber<Batch<Row>> batch = new BaseSubscriber<>() {};
        Mono<Void> closing = backend.close().cache();
        Mono<Long> found = Mono.defer(() -> backend.reader(ALL).next(1).then(Mono.just(1L)));
        AtomicInteger made = new AtomicInteger();
        layouts.atLayout = () -> {
            made.incrementAndGet();
            batch.cancel();
            closing.subscribe();
        };
        backend.reader(ALL).next(1).subscribe(batch);
        closing.block(PATIENCE);
        assertThat(made).hasValue(1);
        assertThat(layouts.begun).hasValue(0);
        assertThatThrownBy(() -> found.block(PATIENCE)).isInstanceOf(StoreClosedException.class);
        assertNothingLeft();
    }

    @Test
    @DisplayName("documents beside rows are not looked for after closing")
    void findAfterClosing() {
        MongoSpace space = new MongoSpace(
                Opening.of(
                        Location.parse(MongoServers.uri(MongoServers.freshDatabase())), OpenOptions.none(), "beside"),
                watched.clients);
        assertThat(space.find("", new BsonDocument()).collectList().block(PATIENCE))
                .isEmpty();
        space.close().block(PATIENCE);
        assertThatThrownBy(() -> space.find("", new BsonDocument()).blockFirst(PATIENCE))
                .isInstanceOf(StoreClosedException.class);
        space.close().block(PATIENCE);
        assertNothingLeft();
    }
}
