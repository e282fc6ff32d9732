package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@DisplayName("Commands on one collection")
final class DriverDocumentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final BsonDocument ALL = new BsonDocument();

    private final Documents documents = MongoServers.documents(MongoServers.freshDatabase(), "rows");

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private static BsonDocument json(String text) {
        return BsonDocument.parse(text);
    }

    private static <T> List<T> all(Flux<T> flux) {
        List<T> list = flux.subscribeOn(Schedulers.parallel()).collectList().block(PATIENCE);
        return list == null ? List.of() : list;
    }

    private static <T> T one(Mono<T> mono) {
        return mono.subscribeOn(Schedulers.parallel()).block(PATIENCE);
    }

    private static List<BsonDocument> numbered(int from, int to) {
        List<BsonDocument> list = new ArrayList<>();
        for (int i = from; i < to; i++) {
            list.add(new BsonDocument("_id", new BsonInt32(i)).append("n", new BsonInt32(10 * i)));
        }
        return list;
    }

    @Test
    @DisplayName("documents inserted are found, whole or projected")
    void insertedDocumentsAreFound() {
        assertThat(all(documents.insert(numbered(0, 5)))).isEmpty();
        assertThat(all(documents.find(ALL, ALL, 0))).hasSize(5);
        List<RawBsonDocument> some = all(documents.find(json("{_id: {$in: [1, 3, 9]}}"), json("{n: 1, _id: 0}"), 2));
        assertThat(some).containsExactlyInAnyOrder(raw("{n: 10}"), raw("{n: 30}"));
        assertThat(one(documents.findOne(json("{_id: 4}"), ALL))).isEqualTo(json("{_id: 4, n: 40}"));
        assertThat(one(documents.findOne(json("{_id: 5}"), ALL))).isNull();
    }

    private static RawBsonDocument raw(String text) {
        return RawBsonDocument.parse(text);
    }

    @Test
    @DisplayName("an insert answers the ids that stood there, in order, and writes the others")
    void duplicatesAreAnswered() {
        all(documents.insert(numbered(3, 6)));
        List<BsonValue> there = all(documents.insert(numbered(0, 10)));
        assertThat(there).containsExactly(new BsonInt32(3), new BsonInt32(4), new BsonInt32(5));
        assertThat(all(documents.find(ALL, ALL, 0))).hasSize(10);
    }

    @Test
    @DisplayName("a change answers with the document afterwards, or with nothing if none fits")
    void changeAnswersAfterwards() {
        all(documents.insert(numbered(0, 1)));
        assertThat(one(documents.change(json("{_id: 0, n: 0}"), json("{$inc: {n: 7}}"), json("{n: 1}"), false)))
                .isEqualTo(json("{_id: 0, n: 7}"));
        assertThat(one(documents.change(json("{_id: 0, n: 0}"), json("{$inc: {n: 7}}"), ALL, false)))
                .isNull();
        assertThat(one(documents.change(json("{_id: 9}"), json("{$inc: {n: 2}}"), ALL, true)))
                .isEqualTo(json("{_id: 9, n: 2}"));
    }

    @Test
    @DisplayName("deleting answers how many, dropping leaves nothing")
    void deleteAndDrop() {
        all(documents.insert(numbered(0, 5)));
        assertThat(one(documents.delete(json("{_id: {$gte: 3}}")))).isEqualTo(2);
        one(documents.drop());
        assertThat(all(documents.find(ALL, ALL, 0))).isEmpty();
        one(documents.drop());
    }

    @Test
    @DisplayName("an aggregation streams its documents")
    void aggregationStreams() {
        all(documents.insert(numbered(0, 500)));
        assertThat(all(documents.aggregate(List.of(json("{$match: {n: {$gte: 1000}}}")))))
                .hasSize(400);
    }

    @Test
    @DisplayName("the server tells its time")
    void serverTime() {
        assertThat(one(documents.serverTime()))
                .isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
    }

    @Test
    @DisplayName("results arrive on threads of Reactor that must not block, never on the driver's")
    void arrivesOnReactorsThreads() {
        all(documents.insert(numbered(0, 3)));
        List<Boolean> watched = new ArrayList<>();
        all(documents.find(ALL, ALL, 0).doOnNext(document -> watched.add(Schedulers.isInNonBlockingThread())));
        one(documents.findOne(ALL, ALL).doOnNext(document -> watched.add(Schedulers.isInNonBlockingThread())));
        one(documents
                .change(json("{_id: 1}"), json("{$inc: {n: 1}}"), ALL, false)
                .doOnNext(document -> watched.add(Schedulers.isInNonBlockingThread())));
        assertThat(watched).hasSize(5).containsOnly(true);
    }

    @Test
    @DisplayName("a find that is cancelled ends its cursor, one that is read out leaves none")
    void cancelledFindsEndTheirCursors() {
        WatchedClients watched = new WatchedClients();
        SharedClients.Lease lease =
                Objects.requireNonNull(watched.clients.lease(MongoServers.uri()).block(PATIENCE));
        Documents counted = new DriverDocuments(
                lease.client().getDatabase(MongoServers.freshDatabase()),
                "rows",
                false,
                PATIENCE,
                new MongoErrors("store", "server", Secrets.NONE));
        all(counted.insert(numbered(0, 150)));
        assertThat(all(counted.find(ALL, ALL, 10))).hasSize(150);
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 20; round++) {
            int wanted = random.nextInt(1, 100);
            assertThat(all(counted.find(ALL, ALL, 10).take(wanted))).hasSize(wanted);
            Disposable running = counted.find(ALL, ALL, 7)
                    .limitRate(5)
                    .subscribeOn(Schedulers.parallel())
                    .subscribe();
            for (int spin = random.nextInt(50_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        watched.awaitQuiet();
        assertThat(watched.cursorsOpened()).isPositive();
        lease.release().block(PATIENCE);
    }

    @Test
    @DisplayName("more documents than one message holds are inserted in several, and duplicates keep their places")
    void splitsInserts() {
        WatchedClients watched = new WatchedClients();
        SharedClients.Lease lease =
                Objects.requireNonNull(watched.clients.lease(MongoServers.uri()).block(PATIENCE));
        Documents counted = new DriverDocuments(
                lease.client().getDatabase(MongoServers.freshDatabase()),
                "rows",
                false,
                PATIENCE,
                new MongoErrors("store", "server", Secrets.NONE));
        BsonBinary large = new BsonBinary(new byte[15 << 20]);
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            documents.add(new BsonDocument("_id", new BsonInt32(i)).append("b", large));
        }
        all(counted.insert(numbered(4, 5)));
        assertThat(all(counted.insert(documents))).containsExactly(new BsonInt32(4));
        assertThat(watched.commands()).filteredOn("insert"::equals).hasSizeGreaterThan(2);
        assertThat(all(counted.find(ALL, json("{_id: 1}"), 0))).hasSize(5);
        one(counted.drop());
        lease.release().block(PATIENCE);
    }
}
