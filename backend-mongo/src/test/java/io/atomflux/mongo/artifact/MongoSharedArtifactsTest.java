package io.atomflux.mongo.artifact;

import io.atomflux.mongo.MongoServers;
import io.atomflux.testkit.artifact.SharedArtifactsContract;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;

/**
 * Behind a network that delays every command by a random time, as the stand-in does one at a time; with {@code
 * -Datomflux.proof=true} it also loses replies, for each of which the driver takes half a second to come back.
 */
@DisplayName("Artifacts in MongoDB, shared by processes that are killed")
class MongoSharedArtifactsTest extends SharedArtifactsContract {

    private final URI server = URI.create(MongoServers.uri(MongoServers.freshDatabase()));
    private final FaultProxy proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.MONGO, 1);

    @Override
    protected String location(String place) {
        proxy.jitter(Duration.ofMillis(1), Duration.ofMillis(1));
        When some = When.withProbability(0.005).command("findAndModify", "insert", "delete");
        if (Boolean.getBoolean("atomflux.proof")) {
            proxy.loseReply(some, Cut.FIN);
            proxy.lateRequest(some, Duration.ofMillis(200), Cut.FIN);
        }
        return "mongodb://127.0.0.1:%d%s?group=%s".formatted(proxy.port(), server.getPath(), place);
    }

    @AfterEach
    void close() {
        proxy.close();
    }
}
