package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.Replies;
import io.atomflux.testkit.net.When;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What becomes of errors. Those that only a real server gives are answered by a proxy in its place, as MongoDB's {@code
 * error_codes.yml} documents them; behind it stands a stand-in.
 */
@Timeout(60)
@DisplayName("Errors of MongoDB")
final class MongoErrorsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BsonDocument ALL = new BsonDocument();
    private static final BsonDocument ONE = new BsonDocument("_id", new BsonInt32(1));

    private final StandInMongo standIn = StandInMongo.start();
    private final FaultProxy proxy =
            FaultProxy.to(standIn.address().getHostString(), standIn.address().getPort(), Framing.MONGO);
    private final WatchedClients watched = new WatchedClients();
    private final SharedClients.Lease lease = Objects.requireNonNull(
            watched.clients.lease("mongodb://127.0.0.1:" + proxy.port()).block(PATIENCE));

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    void close() {
        proxy.heal();
        lease.release().block(PATIENCE);
        proxy.close();
        standIn.close();
    }

    private static Documents documents(MongoClient client, Duration timeout) {
        return new DriverDocuments(
                client.getDatabase("db"),
                "rows",
                false,
                timeout,
                new MongoErrors("mongodb://h/db", "h", Secrets.of("someuser:somepassword", Map.of())));
    }

    private Documents documents() {
        return documents(lease.client(), PATIENCE);
    }

    private static Throwable failure(Mono<?> call) {
        Throwable failure =
                catchThrowable(() -> call.subscribeOn(Schedulers.parallel()).block(PATIENCE));
        assertThat(failure).isNotNull();
        return failure;
    }

    private static Mono<BsonDocument> change(Documents documents) {
        return documents.change(ONE, BsonDocument.parse("{$inc: {n: 1}}"), ALL, true);
    }

    private void answer(String command, String reply) {
        ByteBuffer bytes = RawBsonDocument.parse(reply).getByteBuffer().asNIO();
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        proxy.answer(When.always().command(command), Replies.mongo(request -> body));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @DisplayName("answers only a real server gives: a change that fails for sure has its type and was not applied")
    @CsvSource({
        "10107, NotWritablePrimary, StoreUnavailableException",
        "13435, NotPrimaryNoSecondaryOk, StoreUnavailableException",
        "13, Unauthorized, StoreAccessException",
        "18, AuthenticationFailed, StoreAccessException",
        "14031, OutOfDiskSpace, StoreFullException",
        "10334, BSONObjectTooLarge, LimitExceededException",
        "17420, DocumentTooLarge, LimitExceededException",
        "9, FailedToParse, StoreIoException"
    })
    void definiteAnswersHaveTheirType(int code, String name, String type) {
        answer("findAndModify", "{ok: 0.0, code: %d, codeName: '%s', errmsg: 'told'}".formatted(code, name));
        Throwable failure = failure(change(documents()));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
        assertThat(((AtomfluxException) failure).retryable()).isEqualTo(type.equals("StoreUnavailableException"));
        assertThat(List.of(
                        StoreUnavailableException.class,
                        StoreAccessException.class,
                        StoreFullException.class,
                        LimitExceededException.class,
                        StoreIoException.class))
                .contains(failure.getClass().asSubclass(AtomfluxException.class));
        watched.awaitQuiet();
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("answers only a real server gives: a change that may have been made is unanswered, a read unavailable")
    @CsvSource({
        "189, PrimarySteppedDown",
        "11600, InterruptedAtShutdown",
        "11602, InterruptedDueToReplStateChange",
        "91, ShutdownInProgress",
        "50, MaxTimeMSExpired",
        "262, ExceededTimeLimit",
        "64, WriteConcernFailed"
    })
    void undecidedAnswersAreUnanswered(int code, String name) {
        String reply = "{ok: 0.0, code: %d, codeName: '%s', errmsg: 'told'}".formatted(code, name);
        for (String command : List.of("findAndModify", "insert", "delete", "find")) {
            answer(command, reply);
        }
        assertThat(failure(change(documents()))).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(documents().insert(List.of(ONE)).then())).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(documents().delete(ONE))).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(documents().findOne(ONE, ALL))).isInstanceOf(StoreUnavailableException.class);
        watched.awaitQuiet();
    }

    @Test
    @DisplayName("answers only a real server gives: a change no majority confirmed is unanswered")
    void writeConcernErrorsAreUnanswered() {
        String concern = "writeConcernError: {code: 64, codeName: 'WriteConcernFailed', errmsg: 'waiting timed out'}";
        answer("findAndModify", "{ok: 1.0, value: {_id: 1, n: 1}, " + concern + "}");
        answer("insert", "{ok: 1.0, n: 1, " + concern + "}");
        answer("delete", "{ok: 1.0, n: 1, " + concern + "}");
        assertThat(failure(change(documents()))).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(documents().insert(List.of(ONE)).then())).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(documents().delete(ONE))).isInstanceOf(Documents.Unanswered.class);
    }

    @Test
    @DisplayName("answers only a real server gives: rows that were refused singly have the type of the first refusal")
    void writeErrorsHaveTheirType() {
        answer("insert", "{ok: 1.0, n: 0, writeErrors: [{index: 0, code: 14031, errmsg: 'disk full'}]}");
        assertThat(failure(documents().insert(List.of(ONE)).then())).isInstanceOf(StoreFullException.class);
    }

    @Test
    @DisplayName("a change whose reply was lost was sent once, and is unanswered")
    void lostRepliesAreUnanswered() {
        change(documents()).block(PATIENCE);
        proxy.loseReply(When.next().command("findAndModify"), Cut.RST);
        assertThat(failure(change(documents()))).isInstanceOf(Documents.Unanswered.class);
        BsonDocument after = documents().findOne(ONE, ALL).block(PATIENCE);
        assertThat(after).isEqualTo(BsonDocument.parse("{_id: 1, n: 2}"));
        assertThat(watched.commands()).filteredOn("findAndModify"::equals).hasSize(2);
        watched.awaitQuiet();
    }

    @Test
    @DisplayName("a change without any reply ends after the timeout, unanswered; a read as unavailable")
    void silenceEnds() {
        Documents hasty = documents(lease.client(), Duration.ofMillis(200));
        documents().findOne(ONE, ALL).block(PATIENCE);
        proxy.loseReply(When.always().command("findAndModify"));
        proxy.loseReply(When.always().command("find"));
        assertThat(failure(change(hasty))).isInstanceOf(Documents.Unanswered.class);
        assertThat(failure(hasty.findOne(ONE, ALL))).isInstanceOf(StoreUnavailableException.class);
        assertThat(failure(hasty.find(ALL, ALL, 0).then())).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("a change that the time limit of a client handed in ended may have been made")
    void timeLimitsOfOtherClients() {
        proxy.loseReply(When.always().command("findAndModify"));
        try (MongoClient limited =
                MongoClients.create("mongodb://127.0.0.1:%d/?timeoutMS=2000".formatted(proxy.port()))) {
            documents(limited, PATIENCE).findOne(ONE, ALL).block(PATIENCE);
            assertThat(failure(change(documents(limited, PATIENCE)))).isInstanceOf(Documents.Unanswered.class);
        }
    }

    @Test
    @DisplayName("a server that cannot be reached is named, nothing was changed, and a retry may help")
    void unreachableServersAreNamed() {
        proxy.refuse(true);
        String uri = "mongodb://someuser:somepassword@127.0.0.1:" + proxy.port() + "/?serverSelectionTimeoutMS=300";
        SharedClients.Lease hopeless =
                Objects.requireNonNull(watched.clients.lease(uri).block(PATIENCE));
        try {
            Throwable failure = failure(change(documents(hopeless.client(), PATIENCE)));
            assertThat(failure).isInstanceOfSatisfying(StoreUnavailableException.class, unavailable -> {
                assertThat(unavailable.retryable()).isTrue();
                assertThat(unavailable.store()).isEqualTo("mongodb://h/db");
            });
            assertNoSecrets(failure);
        } finally {
            hopeless.release().block(PATIENCE);
        }
    }

    @Test
    @DisplayName("answers only a real server gives: a refused password is an error of access that shows no credentials")
    void refusedPasswordsHideCredentials() {
        answer(
                "saslStart",
                "{ok: 0.0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed for someuser'}");
        String uri = "mongodb://someuser:somepassword@127.0.0.1:" + proxy.port() + "/?serverSelectionTimeoutMS=20000";
        SharedClients.Lease refused =
                Objects.requireNonNull(watched.clients.lease(uri).block(PATIENCE));
        try {
            Throwable failure = failure(change(documents(refused.client(), PATIENCE)));
            assertThat(failure).isInstanceOf(StoreAccessException.class);
            assertNoSecrets(failure);
        } finally {
            refused.release().block(PATIENCE);
        }
    }

    private static void assertNoSecrets(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            assertThat(String.valueOf(at)).doesNotContain("someuser", "somepassword");
        }
    }
}
