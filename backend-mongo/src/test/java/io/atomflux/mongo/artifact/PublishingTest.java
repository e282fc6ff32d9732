package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every place at which a publisher can stand when a sweeper comes by; the publisher's steps are made by hand. */
@Timeout(120)
@DisplayName("Publishing in MongoDB beside a sweeper that keeps nothing")
class PublishingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Places places = new Places();
    private final ArtifactStorage storage = places.storage();
    private final MongoSpace space = places.space();
    private final Sets sets = new Sets(space);
    private String set = "";

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void stage() {
        set = get(storage.files().begin());
        get(storage.files().write(set, "f", Flux.just(ByteBuffer.wrap(new byte[100]))));
        storage.files().seal(set).block(PATIENCE);
    }

    @AfterEach
    void close() {
        storage.close().block(PATIENCE);
        space.close().block(PATIENCE);
    }

    private static <T> T get(Mono<T> call) {
        return call.blockOptional(PATIENCE).orElseThrow();
    }

    private static StoredRecord record(String revision, Optional<String> set) {
        return new StoredRecord("k", revision, Optional.empty(), List.of(), Bytes.ofText("{}"), set);
    }

    private CommitOutcome put(String revision, Optional<String> expected) {
        return get(storage.commit(new RecordChange.Put(record(revision, Optional.of(set)), expected)));
    }

    /** Sweeps in a later millisecond than all that was done: the stand-in's times are finer than those it tells. */
    private long swept() {
        long done = get(space.now());
        while (get(space.now()) <= done) {
            Thread.onSpinWait();
        }
        return get(storage.sweep(Duration.ZERO)).sets();
    }

    private long files() {
        return get(storage.files().list(set)).size();
    }

    private BsonDocument document() {
        return get(space.findOne(Place.RECORDS, doc("order", Records.order("k"))));
    }

    /** What a publisher sends last, as it was when it looked. */
    private Mono<BsonDocument> publish(BsonDocument seen) {
        return space.change(
                Place.RECORDS,
                doc(
                        "_id", Bson.text(seen, "_id"),
                        "state", Bson.text(seen, "state"),
                        "epoch", Bson.number(seen, "epoch")),
                doc("$set", doc("live", true, "state", "late", "set", set, "past", List.of("late"))),
                false);
    }

    private BsonDocument standing() {
        get(storage.commit(new RecordChange.Put(record("r0", Optional.empty()), Optional.empty())));
        return document();
    }

    @Test
    @DisplayName("swept before it began to publish: nothing is published")
    void sweptWhileStaged() {
        assertThat(swept()).isEqualTo(1);
        assertThat(put("r1", Optional.empty())).isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(files()).isZero();
    }

    @Test
    @DisplayName(
            "swept between the set's step and the record's: the update that was on its way fails, and so does the next try")
    void sweptWhilePublishing() {
        BsonDocument seen = standing();
        assertThat(get(sets.publishing(set, Bson.text(seen, "_id")))).isTrue();
        assertThat(swept()).isEqualTo(1);
        assertThat(publish(seen).blockOptional(PATIENCE)).as("late update").isEmpty();
        assertThat(put("r1", Optional.of("r0"))).isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(files()).isZero();
        assertThat(get(storage.load("k")).revision()).isEqualTo("r0");
    }

    @Test
    @DisplayName("swept after the record's step, before the set's last one: the files stay")
    void sweptWhenPublished() {
        BsonDocument seen = standing();
        get(sets.publishing(set, Bson.text(seen, "_id")));
        assertThat(publish(seen).blockOptional(PATIENCE)).isPresent();
        assertThat(swept()).isZero();
        assertThat(files()).isEqualTo(1);
        assertThat(Bson.text(get(sets.find(set)), "state")).isEqualTo("live");
        assertThat(put("r9", Optional.of("another"))).isEqualTo(CommitOutcome.CHANGED);
    }

    @Test
    @DisplayName(
            "disarmed, but renewed before it was taken: the publisher tries again and publishes, the sweeper leaves it")
    void renewedBetween() {
        BsonDocument seen = standing();
        String document = Bson.text(seen, "_id");
        get(sets.publishing(set, document));
        BsonDocument overdue = get(sets.find(set));
        assertThat(get(sets.disarm(set, document))).isTrue();
        get(sets.publishing(set, document));
        assertThat(get(sets.sweep(overdue))).isFalse();
        assertThat(publish(seen).blockOptional(PATIENCE))
                .as("with the old epoch")
                .isEmpty();
        assertThat(put("r1", Optional.of("r0"))).isEqualTo(CommitOutcome.APPLIED);
        assertThat(swept()).isZero();
        assertThat(files()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "killed after the record's step, and replaced by another process: the old files are swept, the new ones stay")
    void killedThenReplaced() {
        BsonDocument seen = standing();
        get(sets.publishing(set, Bson.text(seen, "_id")));
        get(publish(seen));
        String old = set;
        stage();
        assertThat(put("r2", Optional.of("late"))).isEqualTo(CommitOutcome.APPLIED);
        assertThat(files()).isEqualTo(1);
        assertThat(swept()).isEqualTo(1);
        assertThat(get(storage.files().list(old))).isEmpty();
        assertThat(files()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "killed before the old set was noted as dropped: the sweeper notes it, and removes it once it is overdue")
    void killedBeforeDropped() {
        put("r1", Optional.empty());
        String document = Bson.text(document(), "_id");
        get(space.change(
                Place.RECORDS,
                doc("_id", document),
                doc("$set", doc("state", "r2"), "$unset", doc("set", ""), "$push", doc("dropped", set)),
                false));
        assertThat(get(storage.sweep(Duration.ofHours(1))).sets()).isZero();
        assertThat(files()).isEqualTo(1);
        assertThat(Bson.texts(document(), "dropped")).isEmpty();
        assertThat(swept()).isEqualTo(1);
        assertThat(files()).isZero();
    }

    @Test
    @DisplayName("killed between taking a set and removing its files: the next sweep removes them")
    void killedWhileRemoving() {
        assertThat(get(sets.sweep(get(sets.find(set))))).isTrue();
        assertThat(files()).isEqualTo(1);
        assertThat(swept()).isEqualTo(1);
        assertThat(files()).isZero();
        assertThat(swept()).isZero();
    }

    @Test
    @DisplayName("an update on its way for one key cannot publish a set that was taken to another key meanwhile")
    void movedToAnotherKey() {
        BsonDocument seen = standing();
        get(sets.publishing(set, Bson.text(seen, "_id")));
        StoredRecord other =
                new StoredRecord("other", "r1", Optional.empty(), List.of(), Bytes.ofText("{}"), Optional.of(set));
        assertThat(get(storage.commit(new RecordChange.Put(other, Optional.empty()))))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(publish(seen).blockOptional(PATIENCE)).isEmpty();
        assertThat(swept()).isZero();
    }

    @Test
    @DisplayName("discarding a set that was published after all leaves it, one that still might be is never published")
    void discarded() {
        BsonDocument seen = standing();
        get(sets.publishing(set, Bson.text(seen, "_id")));
        storage.files().discard(set).block(PATIENCE);
        assertThat(publish(seen).blockOptional(PATIENCE)).isEmpty();
        assertThat(files()).isZero();
        stage();
        BsonDocument again = document();
        get(sets.publishing(set, Bson.text(again, "_id")));
        get(publish(again));
        storage.files().discard(set).block(PATIENCE);
        assertThat(files()).isEqualTo(1);
    }
}
