package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.StreamsNow;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import reactor.netty.DisposableServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running service over a group of its own in a Redis, and clients of it; closing stops the service, then the store. */
final class Served implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = new JsonMapper();

    final AtomsIO atoms;
    final DisposableServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private Served(AtomsIO atoms, Duration patience) {
        this.atoms = atoms;
        this.server = new FrameService(atoms, patience).start(0);
    }

    static Served over(int redis, String group) {
        return over(redis, group, PATIENCE);
    }

    static Served over(int redis, String group, Duration patience) {
        return new Served(AtomsIO.open("redis://127.0.0.1:" + redis, OpenOptions.ofGroup(group)), patience);
    }

    /** Makes a structure as large as wanted, with an energy. */
    static Atoms frame(int atoms, double energy) {
        double[] positions = new double[3 * atoms];
        int[] numbers = new int[atoms];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = Math.sqrt(i + energy * energy);
            numbers[i / 3] = 18;
        }
        return Atoms.builder()
                .numbers(numbers)
                .positions(NdArray.of(positions, atoms, 3))
                .energy(energy)
                .build();
    }

    String line(int atoms, double energy) {
        StringBuilder numbers = new StringBuilder();
        StringBuilder positions = new StringBuilder();
        for (int i = 0; i < atoms; i++) {
            numbers.append(i == 0 ? "" : ",").append(1);
            positions.append(i == 0 ? "" : ",").append("[0,0,").append(i).append(']');
        }
        return "{\"numbers\":[%s],\"positions\":[%s],\"results\":{\"energy\":%s}}\n"
                .formatted(numbers, positions, energy);
    }

    String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = ask("GET", path, HttpRequest.BodyPublishers.noBody());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    HttpResponse<String> ask(String method, String path, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                        .method(method, body)
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return ask("POST", "/frames", HttpRequest.BodyPublishers.ofString(body));
    }

    /** Asks for something that is refused; answers the problem. */
    JsonNode refused(int status, String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = ask(
                method,
                path,
                method.equals("GET") ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = json(answer.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        return problem;
    }

    JsonNode refused(int status, String path) throws IOException, InterruptedException {
        return refused(status, "GET", path, "");
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /** Connects and sends the beginning of a request, or all of it; reads nothing. */
    Socket connected(String request) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 << 10); // so that little is on its way when nobody reads
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    Socket getting(String path) throws IOException {
        return connected("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    static void awaitNoStream() {
        eventually(
                "no stream of rows is open, and none holds anything",
                () -> StreamsNow.open() == 0 && StreamsNow.heldBytes() == 0);
    }

    @Override
    public void close() {
        server.disposeNow(PATIENCE);
        atoms.close().block(PATIENCE); // waits for what is running: nothing may be left
    }
}
