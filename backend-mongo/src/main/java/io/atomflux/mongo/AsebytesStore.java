package io.atomflux.mongo;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The layout of the Python package asebytes 0.3: one document for each row, and {@code __meta__} that lists their ids in order.
 *
 * <p>Python processes may append and insert at the same time. Their delete and clear write back what they remember, and their
 * set and update change rows in place: what that does to rows written meanwhile, {@code verify} finds.
 */
final class AsebytesStore implements LayoutStore {

    /** One change is one update of the metadata, and 100 000 sort keys in it are about a megabyte. */
    static final long MOST_ATOMIC = 100_000;

    static final Set<Capability> CAPABILITIES =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(Capability.SNAPSHOT)));

    private final String store;
    private final Documents documents;
    private final RowCodec codec;
    private final AsebytesIndex index;
    private final AsebytesRows rows;
    private final AsebytesOrder order;
    private final AsebytesAttempts attempts;
    private final AsebytesWriter writer;
    private final AsebytesLane lane;
    private final AsebytesTimes times;
    private final Scheduler timer;
    private final LongUnaryOperator jitter;
    private final Disposable.Swap sweeping = Disposables.swap();
    private final AtomicBoolean sweeps = new AtomicBoolean();
    private final Mono<Void> closed;

    /** @param store names the store in messages */
    AsebytesStore(Documents documents, String store, MongoOptions options) {
        this(
                store,
                documents,
                RowCodec.asebytes(store),
                AsebytesTimes.of(options),
                new ObjectId().toHexString(),
                options.consistency() == MongoOptions.Consistency.LINEARIZABLE,
                Schedulers.parallel(),
                bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    /**
     * @param store names the store in messages
     * @param client a name no other client ever has; letters and digits
     * @param linearizable whether each read first proves that its primary still is one
     * @param timer measures pauses and deadlines
     * @param jitter a number from 0 to below the given one, by which clients that lost to each other differ
     */
    AsebytesStore(
            String store,
            Documents documents,
            RowCodec codec,
            AsebytesTimes times,
            String client,
            boolean linearizable,
            Scheduler timer,
            LongUnaryOperator jitter) {
        this.store = store;
        this.documents = documents;
        this.codec = codec;
        this.times = times;
        this.timer = timer;
        this.jitter = jitter;
        this.index = new AsebytesIndex(store, documents, linearizable ? documents.linearizable() : documents);
        this.rows = new AsebytesRows(store, index, new AsebytesColumns(documents), !linearizable);
        this.order = new AsebytesOrder(store, documents);
        this.attempts = new AsebytesAttempts(store, documents, index, times, timer, client, jitter);
        this.writer = new AsebytesWriter(store, attempts);
        this.lane = new AsebytesLane(this::together);
        this.closed = Mono.defer(lane::drained)
                .doFinally(end -> sweeping.dispose())
                .then(Mono.defer(attempts::leave))
                // The record of a client that could not say goodbye goes when it is a day old.
                .onErrorComplete()
                .cache();
    }

    @Override
    public Mono<Void> create() {
        BsonDocument meta = AsebytesDocs.meta()
                .append(AsebytesDocs.NEXT, new BsonInt32(0))
                .append(AsebytesDocs.KEYS, new BsonArray())
                .append(AsebytesDocs.COUNT, new BsonInt32(0));
        return Mono.defer(() -> created(meta, attempts.deadline(), 0))
                .then(Mono.defer(index::head))
                .then();
    }

    private Mono<Void> created(BsonDocument meta, long deadline, int tries) {
        return documents
                .insert(List.of(meta))
                .then()
                .onErrorResume(
                        Documents.Unanswered.class,
                        lost -> attempts.now() >= deadline
                                ? Mono.error(() -> new WriteFailedException(store, Outcome.NOT_APPLIED, lost))
                                : attempts.pause(tries).then(created(meta, deadline, tries + 1)));
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public long maxAtomicRows() {
        return MOST_ATOMIC;
    }

    @Override
    public Mono<Long> size() {
        return index.head().map(AsebytesHead::count);
    }

    @Override
    public Mono<Row> get(long at, Columns columns) {
        return rows.get(at, columns, codec);
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return new AsebytesReader(rows, codec, order, request);
    }

    @Override
    public Mono<Versioned<Row>> getVersioned(long at) {
        return rows.columns
                .query(Columns.ALL)
                .flatMap(query -> rows.one(at, query).map(row -> {
                    RawBsonDocument document = AsebytesRows.document(row, 0);
                    return new Versioned<>(
                            query.decode(codec, document, AsebytesRows.position(row, at)),
                            AsebytesRows.version(row.ids()[0], document));
                }));
    }

    @Override
    public Mono<Long> apply(Write<Row> write) {
        return Mono.defer(() -> {
            List<Row> given = given(write);
            if (given.size() > MOST_ATOMIC) {
                return Mono.error(tooMany(given.size()));
            }
            List<AsebytesPlan.AsebytesRow> encoded = new ArrayList<>(given.size());
            for (int i = 0; i < given.size(); i++) {
                encoded.add(new AsebytesPlan.AsebytesRow(codec, given.get(i), "row " + i + " of the call"));
            }
            startSweeping();
            return lane.submit(write, encoded);
        });
    }

    private LimitExceededException tooMany(long count) {
        return new LimitExceededException(
                "rows of one change of " + store, count, MOST_ATOMIC, "make several, or use the paged layout");
    }

    /** Returns the whole rows a change brings along. */
    private List<Row> given(Write<Row> write) {
        return write.accept(new Write.Visitor<Row, List<Row>>() {
            @Override
            public List<Row> append(Write.Append<Row> change) {
                return change.rows();
            }

            @Override
            public List<Row> insert(Write.Insert<Row> change) {
                return change.rows();
            }

            @Override
            public List<Row> put(Write.Put<Row> change) {
                return change.rows();
            }

            @Override
            public List<Row> update(Write.Update<Row> change) {
                return List.of();
            }

            @Override
            public List<Row> delete(Write.Delete<Row> change) {
                return List.of();
            }

            @Override
            public List<Row> drop(Write.Drop<Row> change) {
                return List.of();
            }

            @Override
            public List<Row> reserve(Write.Reserve<Row> change) {
                if (change.count() > MOST_ATOMIC) {
                    throw tooMany(change.count());
                }
                return Collections.nCopies((int) change.count(), Row.reserved());
            }

            @Override
            public List<Row> clear(Write.Clear<Row> change) {
                return List.of();
            }
        });
    }

    private Mono<Long> together(List<AsebytesLane.Call> calls) {
        if (calls.size() == 1) {
            AsebytesLane.Call call = calls.get(0);
            AsebytesPlanner planner = new AsebytesPlanner(store, codec, index, rows, call.rows);
            return writer.write(() -> call.write.accept(planner));
        }
        List<AsebytesPlan.AsebytesRow> all = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (AsebytesLane.Call call : calls) {
            all.addAll(call.rows);
            if (!call.rows.isEmpty()) {
                counts.add((long) call.rows.size());
            }
        }
        return all.isEmpty() ? size() : writer.write(() -> Mono.just(AsebytesPlanner.appends(all, counts)));
    }

    private void startSweeping() {
        if (sweeps.compareAndSet(false, true)) {
            long every = times.sweepEvery().toMillis();
            sweeping.update(Mono.defer(this::sweep)
                    // What a sweep could not do the next one will; the calls of the user report that a server is away.
                    .onErrorComplete()
                    .then(Mono.defer(
                            () -> Mono.delay(Duration.ofMillis(every / 2 + jitter.applyAsLong(every + 1)), timer)))
                    .repeat()
                    .subscribe());
        }
    }

    /** Sweeps once; for tests, and by itself in every writer. */
    Mono<Void> sweep() {
        return new AsebytesSweeper(documents, index, times).sweep();
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        return new AsebytesChanges(index, order, times.poll(), timer).follow(from);
    }

    @Override
    public Flux<String> verify() {
        return new AsebytesVerifier(index, documents)
                .verify()
                .onErrorResume(ForeignDataException.class, foreign -> Flux.just(String.valueOf(foreign.getMessage())));
    }

    @Override
    public Mono<Void> remove() {
        return Mono.defer(() -> removed(attempts.deadline(), 0));
    }

    private Mono<Void> removed(long deadline, int tries) {
        return documents
                .drop()
                .onErrorResume(
                        Documents.Unanswered.class,
                        lost -> attempts.now() >= deadline
                                ? Mono.error(() -> new WriteFailedException(store, Outcome.UNKNOWN, lost))
                                : attempts.pause(tries).then(removed(deadline, tries + 1)));
    }

    @Override
    public Mono<Void> close() {
        return closed;
    }
}
