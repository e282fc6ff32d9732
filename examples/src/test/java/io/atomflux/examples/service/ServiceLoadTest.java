package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import io.lettuce.core.RedisClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/**
 * The service under load from wrk, in a JVM of 128 MiB that watches for blocked event loops, beside the bare driver in another;
 * each is loaded alone, in turns. Needs wrk. Writes {@code target/service-load.md}.
 */
@Tag("proof")
@DisplayName("The service under load from wrk")
@Timeout(900)
class ServiceLoadTest {

    private static final boolean PROOF = Boolean.getBoolean("atomflux.proof");
    private static final int TURNS = PROOF ? 6 : 3;
    private static final int SECONDS = PROOF ? 6 : 3;
    private static final int CONNECTIONS = 64;
    private static final int ROWS = 1000;
    private static final int ATOMS = 27;
    private static final String GROUP = "load";
    private static final long MEGABYTE = 1 << 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> report = new ArrayList<>();

    /** A way to answer, and what was seen of it. */
    private record Way(String what, Watched process, String prefix, List<Wrk.Result> results) {}

    /** What a process holds; see {@link UnderLoad}. */
    private record Held(long heap, long direct, int streams, int blocked) {
        static Held of(String line) {
            String[] parts = line.split(" ");
            return new Held(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Integer.parseInt(parts[2]),
                    Integer.parseInt(parts[3]));
        }
    }

    /** A process that answers. */
    private record Watched(Process process, BufferedReader out, PrintWriter in, int port) implements AutoCloseable {
        static Watched start(String kind, String uri, Path folder) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+IgnoreUnrecognizedVMOptions",
                    "-XX:+EnableDynamicAgentLoading",
                    "-XX:+AllowRedefinitionToAddDeleteMethods",
                    "-XX:-PrintWarnings",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow"));
            command.addAll(
                    List.of(System.getProperty("atomflux.load.options", "").split(" ")));
            command.removeIf(String::isEmpty);
            command.addAll(
                    List.of("-cp", System.getProperty("java.class.path"), UnderLoad.class.getName(), kind, uri, GROUP));
            Process process = new ProcessBuilder(command)
                    .redirectError(folder.resolve(kind + ".err").toFile())
                    .start();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            String port = out.readLine();
            assertThat(port).as(Files.readString(folder.resolve(kind + ".err"))).isNotNull();
            return new Watched(
                    process,
                    out,
                    new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true),
                    Integer.parseInt(port));
        }

        Held look() throws IOException {
            in.println();
            return Held.of(out.readLine());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("blocks no event loop, keeps its memory flat, and answers as the bare driver does")
    void underLoad(@TempDir Path folder) throws Exception {
        Wrk wrk = Wrk.in(folder);
        try (Redis redis = Redis.start(folder)) {
            String uri = "redis://127.0.0.1:" + redis.port();
            fill(uri);
            try (Watched service = Watched.start("service", uri, folder);
                    Watched driver = Watched.start("driver", uri, folder)) {
                List<Way> ways = List.of(
                        new Way("Atomflux: the service", service, "/frames/", new ArrayList<>()),
                        new Way("driver: HGETALL, name known", driver, "/row/", new ArrayList<>()),
                        new Way("driver: LINDEX, then HGETALL", driver, "/position/", new ArrayList<>()),
                        new Way("driver: GET of ready JSON", driver, "/ready/", new ArrayList<>()));
                storeReady(uri, service);
                sameAnswers(ways);
                for (Way way : ways) {
                    wrk.run(way.process.port, way.prefix, ROWS, CONNECTIONS, SECONDS); // warms it up
                }
                List<Held> held = new ArrayList<>(List.of(service.look()));
                for (int turn = 0; turn < TURNS; turn++) {
                    for (int i = 0; i < ways.size(); i++) { // another one first each time
                        Way way = ways.get((turn + i) % ways.size());
                        way.results.add(wrk.run(way.process.port, way.prefix, ROWS, CONNECTIONS, SECONDS));
                    }
                    held.add(service.look());
                }
                tell(ways, held);
                Files.write(Path.of("target/service-load.md"), report);
                for (Way way : ways) {
                    assertThat(way.results).allMatch(result -> result.failed() == 0 && result.requests() > 0);
                }
                assertThat(held).allMatch(now -> now.blocked == 0).allMatch(now -> now.streams == 0);
                assertThat(held).allMatch(now -> now.heap < 64 * MEGABYTE);
                assertThat(held).allMatch(now -> now.direct < held.get(0).direct + 16 * MEGABYTE);
                assertThat(service.look()).matches(now -> now.blocked == 0 && now.streams == 0);
            }
        }
    }

    private static void fill(String uri) {
        Random random = new Random(7);
        AtomsIO atoms = AtomsIO.open(uri, OpenOptions.ofGroup(GROUP));
        atoms.extend(Flux.range(0, ROWS).map(i -> structure(random))).block(Served.PATIENCE);
        atoms.close().block(Served.PATIENCE);
    }

    /** Makes a structure of the size of 3BPA's, with forces. */
    private static Atoms structure(Random random) {
        int[] numbers = random.ints(ATOMS, 1, 9).toArray();
        return Atoms.builder()
                .numbers(numbers)
                .positions(NdArray.of(random.doubles(3 * ATOMS).toArray(), ATOMS, 3))
                .forces(NdArray.of(random.doubles(3 * ATOMS).toArray(), ATOMS, 3))
                .energy(random.nextGaussian())
                .build();
    }

    private void storeReady(String uri, Watched service) throws Exception {
        RedisClient redis = RedisClient.create(uri);
        try (var connection = redis.connect()) {
            for (int i = 0; i < ROWS; i++) {
                connection.sync().set(GROUP + "/ready/" + i, answer(service, "/frames/" + i));
            }
        }
        redis.shutdown();
    }

    private void sameAnswers(List<Way> ways) throws Exception {
        for (int i = 0; i < ROWS; i += 97) {
            String expected = answer(ways.get(0).process, ways.get(0).prefix + i);
            for (Way way : ways) {
                assertThat(answer(way.process, way.prefix + i)).isEqualTo(expected);
            }
        }
    }

    private String answer(Watched process, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + process.port + path))
                        .timeout(Served.PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private void tell(List<Way> ways, List<Held> held) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        about.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        about.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        about.put("frames", ROWS + " of " + ATOMS + " atoms with forces");
        about.put(
                "load",
                "wrk, 2 threads, %d connections, random rows, %d turns of %d s for each way"
                        .formatted(CONNECTIONS, TURNS, SECONDS));
        about.put("each JVM", "-Xmx128m, BlockHound installed");
        about.put(
                "load average of the machine",
                String.format(
                        Locale.ROOT,
                        "%.2f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        report.add("| | |");
        report.add("|---|---|");
        about.forEach((name, value) -> report.add("| " + name + " | " + value + " |"));
        report.add("");
        report.add("| way | requests/s | p50 ms | p99 ms | failed |");
        report.add("|---|---|---|---|---|");
        for (Way way : ways) {
            report.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %d |",
                    way.what,
                    spread(way.results.stream().map(Wrk.Result::perSecond).toList(), "%.0f"),
                    spread(
                            way.results.stream()
                                    .map(result -> result.p50Micros() / 1e3)
                                    .toList(),
                            "%.2f"),
                    spread(
                            way.results.stream()
                                    .map(result -> result.p99Micros() / 1e3)
                                    .toList(),
                            "%.2f"),
                    way.results.stream().mapToLong(Wrk.Result::failed).sum()));
        }
        report.add("");
        report.add("Medians (least to most) of the turns.");
        report.add("");
        report.add(
                "| the service after turn | heap after GC, MB | direct buffers, MB | open streams | blocked event loops |");
        report.add("|---|---|---|---|---|");
        for (int i = 0; i < held.size(); i++) {
            Held now = held.get(i);
            report.add(String.format(
                    Locale.ROOT,
                    "| %d | %.1f | %.1f | %d | %d |",
                    i,
                    (double) now.heap / MEGABYTE,
                    (double) now.direct / MEGABYTE,
                    now.streams,
                    now.blocked));
        }
    }

    private static String spread(List<Double> values, String format) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ")",
                sorted.get(sorted.size() / 2),
                sorted.get(0),
                sorted.get(sorted.size() - 1));
    }
}
