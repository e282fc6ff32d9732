package io.atomflux.mongo.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.mongo.MongoServers;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.Fault;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import io.atomflux.value.Bytes;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

@Timeout(120)
@DisplayName("Artifacts in MongoDB behind a network that fails")
class MongoFaultsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private static final int STRIDE = Boolean.getBoolean("atomflux.proof") ? 1 : 2;

    /** The driver takes half a second to come back each time. */
    static List<Cut> cuts() {
        return Boolean.getBoolean("atomflux.proof") ? List.of(Cut.values()) : List.of(Cut.RST);
    }

    @ParameterizedTest
    @MethodSource("cuts")
    @DisplayName("a put whose replies are lost, at any of its steps, is made once and says so")
    void lostReplies(Cut cut) {
        URI server = URI.create(MongoServers.uri(MongoServers.freshDatabase()));
        try (FaultProxy proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.MONGO)) {
            ArtifactStorage storage = new MongoArtifactProvider()
                    .open(
                            Location.parse("mongodb://" + proxy.host() + ":" + proxy.port() + server.getPath()),
                            OpenOptions.none());
            storage.id().block(PATIENCE);
            Optional<String> stands = Optional.empty();
            boolean hit = true;
            int step = 1 - STRIDE;
            while (hit) { // the set, the record, and what is noted behind it, until a put sends fewer
                step += STRIDE;
                String set = storage.files().begin().block(PATIENCE);
                storage.files()
                        .write(set, "f", Flux.just(ByteBuffer.wrap(new byte[10])))
                        .block(PATIENCE);
                storage.files().seal(set).block(PATIENCE);
                StoredRecord record = new StoredRecord(
                        "k", "r" + step, Optional.of("i"), List.of(), Bytes.ofText("{}"), Optional.of(set));
                Fault fault = proxy.loseReply(When.nth(step).command("findAndModify"), cut);
                assertThat(storage.commit(new RecordChange.Put(record, stands)).block(PATIENCE))
                        .as("step %d", step)
                        .isEqualTo(CommitOutcome.APPLIED);
                hit = fault.fired() == 1;
                fault.remove();
                assertThat(storage.load("k").block(PATIENCE)).isEqualTo(record);
                stands = Optional.of("r" + step);
            }
            assertThat(step).as("replies lost, and one put without").isGreaterThanOrEqualTo(5);
            assertThat(storage.sweep(Duration.ZERO).block(PATIENCE).sets()).isEqualTo((step - 1) / STRIDE);
            storage.close().block(PATIENCE);
        }
    }

    @ParameterizedTest
    @MethodSource("cuts")
    @DisplayName("files whose writes lose replies, at any of their steps, are whole, and nothing is left of them")
    void lostRepliesOfFiles(Cut cut) {
        URI server = URI.create(MongoServers.uri(MongoServers.freshDatabase()));
        try (FaultProxy proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.MONGO)) {
            ArtifactStorage storage = new MongoArtifactProvider()
                    .open(
                            Location.parse("mongodb://" + proxy.host() + ":" + proxy.port() + server.getPath()),
                            OpenOptions.none());
            storage.id().block(PATIENCE);
            int size = MongoFiles.CHUNK_BYTES + 10;
            boolean hit = true;
            int step = 1 - STRIDE;
            while (hit) {
                step += STRIDE;
                Fault fault = proxy.loseReply(When.nth(step).command("findAndModify", "insert", "delete"), cut);
                String set = storage.files().begin().block(PATIENCE);
                assertThat(storage.files()
                                .write(set, "f", Flux.just(ByteBuffer.wrap(new byte[size])))
                                .block(PATIENCE))
                        .isEqualTo(size);
                storage.files().seal(set).block(PATIENCE);
                assertThat(storage.files().list(set).block(PATIENCE)).containsExactly(new StoredFile("f", size));
                storage.files().discard(set).block(PATIENCE);
                assertThat(storage.files().list(set).block(PATIENCE)).isEmpty();
                hit = fault.fired() == 1;
                fault.remove();
            }
            assertThat(step).as("replies lost, and one write without").isGreaterThan(8);
            assertThat(storage.sweep(Duration.ZERO).block(PATIENCE).bytes()).isZero();
            storage.close().block(PATIENCE);
        }
    }
}
