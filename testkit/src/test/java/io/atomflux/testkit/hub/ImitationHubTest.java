package io.atomflux.testkit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.codec.Json;
import io.atomflux.testkit.hub.Client.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@Timeout(60)
class ImitationHubTest {

    private static final byte[] SHARD = bytes(2048);
    private static final ImitatedDataset TOY = ImitatedDataset.of("lab/toy")
            .file("README.md", "---\nconfigs: []\n---\nA toy.\n")
            .file("co/co_0.parquet", SHARD)
            .file("co/co_1.parquet", bytes(10))
            .file("co/deep/é #+.parquet", bytes(3))
            .cardData("{\"configs\":[{\"config_name\":\"default\",\"data_files\":\"co/*.parquet\"}]}")
            .converted("default", "train", bytes(4))
            .formerId("lab/old")
            .build();

    private final Client client = new Client();
    private final List<ImitationHub> hubs = new ArrayList<>();
    private ImitationHub hub = ImitationHub.builder()
            .dataset(TOY)
            .dataset(ImitatedDataset.of("lab/secret")
                    .isPrivate(true)
                    .file("a.parquet", SHARD)
                    .build())
            .dataset(ImitatedDataset.of("lab/closed")
                    .gated("manual")
                    .file("a.parquet", SHARD)
                    .build())
            .dataset(ImitatedDataset.of("lab/off").disabled(true).build())
            .token("t0k", "lab/secret", "lab/closed")
            .token("stranger")
            .start();

    @BeforeEach
    void remember() {
        hubs.add(hub);
    }

    @AfterEach
    void closeAll() {
        hubs.forEach(ImitationHub::close);
    }

    private ImitationHub instead(ImitationHub.Builder settings) {
        hub = settings.start();
        hubs.add(hub);
        return hub;
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7);
        }
        return bytes;
    }

    private Reply api(String rest, String... headers) throws IOException, InterruptedException {
        return client.get(hub.endpoint() + "/api/datasets/" + rest, headers);
    }

    private Reply resolve(String rest, String... headers) throws IOException, InterruptedException {
        return client.get(hub.endpoint() + "/datasets/" + rest, headers);
    }

    private String shard() throws IOException, InterruptedException {
        return resolve("lab/toy/resolve/main/co/co_0.parquet").header("Location");
    }

    private static Map<Object, Object> object(Reply reply) {
        return new LinkedHashMap<>((Map<?, ?>) Objects.requireNonNull(Json.read(reply.text())));
    }

    private static List<Object> paths(Reply reply) {
        List<Object> paths = new ArrayList<>();
        for (Object entry : (List<?>) Objects.requireNonNull(Json.read(reply.text()))) {
            paths.add(Objects.requireNonNull(((Map<?, ?>) entry).get("path")));
        }
        return paths;
    }

    @Test
    @DisplayName("information names the commit, the files, the card and what is left of the quota")
    void information() throws Exception {
        Reply reply = api("lab/toy/revision/main?blobs=true");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(object(reply))
                .containsEntry("id", "lab/toy")
                .containsEntry("sha", TOY.commit())
                .containsEntry("gated", false)
                .containsKey("cardData");
        assertThat(reply.text()).contains("\"lfs\":{").contains("\"size\":2048");
        assertThat(reply.header("RateLimit")).matches("\"api\";r=499;t=\\d+");
        assertThat(reply.header("RateLimit-Policy")).isEqualTo("\"fixed window\";\"api\";q=500;w=300");
        assertThat(object(api("lab/toy?expand=sha&expand=gated")).keySet().stream()
                        .map(String::valueOf))
                .containsExactlyInAnyOrder("id", "sha", "gated");
    }

    @Test
    @DisplayName("what is private, gated, disabled, renamed or missing is told as the documentation says")
    void access() throws Exception {
        assertThat(api("lab/absent")).satisfies(refused(401, "RepoNotFound"));
        assertThat(api("lab/absent", "authorization", "Bearer t0k")).satisfies(refused(404, "RepoNotFound"));
        assertThat(api("lab/secret")).satisfies(refused(401, "RepoNotFound"));
        assertThat(api("lab/secret", "authorization", "Bearer stranger")).satisfies(refused(404, "RepoNotFound"));
        assertThat(api("lab/secret", "authorization", "Bearer t0k").status()).isEqualTo(200);
        Reply wrong = api("lab/toy", "authorization", "Bearer wrong");
        assertThat(wrong).satisfies(refused(401, ""));
        assertThat(wrong.header("X-Error-Message")).isEqualTo("Invalid credentials in Authorization header");
        assertThat(object(api("lab/closed"))).containsEntry("gated", "manual");
        String gated = "lab/closed/resolve/main/a.parquet";
        assertThat(resolve(gated)).satisfies(refused(401, "GatedRepo"));
        assertThat(resolve(gated, "authorization", "Bearer stranger")).satisfies(refused(403, "GatedRepo"));
        assertThat(resolve(gated, "authorization", "Bearer t0k").status()).isEqualTo(302);
        assertThat(api("lab/closed/auth-check")).satisfies(refused(401, "GatedRepo"));
        assertThat(api("lab/off").header("X-Error-Message")).isEqualTo("Access to this resource is disabled.");
        assertThat(api("lab/toy/revision/nope")).satisfies(refused(404, "RevisionNotFound"));
        assertThat(resolve("lab/toy/resolve/main/none.parquet"))
                .satisfies(refused(404, "EntryNotFound"))
                .satisfies(reply -> assertThat(reply.header("X-Repo-Commit")).isEqualTo(TOY.commit()));
        assertThat(api("lab/old/revision/main?a=b").header("Location"))
                .isEqualTo("/api/datasets/lab/toy/revision/main?a=b");
        assertThat(resolve("lab/old/resolve/main/README.md").header("Location"))
                .isEqualTo("/datasets/lab/toy/resolve/main/README.md");
    }

    private static java.util.function.Consumer<Reply> refused(int status, String code) {
        return reply -> {
            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.header("X-Error-Code")).isEqualTo(code);
            assertThat(object(reply)).containsKey("error");
        };
    }

    @Test
    @DisplayName("trees come in pages, by links of every kind, in no order, with folders")
    void trees() throws Exception {
        String tree = "lab/toy/tree/%s".formatted(TOY.commit());
        assertThat(paths(api(tree))).containsExactlyInAnyOrder("README.md", "co");
        assertThat(paths(api(tree + "/co?recursive=false&expand=false")))
                .containsExactlyInAnyOrder("co/co_0.parquet", "co/co_1.parquet", "co/deep");
        assertThat(paths(api(tree + "/co%2Fdeep"))).isEqualTo(List.of("co/deep/é #+.parquet"));
        assertThat(api(tree + "/nowhere")).satisfies(refused(404, "EntryNotFound"));
        for (PageLinks links : PageLinks.values()) {
            instead(ImitationHub.builder().dataset(TOY).pageSize(2).links(links));
            Reply first = api(tree + "?recursive=True");
            assertThat(paths(first)).hasSize(2);
            String link = first.header("Link");
            String target = link.substring(link.lastIndexOf('<') + 1, link.lastIndexOf('>'));
            assertThat(target)
                    .startsWith(
                            switch (links) {
                                case ABSOLUTE, SECOND_OF_TWO -> hub.endpoint().toString();
                                case RELATIVE -> "/api/";
                                case PUBLIC_HOST -> "https://huggingface.co/api/";
                            });
            assertThat(link.split(", ")).hasSize(links == PageLinks.SECOND_OF_TWO ? 2 : 1);
            List<Object> all = new ArrayList<>(paths(first));
            for (int page = 0; page < 2; page++) {
                Reply next = client.get(hub.endpoint() + target.substring(target.indexOf("/api/")));
                all.addAll(paths(next));
                link = next.header("Link");
                assertThat(link.isEmpty()).isEqualTo(page == 1);
                target = page == 1 ? "" : link.substring(link.lastIndexOf('<') + 1, link.lastIndexOf('>'));
            }
            assertThat(all)
                    .containsExactlyInAnyOrder(
                            "README.md", "co", "co/deep", "co/co_0.parquet", "co/co_1.parquet", "co/deep/é #+.parquet");
        }
    }

    @Test
    @DisplayName("single paths are told by form and by JSON, unknown ones left out")
    void pathsInfo() throws Exception {
        String at = hub.endpoint() + "/api/datasets/lab/toy/paths-info/main";
        Reply form = client.post(
                at, "paths=co&paths=no&paths=README.md", "content-type", "application/x-www-form-urlencoded");
        assertThat(paths(form)).isEqualTo(List.of("co", "README.md"));
        Reply json = client.post(at, "{\"paths\":[\"co/deep/é #+.parquet\"]}", "content-type", "application/json");
        assertThat(paths(json)).isEqualTo(List.of("co/deep/é #+.parquet"));
    }

    @Test
    @DisplayName("a small file is behind a relative redirect whose query counts, and may be packed")
    void smallFiles() throws Exception {
        Reply redirect = resolve("lab/toy/resolve/main/README.md");
        assertThat(redirect.status()).isEqualTo(307);
        assertThat(redirect.header("X-Repo-Commit")).isEqualTo(TOY.commit());
        String target = redirect.header("Location");
        assertThat(target)
                .matches("/api/resolve-cache/datasets/lab/toy/" + TOY.commit()
                        + "/README.md\\?%2Fdatasets%2Flab%2Ftoy=&etag=%22[0-9a-f]{40}%22");
        assertThat(client.get(hub.endpoint() + target).text()).contains("A toy.");
        assertThat(client.get(hub.endpoint() + target.substring(0, target.indexOf('?')))
                        .status())
                .isEqualTo(404);
        Reply packed = client.get(hub.endpoint() + target, "accept-encoding", "gzip");
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        instead(ImitationHub.builder().dataset(TOY).smallRedirected(false));
        assertThat(resolve("lab/toy/resolve/main/README.md").text()).contains("A toy.");
    }

    @Test
    @DisplayName("a large file is behind a signed address elsewhere, which delivers ranges and takes no token")
    void largeFiles() throws Exception {
        Reply redirect = resolve("lab/toy/resolve/main/co/co_0.parquet", "range", "bytes=1536-2047");
        assertThat(redirect.status()).isEqualTo(302);
        assertThat(redirect.header("X-Linked-Size")).isEqualTo("2048");
        assertThat(redirect.header("X-Linked-ETag")).matches("\"[0-9a-f]{64}\"");
        assertThat(redirect.header("Content-Length")).isNotEqualTo("2048");
        String target = redirect.header("Location");
        assertThat(target).startsWith(hub.storage() + "/blob/").matches(".*\\?X-Sig=s%2B.*~\\*&Expires=\\d+");
        Reply part = client.get(target, "range", "bytes=1536-2047");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("Content-Range")).isEqualTo("bytes 1536-2047/2048");
        assertThat(part.header("ETag")).isNotEqualTo(redirect.header("X-Linked-ETag"));
        assertThat(part.all().body()).isEqualTo(Arrays.copyOfRange(SHARD, 1536, 2048));
        assertThat(client.get(target, "range", "bytes=-8").all().body())
                .isEqualTo(Arrays.copyOfRange(SHARD, 2040, 2048));
        assertThat(client.get(target).all().body()).isEqualTo(SHARD);
        Reply beyond = client.get(target, "range", "bytes=2048-");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("Content-Range")).isEqualTo("bytes */2048");
        assertThat(client.get(target, "authorization", "Bearer t0k").status()).isEqualTo(400);
        assertThat(client.get(target.replace("%2B", "+")).text()).contains("AccessDenied");
        assertThat(client.head(target).header("Content-Length")).isEqualTo("2048");
        assertThat(resolve("lab/toy/resolve/main/co/deep/%C3%A9%20%23%2B.parquet")
                        .status())
                .isEqualTo(302);
    }

    @Test
    @DisplayName("signatures end by time, by use and by decree, and a new one is good")
    void signaturesEnd() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000_000));
        Clock clock = new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
        instead(ImitationHub.builder().dataset(TOY).clock(clock).signatureLife(Duration.ofMinutes(1)));
        String first = shard();
        assertThat(client.get(first).status()).isEqualTo(200);
        now.set(now.get().plusSeconds(60));
        assertThat(client.get(first).status()).isEqualTo(403);
        String second = shard();
        assertThat(second).isNotEqualTo(first);
        assertThat(client.get(second).status()).isEqualTo(200);
        hub.revokeSignatures();
        assertThat(client.get(second).status()).isEqualTo(403);
        instead(ImitationHub.builder().dataset(TOY).signatureUses(2));
        String twice = shard();
        assertThat(List.of(
                        client.get(twice).status(),
                        client.get(twice).status(),
                        client.get(twice).status()))
                .containsExactly(200, 200, 403);
    }

    @Test
    @DisplayName(
            "a dataset that moved keeps its older commit readable; converted files have a branch, a shortcut and a viewer")
    void revisions() throws Exception {
        ImitatedDataset moved = TOY.toBuilder().remove("co/co_1.parquet").build();
        hub.publish(moved);
        assertThat(object(api("lab/toy"))).containsEntry("sha", moved.commit());
        assertThat(resolve("lab/toy/resolve/main/co/co_1.parquet").status()).isEqualTo(404);
        assertThat(resolve("lab/toy/resolve/" + TOY.commit() + "/co/co_1.parquet")
                        .status())
                .isEqualTo(302);
        assertThat(object(api("lab/toy/revision/refs%2Fconvert%2Fparquet")))
                .containsEntry("sha", TOY.convertedCommit());
        assertThat(api("lab/toy/tree/refs/convert/parquet").status()).isEqualTo(404);
        assertThat(api("lab/toy/refs").text()).contains(TOY.convertedCommit());
        Reply urls = api("lab/toy/parquet/default/train");
        String url = hub.endpoint() + "/api/datasets/lab/toy/parquet/default/train/0.parquet";
        assertThat(Json.read(urls.text())).isEqualTo(List.of(url));
        assertThat(client.get(client.get(url).header("Location")).all().body()).isEqualTo(bytes(4));
        Reply viewer = client.get(hub.endpoint() + "/parquet?dataset=lab%2Ftoy");
        assertThat(viewer.header("X-Revision")).isEqualTo(moved.commit());
        assertThat(object(viewer)).containsEntry("partial", false).containsEntry("pending", List.of());
        assertThat(viewer.text()).contains("/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet");
        assertThat(client.get(hub.endpoint() + "/info?dataset=lab%2Ftoy")).satisfies(refused(500, "ResponseNotReady"));
    }

    @Test
    @DisplayName("faults replace, delay, cut, reset, stall and forge answers when and where they are told to")
    void faults() throws Exception {
        Fault busy = Fault.at(Host.HUB)
                .path("resolve/.*co_0")
                .skip(1)
                .times(2)
                .status(429)
                .header("RateLimit", "\"resolvers\";r=0;t=1")
                .body("text/html", "<html>busy</html>");
        hub.inject(busy);
        String path = "lab/toy/resolve/main/co/co_0.parquet";
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Reply reply = resolve(path);
            statuses.add(reply.status());
            assertThat(reply.text().contains("busy")).isEqualTo(reply.status() == 429);
        }
        assertThat(statuses).containsExactly(302, 429, 429, 302);
        assertThat(hub.applied(busy)).isEqualTo(2);
        hub.clearFaults();

        String target = shard();
        hub.inject(Fault.at(Host.CDN).times(1).cutAfter(100));
        hub.inject(Fault.at(Host.CDN).times(1).resetAfter(100));
        assertThatThrownBy(() -> client.get(target)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.get(target)).isInstanceOf(IOException.class);
        hub.inject(Fault.at(Host.CDN).times(1).ignoreRange());
        assertThat(client.get(target, "range", "bytes=1-2").status()).isEqualTo(200);
        hub.inject(Fault.at(Host.CDN).times(1).header("Content-Range", "bytes 0-1/9"));
        assertThat(client.get(target, "range", "bytes=1-2").header("Content-Range"))
                .isEqualTo("bytes 0-1/9");
        hub.inject(Fault.at(Host.CDN).times(1).shorterBy(3));
        assertThat(client.get(target).all().body()).hasSize(2045);
        hub.inject(Fault.at(Host.CDN).times(1).redirect(302, hub.endpoint() + "{target}"));
        assertThat(client.get(target).header("Location")).endsWith(target.substring(target.indexOf("/blob")));
        hub.inject(Fault.at(Host.CDN).times(1).stallAfter(100));
        java.net.http.HttpRequest stalled = java.net.http.HttpRequest.newBuilder(java.net.URI.create(target))
                .build();
        try (java.io.InputStream in = java.net.http.HttpClient.newHttpClient()
                .send(stalled, java.net.http.HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            assertThat(in.readNBytes(100)).isEqualTo(Arrays.copyOf(SHARD, 100));
            awaitRunning(1);
        }
        hub.inject(Fault.at(Host.CDN).times(1).delay(Duration.ofMillis(50)));
        long before = System.nanoTime();
        assertThat(client.get(target).status()).isEqualTo(200);
        assertThat(System.nanoTime() - before).isGreaterThan(40_000_000L);
    }

    @Test
    @DisplayName("a quota refuses what is beyond it, until its window ends")
    void quotas() throws Exception {
        instead(ImitationHub.builder().dataset(TOY).quota("api", 1, Duration.ofHours(1)));
        assertThat(api("lab/toy").header("RateLimit")).startsWith("\"api\";r=0;");
        assertThat(api("lab/toy").status()).isEqualTo(429);
        assertThat(resolve("lab/toy/resolve/main/README.md").status()).isEqualTo(307);
    }

    @Test
    @DisplayName("a hub that was stopped comes back at the same ports, and the signed addresses still hold")
    void stopsAndStarts() throws Exception {
        String target = shard();
        hub.stop();
        assertThatThrownBy(() -> client.get(target))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
        hub.start();
        assertThat(client.get(target).status()).isEqualTo(200);
        assertThat(shard()).isNotEqualTo(target);
    }

    @Test
    @DisplayName("requests are recorded as they came, and counted")
    void records() throws Exception {
        hub.forget();
        resolve("lab/toy/resolve/refs%2Fconvert%2Fparquet/a%20b%2B%23?x=%2F", "Range", "bytes=0-0");
        assertThat(hub.requests(Host.CDN)).isEmpty();
        assertThat(hub.requests()).singleElement().satisfies(request -> {
            assertThat(request.host()).isEqualTo(Host.HUB);
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/datasets/lab/toy/resolve/refs%2Fconvert%2Fparquet/a%20b%2B%23");
            assertThat(request.query()).isEqualTo("x=%2F");
            assertThat(request.header("RANGE")).contains("bytes=0-0");
        });
        client.get(shard());
        awaitRunning(0);
        assertThat(hub.load(Host.CDN)).isEqualTo(new Load(1, 2048, 0, 1));
    }

    /** The client has the last byte before the server knows that it has. */
    private void awaitRunning(int requests) {
        Flux.interval(Duration.ofMillis(1))
                .takeUntil(tick -> hub.load(Host.CDN).running() == requests)
                .blockLast(Duration.ofSeconds(30));
    }

    @Test
    @DisplayName("a folder of datasets is served by hand, from the disk")
    void byHand(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("lab/disk/data/x.parquet");
        Files.createDirectories(file.getParent());
        Files.write(file, SHARD);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        hub = ImitationHubMain.start(folder, 0, new PrintStream(out, true, StandardCharsets.UTF_8));
        hubs.add(hub);
        assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo("HF_ENDPOINT=" + hub.endpoint());
        String target = resolve("lab/disk/resolve/main/data/x.parquet").header("Location");
        assertThat(client.get(target, "range", "bytes=5-99").all().body()).isEqualTo(Arrays.copyOfRange(SHARD, 5, 100));
        assertThat(client.get(target).all().body()).isEqualTo(SHARD);
    }
}
