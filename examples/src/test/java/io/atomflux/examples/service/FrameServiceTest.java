package io.atomflux.examples.service;

import static io.atomflux.examples.service.Served.frame;
import static io.atomflux.examples.service.Served.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.atoms.Atoms;
import io.atomflux.codec.AtomfluxModule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The service of frames")
@Timeout(60)
class FrameServiceTest {

    private static Redis redis;
    private Served served;

    @BeforeAll
    static void startRedis(@TempDir Path folder) throws IOException {
        redis = Redis.start(folder);
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
    }

    @BeforeEach
    void serve() {
        served = Served.over(redis.port(), "g" + UUID.randomUUID());
    }

    @AfterEach
    void stop() {
        Served.awaitNoStream();
        served.close();
    }

    private void stored(int count) {
        served.atoms.extend(Flux.range(0, count).map(i -> frame(3, -i))).block(Served.PATIENCE);
    }

    private long size() {
        return served.atoms.size().block(Served.PATIENCE);
    }

    @Test
    @DisplayName("answers a frame as JSON that is read back as the same structure, from the end as well")
    void frameByIndex() throws Exception {
        stored(3);
        JsonMapper mapper = JsonMapper.builder().addModule(new AtomfluxModule()).build();
        assertThat(mapper.readValue(served.get("/frames/1"), Atoms.class))
                .isEqualTo(served.atoms.get(1).block());
        assertThat(json(served.get("/frames/-1")).at("/results/energy").asDouble())
                .isEqualTo(-2);
    }

    @Test
    @DisplayName("answers 404 for a row that is not there, or is reserved, and says which")
    void absentRows() throws Exception {
        assertThat(served.refused(404, "/frames/0").get("detail").asString()).contains("row index: 0", "size 0");
        stored(2);
        served.atoms.reserve(1).block(Served.PATIENCE);
        JsonNode reserved = served.refused(404, "/frames/2");
        assertThat(reserved.get("detail").asString()).isEqualTo("row 2 is reserved");
        assertThat(reserved.get("retryable").asBoolean()).isFalse();
        assertThat(served.refused(404, "/frames/3").get("detail").asString()).contains("size 3");
        assertThat(served.refused(404, "/frames/-4").get("title").asString()).isEqualTo("no such frame");
        assertThat(served.get("/frames/1")).contains("-1.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/frames/first",
                "/frames/1.5",
                "/frames/99999999999999999999",
                "/energies?from=a",
                "/energies?from=0&to=",
                "/frames?to=0x1"
            })
    @DisplayName("answers 400 for what is no number")
    void malformedNumbers(String path) throws Exception {
        assertThat(served.refused(400, path).get("detail").asString()).contains("expected: a whole number");
    }

    @Test
    @DisplayName("streams energies of all rows, or of a range as Python cuts it")
    void energies() throws Exception {
        assertThat(served.get("/energies")).isEmpty();
        stored(1000);
        List<String> all = served.get("/energies").lines().toList();
        assertThat(all).hasSize(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(all.get(i)).isEqualTo("{\"frame\":%d,\"energy\":%s}".formatted(i, (double) -i));
        }
        assertThat(served.get("/energies?from=3&to=5").lines()).isEqualTo(all.subList(3, 5));
        assertThat(served.get("/energies?from=-2").lines()).isEqualTo(all.subList(998, 1000));
        assertThat(served.get("/energies?from=1000")).isEmpty();
    }

    @Test
    @DisplayName("streams whole frames")
    void frames() throws Exception {
        stored(5);
        assertThat(served.get("/frames?from=1&to=4").lines())
                .containsExactly(
                        served.get("/frames/1").strip(),
                        served.get("/frames/2").strip(),
                        served.get("/frames/3").strip());
    }

    @Test
    @DisplayName("tells an error in the middle of a stream as its last line, after all rows before it")
    void errorInTheMiddle() throws Exception {
        stored(600);
        served.atoms
                .append(frame(2, 0).withoutResults())
                .then(served.atoms.append(frame(2, 1)))
                .block(Served.PATIENCE);
        List<String> lines = served.get("/energies").lines().toList();
        assertThat(lines).hasSize(601);
        assertThat(json(lines.get(599)).get("frame").asLong()).isEqualTo(599);
        JsonNode problem = json(lines.get(600)).get("error");
        assertThat(problem.get("title").asString()).isEqualTo("no such value");
        assertThat(problem.get("detail").asString()).contains("600", "calc.energy");
        served.refused(404, "/energies?from=600");
    }

    @Test
    @DisplayName("stores a frame, or many, and answers where they are")
    void uploads() throws Exception {
        HttpResponse<String> one = served.post(served.line(2, -1).strip());
        assertThat(one.statusCode()).isEqualTo(201);
        assertThat(json(one.body())).isEqualTo(json("{\"first\":0,\"size\":1}"));
        HttpResponse<String> many = served.post(served.line(2, -2) + served.line(0, -3) + "\n" + served.line(3, -4));
        assertThat(json(many.body())).isEqualTo(json("{\"first\":1,\"size\":4}"));
        assertThat(served.atoms.get(3).block().positions().shape()).containsExactly(3, 3);
        assertThat(served.get("/frames/0")).contains("\"energy\":-1.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "no JSON",
                "{\"numbers\":[1],\"positions\":[[0,0,0]]}\n{\"numbers\":[1],\"positions\":[[0,0",
                "{\"numbers\":[1],\"positions\":[[0,0,0]]}\n[1]",
                "{\"numbers\":[1],\"positions\":[[0,0,0]]}\nnull",
                "{\"numbers\":[1],\"positions\":[[0,0,0]]}\n{\"numbers\":[1,1],\"positions\":[[0,0,0]]}",
                "{\"numbers\":[1],\"positions\":[[0,0,0]]}\n{\"atoms\":3}"
            })
    @DisplayName("refuses an upload that is malformed, and stores nothing of it")
    void malformedUploads(String body) throws Exception {
        stored(1);
        JsonNode problem = served.refused(400, "POST", "/frames", body);
        assertThat(problem.get("outcome").asString()).isEqualTo("NOT_APPLIED");
        if (body.contains("\n{")) {
            assertThat(problem.get("detail").asString()).contains("line 2");
        }
        assertThat(size()).isEqualTo(1);
    }

    @Test
    @DisplayName("refuses an upload that is too large, whether its length was told before or not")
    void tooLarge() throws Exception {
        String frame = served.line(1000, -1);
        String body = frame.repeat((1 << 20) / frame.length() + 1);
        assertThat(served.refused(413, "POST", "/frames", body).get("detail").asString())
                .contains("1048576");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> chunked = served.ask(
                "POST", "/frames", HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(size()).isZero();
        assertThat(served.post(body.substring(frame.length())).statusCode()).isEqualTo(201);
    }

    @Test
    @DisplayName("stores nothing of uploads whose client goes away, and has room for others then")
    void brokenUploads() throws Exception {
        String line = served.line(1, -1);
        for (int i = 0; i < 20; i++) { // more than are let in at a time
            String length = i % 2 == 0 ? "Content-Length: 1000" : "Transfer-Encoding: chunked";
            String part = i % 2 == 0 ? line : Integer.toHexString(line.length()) + "\r\n" + line + "\r\n";
            try (Socket socket =
                    served.connected("POST /frames HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n\r\n" + part)) {
                socket.setSoLinger(i % 3 == 0, 0);
            }
        }
        Served.eventually("an upload is let in", () -> uploaded(line));
        assertThat(size()).isEqualTo(1);
    }

    private boolean uploaded(String line) {
        try {
            return served.post(line).statusCode() == 201;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("loses no frame of clients that upload at the same time, and keeps each upload together")
    void concurrentUploads() throws Exception {
        int clients = 16;
        int frames = 10;
        Set<Long> firsts = new TreeSet<>();
        List<Thread> threads = new ArrayList<>();
        for (int c = 0; c < clients; c++) {
            int client = c;
            StringBuilder body = new StringBuilder();
            IntStream.range(0, frames).forEach(i -> body.append(served.line(1, client * 100 + i)));
            Thread thread = new Thread(() -> Served.eventually("client " + client + " is let in", () -> {
                try {
                    HttpResponse<String> answer = served.post(body.toString());
                    if (answer.statusCode() == 503) { // too busy, which is told as retryable
                        return !json(answer.body()).get("retryable").asBoolean();
                    }
                    synchronized (firsts) {
                        firsts.add(json(answer.body()).get("first").asLong());
                    }
                    return true;
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(60).toMillis());
        }
        List<Long> energies = served.get("/energies")
                .lines()
                .map(line -> json(line).get("energy").asLong())
                .toList();
        assertThat(energies).hasSize(clients * frames).doesNotHaveDuplicates();
        assertThat(firsts).hasSize(clients);
        for (long first : firsts) {
            assertThat(energies.get((int) first) % 100).isZero();
            for (int i = 1; i < frames; i++) {
                assertThat(energies.get((int) first + i)).isEqualTo(energies.get((int) first) + i);
            }
        }
    }

    @Test
    @DisplayName("gives up on an upload that takes too long, and on nothing else")
    void slowUpload() throws Exception {
        try (Served hasty = Served.over(redis.port(), "g" + UUID.randomUUID(), Duration.ofSeconds(2))) {
            try (Socket socket = hasty.connected(
                    "POST /frames HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"numbers\":")) {
                assertThat(Served.rest(socket)).startsWith("HTTP/1.1 408").contains("\"title\":\"too slow\"");
            }
            assertThat(hasty.post(hasty.line(1, 0)).statusCode()).isEqualTo(201);
        }
    }

    @Test
    @DisplayName("tells how many frames there are, and knows no other paths")
    void health() throws Exception {
        stored(2);
        assertThat(served.get("/health")).isEqualTo("{\"frames\":2}\n");
        assertThat(served.ask("GET", "/", HttpRequest.BodyPublishers.noBody()).statusCode())
                .isEqualTo(404);
        assertThat(served.ask("DELETE", "/frames/0", HttpRequest.BodyPublishers.noBody())
                        .statusCode())
                .isEqualTo(404);
    }
}
