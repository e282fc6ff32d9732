package io.atomflux.examples.service;

import static io.atomflux.examples.service.Served.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

@DisplayName("The service, while its Redis is gone")
@Timeout(180)
class RedisGoneTest {

    private Redis redis;
    private Served served;

    @BeforeEach
    void serve(@TempDir Path folder) throws IOException {
        redis = Redis.start(folder);
        served = Served.over(redis.port(), "g");
    }

    @AfterEach
    void stop() throws IOException {
        served.close();
        redis.close();
    }

    @Test
    @DisplayName("answers 503 that may be tried again, and serves again when Redis is back")
    void unavailableAndBack() throws Exception {
        assertThat(served.post(served.line(1, -1)).statusCode()).isEqualTo(201);
        redis.stop();
        for (String path : new String[] {"/frames/0", "/energies", "/frames", "/health"}) {
            JsonNode problem = served.refused(503, path);
            assertThat(problem.get("title").asString()).isEqualTo("the store cannot be reached");
            assertThat(problem.get("retryable").asBoolean()).isTrue();
        }
        JsonNode refused = served.refused(503, "POST", "/frames", served.line(1, -2));
        assertThat(refused.get("outcome").asString()).isEqualTo("NOT_APPLIED");
        redis.startAgain();
        Served.eventually("Redis is found again", this::uploaded);
        assertThat(served.get("/energies").lines()).containsExactly("{\"frame\":0,\"energy\":-3.0}");
        Served.awaitNoStream();
    }

    private boolean uploaded() {
        try {
            return served.post(served.line(1, -3)).statusCode() == 201;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("tells the clients of running streams as the last line, after whole rows")
    void goneInTheMiddle() throws Exception {
        int frames = 600;
        served.atoms
                .extend(Flux.range(0, frames).map(i -> Served.frame(1000, i)))
                .block(Served.PATIENCE);
        try (Socket slow = served.getting("/frames")) {
            slow.getInputStream().readNBytes(1000);
            redis.stop();
            String rest = Served.rest(slow);
            assertThat(rest).endsWith("\r\n0\r\n\r\n");
            String last = rest.lines().filter(line -> line.startsWith("{")).reduce("", (before, line) -> line);
            assertThat(json(last).at("/error/status").asInt()).isEqualTo(503);
            assertThat(rest.lines().filter(line -> line.startsWith("{\"numbers\"")))
                    .hasSizeLessThan(frames);
        }
        redis.startAgain();
        Served.awaitNoStream();
    }
}
