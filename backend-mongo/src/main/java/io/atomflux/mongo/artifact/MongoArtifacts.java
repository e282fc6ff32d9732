package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.RECORDS;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.mongo.MongoLocks;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Artifacts in MongoDB: a document per key with its index terms in an array, see {@link Records} and {@link RecordCommit}; a
 * document per set of files, see {@link Sets}; files as GridFS keeps them, see {@link MongoFiles}.
 *
 * <p>What a lookup costs is up to the server's planner, which tries the ranges against each other and goes on with the best.
 */
final class MongoArtifacts implements ArtifactStorage {

    private static final int LISTED_TOGETHER = 256;

    private final Place place;
    private final MongoSpace space;
    private final MongoFiles files;
    private final LeaseLock locks;
    private final RecordCommit commit;
    private final Sweeper sweeper;

    MongoArtifacts(MongoSpace space, boolean readOnly) {
        Sets sets = new Sets(space);
        MongoLocks cells;
        this.space = space;
        this.place = new Place(space, readOnly);
        this.files = new MongoFiles(place, sets);
        this.commit = new RecordCommit(place, sets);
        cells = new MongoLocks(space, Place.LOCKS, place.writable());
        this.locks = PolledLocks.of(cells);
        this.sweeper = new Sweeper(space, sets, files, cells);
    }

    @Override
    public String name() {
        return space.name();
    }

    @Override
    public Mono<String> id() {
        return place.id();
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return one(doc("order", Records.order(key), "live", true));
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return one(doc("identity", identity, "live", true));
    }

    private Mono<StoredRecord> one(BsonDocument filter) {
        return place.existing()
                .then(Mono.defer(() -> space.findOne(RECORDS, filter)))
                .map(this::read);
    }

    private StoredRecord read(BsonDocument document) {
        return Records.read(space.name(), document);
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        String begin = Records.order(prefix);
        return place.existing()
                .thenMany(Flux.defer(() -> page(begin, Records.order(after))
                        .expand(page -> page.size() < LISTED_TOGETHER
                                ? Mono.empty()
                                : page(begin, Bson.text(page.get(page.size() - 1), "order")))))
                .concatMapIterable(page -> page, 1)
                .map(this::read);
    }

    /** Pages instead of one cursor, which the server would end under who reads slowly; {@code g} follows all digits. */
    private Mono<List<BsonDocument>> page(String begin, String after) {
        BsonDocument range = doc("$gte", begin, "$lt", begin + "g", "$gt", after);
        return space.page(RECORDS, doc("order", range, "live", true), "order", LISTED_TOGETHER);
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("ranges: none (expected: at least one)");
        }
        BsonDocument filter = doc(
                "live",
                BsonBoolean.TRUE,
                "$and",
                ranges.stream().map(Records::within).toList());
        return place.existing()
                .thenMany(Flux.defer(() -> space.find(RECORDS, filter)))
                .map(this::read);
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        return commit.commit(Objects.requireNonNull(change, "change"));
    }

    @Override
    public FileArea files() {
        return files;
    }

    @Override
    public LeaseLock locks() {
        return locks;
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        if (retention.isNegative()) {
            throw new IllegalArgumentException("retention: %s (expected: not negative)".formatted(retention));
        }
        return place.writable().then(Mono.defer(() -> sweeper.sweep(retention)));
    }

    @Override
    public Mono<Void> close() {
        return space.close();
    }
}
