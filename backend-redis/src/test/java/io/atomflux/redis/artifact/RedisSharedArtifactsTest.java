package io.atomflux.redis.artifact;

import io.atomflux.redis.RedisServers;
import io.atomflux.testkit.artifact.SharedArtifactsContract;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;

/** With {@code -Datomflux.proof=true} behind a network that now and then loses a reply, or brings a request late. */
@DisplayName("Artifacts in Redis, shared by processes that are killed")
class RedisSharedArtifactsTest extends SharedArtifactsContract {

    private final RedisURI server = RedisURI.create(RedisServers.single());
    private final FaultProxy proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.RESP, 1);

    @Override
    protected String location(String place) {
        When some = When.withProbability(0.002).command("EVALSHA");
        if (Boolean.getBoolean("atomflux.proof")) {
            proxy.loseReply(some, Cut.RST);
            proxy.lateRequest(some, Duration.ofMillis(200), Cut.FIN);
        }
        return "redis://127.0.0.1:%d?group=%s-%s".formatted(proxy.port(), place, UUID.randomUUID());
    }

    @AfterEach
    void close() {
        proxy.close();
    }
}
