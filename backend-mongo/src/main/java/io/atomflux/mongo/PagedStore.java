package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
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
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonString;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One collection in the paged layout: a root, pages of row ids, and rows that never change once written.
 *
 * <p>Only updates of single documents are relied on. Each write stages its rows and pages under fresh ids, which nobody sees, and
 * publishes them by one conditional update of the root ({@link Publish}); appends go through {@link AppendLane}, other
 * changes through {@link ChangeLane}, each under a number of its own, because the mark of a number says that all below is
 * decided. A running write does not depend on its subscriber: cancelled before its publish it clears up, afterwards it is whole.
 *
 * <p>Beyond what the description of the layout says, the root has a {@code log} for followers ({@link ChangeLog}), its
 * counters begin at random ({@link Root}), and a garbage document may name whole trees ({@code trees}), so that to clear a
 * store of any size costs the same; what is below a page follows from the page, which never changes.
 */
final class PagedStore implements LayoutStore {

    /** Every change there is; written rows survive, and streams keep one moment. */
    static final Set<Capability> CAPABILITIES = Collections.unmodifiableSet(EnumSet.allOf(Capability.class));

    /** Most rows of one call but deleting neighbours and clearing: the rows below one inner page of full leaves. */
    static final long MOST_ROWS = 1 << 20;

    static final BsonString GUARD = new BsonString("__meta__");

    private static final String EXPLANATION =
            "this collection holds rows in the paged layout of Atomflux; asebytes needs a store opened with layout=asebytes";
    private static final int MOST_RESTARTS = 3;
    private static final long CLOSED = 1L << 62;

    private final Paged paged;
    private final Registration appending;
    private final Registration changing;
    private final AppendLane appends;
    private final ChangeLane changes;
    private final PagedReads reads;
    private final PagedFollower follower;
    private final Sweeper sweeper;
    private final AtomicLong running = new AtomicLong(); // and the mark CLOSED
    private final Sinks.Empty<Void> idle = Sinks.empty();
    private final AtomicBoolean keeping = new AtomicBoolean();
    private final Disposable.Composite housekeeping = Disposables.composite();
    private final Mono<Void> closing;

    PagedStore(Documents documents, String name, MongoOptions options) {
        this(documents, name, settings(options), Clockwork.SYSTEM);
    }

    PagedStore(Documents documents, String name, PagedSettings settings, Clockwork clock) {
        this.paged = new Paged(documents, name, RowCodec.paged(name), settings, clock);
        this.sweeper = new Sweeper(paged);
        this.follower = new PagedFollower(paged);
        this.appending = new Registration(paged, sweeper::sweep);
        this.changing = new Registration(paged, sweeper::sweep);
        this.changes = new ChangeLane(paged, changing, follower::wake);
        this.appends = new AppendLane(paged, appending, this::seal, follower::wake);
        this.reads = new PagedReads(paged);
        this.closing = Mono.defer(this::closed).cache();
    }

    private static PagedSettings settings(MongoOptions options) {
        return PagedSettings.DEFAULT.with(
                options.retention(), options.sweepAfter(), options.deadline(), options.pollEvery());
    }

    /** Begins to seal at once; closing waits for it. */
    private Mono<Void> seal(int room) {
        if (running.incrementAndGet() == CLOSED + 1) { // else within a running write
            leave();
            return Mono.empty();
        }
        Mono<Void> sealing = changes.submit(ChangeCall.seal(paged, room))
                .then()
                .doFinally(signal -> leave())
                .cache();
        sealing.subscribe(done -> {}, failure -> {}); // whoever needs the room hears of it
        return sealing;
    }

    /**
     * Makes the document that keeps programs of the other layout from mixing in: they count on numbers and a list.
     *
     * <p>The list is a boolean, not a text as the numbers are: of a text, which has a length and elements, asebytes 0.3 takes
     * the first letter for the id of row 0, reads it as reserved, and sets it.
     */
    static BsonDocument guard() {
        return doc("_id", GUARD, "next_sort_key", EXPLANATION, "sort_keys", false, "count", EXPLANATION);
    }

    /** Tells whether a document {@code __meta__} is the guard of this layout. */
    static boolean isGuard(BsonDocument meta) {
        return meta.isString("next_sort_key") && meta.isBoolean("sort_keys") && meta.isString("count");
    }

    @Override
    public Mono<Void> create() {
        return Mono.defer(() -> {
            long deadline = paged.clock.after(paged.settings.deadline());
            return paged.insert(List.of(guard()), deadline)
                    .then(paged.patiently(paged.documents.findOne(doc("_id", GUARD), Bson.EMPTY), deadline))
                    .switchIfEmpty(Mono.error(() -> new Vanished(paged.name)))
                    .flatMap(meta -> isGuard(meta)
                            ? Mono.<Void>empty()
                            : Mono.error(new ForeignDataException(
                                    paged.name,
                                    "a document __meta__ of another layout",
                                    "the one of the paged layout, or none; open it with layout=asebytes")))
                    .then(paged.insert(List.of(Root.make(random(40), random(40), 1 + random(30))), deadline));
        });
    }

    private long random(int bits) {
        return (long) (paged.clock.random().getAsDouble() * (1L << bits));
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public long maxAtomicRows() {
        return MOST_ROWS;
    }

    @Override
    public Mono<Long> size() {
        return reads.size()
                .onErrorMap(
                        PagedStore::isDamage,
                        damage -> new CorruptDataException(
                                paged.name, "document __root__", String.valueOf(damage.getMessage()), damage));
    }

    /** Tells whether a document could not be read because a field is of another type, or missing. */
    private static boolean isDamage(Throwable failure) {
        return failure instanceof IllegalArgumentException || failure instanceof BsonInvalidOperationException;
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return reads.get(index, columns);
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return reads.reader(request);
    }

    @Override
    public Mono<Versioned<Row>> getVersioned(long index) {
        return reads.getVersioned(index);
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        return follower.changes(from);
    }

    @Override
    public Mono<String> etag() {
        return reads.etag();
    }

    @Override
    public Flux<String> verify() {
        return PagedVerifier.verify(paged)
                .onErrorResume(
                        PagedStore::isDamage,
                        damage -> Flux.just("a page or garbage document is damaged: " + damage.getMessage()
                                + "; nothing behind it was looked at"));
    }

    // ------------------------------------------------------------------ writes

    private interface Work {
        Mono<Long> begin(BooleanSupplier cancelled);
    }

    @Override
    public Mono<Long> apply(Write<Row> write) {
        if (write instanceof Write.Append<Row> append) {
            return few(
                    append.rows().size(),
                    "rows appended",
                    cancelled -> append.rows().isEmpty() ? size() : appends.append(append.rows(), cancelled));
        } else if (write instanceof Write.Reserve<Row> reserve) {
            return few(
                    reserve.count(),
                    "rows reserved",
                    cancelled -> reserve.count() == 0 ? size() : appends.reserve(reserve.count(), cancelled));
        }
        return detached(cancelled -> changes.submit(new ChangeCall(paged, write, 0, cancelled)));
    }

    private Mono<Long> few(long rows, String what, Work work) {
        return rows <= MOST_ROWS
                ? detached(work)
                : Mono.error(() -> new LimitExceededException(
                        what + " by one call in " + paged.name, rows, MOST_ROWS, "use several calls"));
    }

    /** Runs a write that does not end with its subscription. */
    private Mono<Long> detached(Work work) {
        return Mono.create(sink -> {
            if (running.incrementAndGet() > CLOSED) {
                leave();
                sink.error(new StoreClosedException(paged.name));
                return;
            }
            AtomicBoolean cancelled = new AtomicBoolean();
            sink.onCancel(() -> cancelled.set(true));
            Mono.defer(() -> {
                        keepHouse();
                        return work.begin(cancelled::get);
                    })
                    .retryWhen(reactor.util.retry.Retry.max(MOST_RESTARTS)
                            .filter(failure -> failure instanceof AppendLane.Swept && !cancelled.get())
                            .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
                    .doFinally(signal -> leave())
                    .subscribe(sink::success, failure -> sink.error(told(failure)));
        });
    }

    private void leave() {
        if (running.decrementAndGet() == CLOSED) {
            idle.tryEmitEmpty();
        }
    }

    private Throwable told(Throwable failure) {
        if (failure instanceof AppendLane.Swept) {
            return new WriteFailedException(
                    paged.name,
                    Outcome.NOT_APPLIED,
                    failure.getCause() != null
                            ? failure.getCause()
                            : new IllegalStateException("this writer was silent for too long and was swept"));
        } else if (failure instanceof Documents.Unanswered) {
            return new WriteFailedException(paged.name, Outcome.NOT_APPLIED, failure.getCause());
        }
        return failure;
    }

    // ------------------------------------------------------------------ housekeeping

    /** From the first write on: sweeps now and then, and shows signs of life. */
    private void keepHouse() {
        if (keeping.getAndSet(true)) {
            return;
        }
        housekeeping.add(Mono.defer(sweeper::sweep)
                .onErrorComplete() // nobody waits for it; what it did not do is done the next time
                .then(Mono.defer(
                        () -> Mono.delay(paged.clock.about(paged.settings.sweepEvery()), paged.clock.scheduler())))
                .repeat()
                .subscribe());
        housekeeping.add(Flux.interval(paged.settings.expiry().dividedBy(4), paged.clock.scheduler())
                .onBackpressureDrop()
                .concatMap(tick -> Mono.when(appending.beat(), changing.beat())
                        .onErrorComplete()) // a writer that could not tell asks again before it writes
                .subscribe());
    }

    /** Sweeps now. */
    Mono<Void> sweep() {
        return sweeper.sweep();
    }

    @Override
    public Mono<Void> remove() {
        return Mono.defer(() -> {
            long deadline = paged.clock.after(paged.settings.deadline());
            paged.forget();
            // without the root nothing can be published any more, so that nothing published is dropped
            return paged.patiently(paged.documents.delete(Paged.rootKey()), deadline)
                    .then(paged.patiently(paged.documents.drop(), deadline));
        });
    }

    @Override
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> closed() {
        if (running.getAndUpdate(now -> now | CLOSED) == 0) {
            idle.tryEmitEmpty();
        }
        return idle.asMono()
                .then(Mono.fromRunnable(housekeeping::dispose))
                .then(Mono.when(appending.giveBack(), changing.giveBack())
                        .onErrorComplete()); // the sweeper takes back what could not be given
    }

    @Override
    public String toString() {
        return paged.name;
    }
}
