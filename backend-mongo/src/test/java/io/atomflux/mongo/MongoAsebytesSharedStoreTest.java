package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.atomflux.testkit.SharedStoreContract;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import java.time.Duration;
import java.util.Random;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Processes that share a store in the layout of asebytes through a proxy that delays each command by a random time, loses
 * replies and makes commands late.
 */
class MongoAsebytesSharedStoreTest extends SharedStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(1);

    private StandInMongo server;
    private FaultProxy proxy;

    @BeforeEach
    void start() {
        server = StandInMongo.start();
        proxy = FaultProxy.to("127.0.0.1", server.address().getPort(), Framing.MONGO, seed());
        proxy.jitter(Duration.ofMillis(2), Duration.ofMillis(2));
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    @Override
    protected String uri(String place, boolean test) {
        return "mongodb://127.0.0.1:%d/%s?layout=asebytes&timeout_ms=2000&deadline_ms=20000"
                .formatted(test ? server.address().getPort() : proxy.port(), place);
    }

    @Override
    protected void disturb(Random random) {
        When command = When.withProbability(0.02).command("findAndModify", "insert", "delete");
        switch (random.nextInt(4)) {
            case 0 -> proxy.loseReply(command.times(4), Cut.FIN);
            case 1 -> proxy.lateRequest(command.times(4), Duration.ofMillis(random.nextInt(300)), Cut.FIN);
            case 2 -> proxy.loseReply(command.times(1));
            default -> proxy.cutReply(command.times(4), 20, Cut.FIN);
        }
    }

    @Override
    protected void settle() throws Exception {
        proxy.heal();
        proxy.jitter(Duration.ofMillis(2), Duration.ofMillis(2));
        proxy.releaseHeld();
        proxy.awaitNoneHeld(PATIENCE);
    }

    @Override
    protected void leftovers(String place) {
        try (MongoClient client = MongoClients.create(server.uri())) {
            Documents documents = new DriverDocuments(
                    client.getDatabase(place),
                    MongoAddress.DEFAULT_GROUP,
                    false,
                    PATIENCE,
                    new MongoErrors(place, "stand-in", Secrets.NONE));
            AsebytesStore everybodyIsOverdue = new AsebytesStore(
                    place,
                    documents,
                    RowCodec.asebytes(place),
                    new AsebytesTimes(PATIENCE, MOMENT, MOMENT, PATIENCE, PATIENCE),
                    "sweeper",
                    false,
                    Schedulers.parallel(),
                    bound -> 0);
            for (int i = 0; i < 6; i++) {
                Mono.delay(Duration.ofMillis(5))
                        .then(everybodyIsOverdue.sweep())
                        .block(PATIENCE);
            }
            BsonDocument meta = documents
                    .findOne(AsebytesDocs.meta(), AsebytesDocs.include("af.open", "af.dead"))
                    .block(PATIENCE);
            BsonDocument records = AsebytesAttempts.child(meta, "af");
            assertThat(AsebytesAttempts.child(records, "open")).isEmpty();
            assertThat(AsebytesAttempts.child(records, "dead")).isEmpty();
            assertThat(everybodyIsOverdue.verify().collectList().block(PATIENCE))
                    .isEmpty();
        }
    }
}
