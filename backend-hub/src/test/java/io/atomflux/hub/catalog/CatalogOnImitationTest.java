package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.net.HubClient;
import io.atomflux.hub.net.HubClients;
import io.atomflux.hub.net.NetOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.hub.Fault;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.testkit.hub.PageLinks;
import io.atomflux.testkit.hub.RecordedRequest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalog over the true client against the imitation hub. */
@Timeout(60)
class CatalogOnImitationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CARD = """
            {"configs":[{"config_name":"default","data_files":"co/*.parquet"},
                        {"config_name":"info","data_files":"ds.parquet"}]}""";

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private ImitationHub start(ImitationHub.Builder builder) {
        ImitationHub hub = builder.start();
        open.add(hub);
        return hub;
    }

    private Catalog catalog(ImitationHub hub, String token, CatalogOptions options) {
        HubClient client = HubClients.of(NetOptions.builder(hub.endpoint())
                .token(() -> Optional.of(token).filter(text -> !text.isEmpty()))
                .build());
        open.add(0, () -> client.close().block(PATIENCE));
        return Catalog.of(client, options);
    }

    private Catalog catalog(ImitationHub hub) {
        return catalog(hub, "", CatalogOptions.uncached());
    }

    private static Dataset find(Catalog catalog, String id) {
        return catalog.find(DatasetRequest.of(id)).block(PATIENCE);
    }

    private static ImitatedDataset.Builder colabfit() {
        ImitatedDataset.Builder dataset = ImitatedDataset.of("colabfit/toy").file("README.md", "# Toy");
        for (int i = 0; i < 11; i++) {
            dataset.file("co/co_" + i + ".parquet", "shard " + i);
        }
        return dataset.file("ds.parquet", "information").file("co/deep/x.parquet", "x");
    }

    @Test
    @DisplayName("a shard's first bytes cost four requests: description, folder, redirect, content")
    void keepsTheBudget() {
        ImitationHub hub =
                start(ImitationHub.builder().dataset(colabfit().cardData(CARD).build()));
        Catalog catalog = catalog(hub);
        Dataset dataset = find(catalog, "colabfit/toy");
        assertThat(dataset.files().stream().map(DataFile::path).toList())
                .startsWith("co/co_0.parquet", "co/co_1.parquet", "co/co_10.parquet", "co/co_2.parquet")
                .hasSize(11);
        assertThat(dataset.files()).allMatch(file -> file.sha256().isPresent());
        ByteSource shard = catalog.open(dataset, dataset.files().get(10), false).block(PATIENCE);
        assertThat(shard.read(new ByteRange(6, 1)).block(PATIENCE)).isEqualTo(ByteBuffer.wrap(new byte[] {'9'}));
        assertThat(hub.requests().stream().map(RecordedRequest::path).limit(3).toList())
                .containsExactly(
                        "/api/datasets/colabfit/toy/revision/main",
                        "/api/datasets/colabfit/toy/tree/" + dataset.commit() + "/co",
                        "/datasets/colabfit/toy/resolve/" + dataset.commit() + "/co/co_9.parquet");
        assertThat(hub.requests()).hasSize(4);
        assertThat(hub.requests(Host.CDN)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("a card of the README is read through its redirect, which has a query, or at once")
    void readsReadmes(boolean redirected) {
        ImitationHub hub = start(ImitationHub.builder()
                .smallRedirected(redirected)
                .dataset(colabfit()
                        .file("README.md", "---\nconfigs:\n- config_name: info\n  data_files: ds.parquet\n---\n")
                        .build()));
        assertThat(find(catalog(hub), "colabfit/toy").configuration()).isEqualTo("info");
        assertThat(hub.requests()).hasSize(redirected ? 4 : 3);
    }

    @Test
    @DisplayName("a broken card is told with file and line")
    void tellsBrokenCards() {
        ImitationHub hub = start(ImitationHub.builder()
                .dataset(colabfit()
                        .file("README.md", "---\na: b\nconfigs: [\n---\n")
                        .build()));
        assertThatThrownBy(() -> find(catalog(hub), "colabfit/toy"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("README.md, line ");
    }

    @ParameterizedTest
    @EnumSource(PageLinks.class)
    @DisplayName("pages are followed however they name the next one")
    void followsPages(PageLinks links) {
        ImitationHub hub = start(ImitationHub.builder()
                .pageSize(2)
                .links(links)
                .dataset(colabfit().cardData(CARD).build()));
        assertThat(find(catalog(hub), "colabfit/toy").files()).hasSize(11);
        assertThat(hub.requests()).hasSize(1 + 6);
    }

    @Test
    @DisplayName("a dataset stays at the commit it was found at while main moves on")
    void staysPinned() {
        ImitatedDataset first = colabfit().cardData(CARD).build();
        ImitationHub hub = start(ImitationHub.builder().dataset(first));
        Catalog catalog = catalog(hub);
        Dataset dataset = find(catalog, "colabfit/toy");
        hub.publish(first.toBuilder()
                .file("co/co_0.parquet", "SHARD 0 of another length")
                .remove("co/co_1.parquet")
                .build());
        assertThat(dataset.commit()).isEqualTo(first.commit());
        ByteSource shard = catalog.open(dataset, dataset.files().get(0), false).block(PATIENCE);
        assertThat(shard.read(new ByteRange(0, 7)).block(PATIENCE)).isEqualTo(ByteBuffer.wrap("shard 0".getBytes()));
        assertThat(find(catalog, "colabfit/toy").files()).hasSize(10);
        DatasetRequest old = new DatasetRequest(
                "colabfit/toy", first.commit(), Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);
        assertThat(catalog.find(old).block(PATIENCE).files()).isEqualTo(dataset.files());
    }

    @Test
    @DisplayName("what is missing, private, gated, disabled or renamed is told apart as far as the hub lets us")
    void tellsRefusalsApart() {
        ImitationHub hub = start(ImitationHub.builder()
                .token("good", "lab/closed", "lab/gated")
                .dataset(ImitatedDataset.of("lab/closed")
                        .isPrivate(true)
                        .file("a.parquet", "x")
                        .build())
                .dataset(ImitatedDataset.of("lab/gated")
                        .gated("manual")
                        .file("a.parquet", "x")
                        .build())
                .dataset(ImitatedDataset.of("lab/off")
                        .disabled(true)
                        .file("a.parquet", "x")
                        .build())
                .dataset(ImitatedDataset.of("lab/new")
                        .formerId("lab/old")
                        .file("a.parquet", "x")
                        .build()));
        Catalog anonymous = catalog(hub);
        Catalog known = catalog(hub, "good", CatalogOptions.uncached());
        assertThatThrownBy(() -> find(anonymous, "lab/absent")).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> find(known, "lab/absent")).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> find(anonymous, "lab/closed")).isInstanceOf(StoreNotFoundException.class);
        assertThat(find(known, "lab/closed").files()).hasSize(1);
        assertThatThrownBy(() -> find(anonymous, "lab/off")).isInstanceOf(StoreAccessException.class);
        Dataset gated = find(anonymous, "lab/gated");
        assertThatThrownBy(() -> anonymous
                        .open(gated, gated.files().get(0), false)
                        .flatMap(source -> source.read(new ByteRange(0, 1)))
                        .block(PATIENCE))
                .isInstanceOf(StoreAccessException.class);
        Dataset renamed = find(anonymous, "lab/old");
        assertThat(renamed.id()).isEqualTo("lab/new");
        DatasetRequest noRevision = new DatasetRequest(
                "lab/new", "v9", Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);
        assertThatThrownBy(() -> anonymous.find(noRevision).block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    @DisplayName("names with blanks, signs and letters of all scripts reach the hub encoded once")
    void encodesNames() {
        String path = "d r/ä#+%?&=~\ud83d\ude00.parquet";
        ImitationHub hub = start(ImitationHub.builder()
                .dataset(ImitatedDataset.of("lab/odd").file(path, "odd").build()));
        Catalog catalog = catalog(hub);
        DatasetRequest request = new DatasetRequest(
                "lab/odd", "main", Optional.empty(), Optional.empty(), List.of("d r/*"), Optional.empty(), false);
        Dataset dataset = catalog.find(request).block(PATIENCE);
        assertThat(dataset.files()).singleElement().extracting(DataFile::path).isEqualTo(path);
        ByteSource file = catalog.open(dataset, dataset.files().get(0), false).block(PATIENCE);
        assertThat(file.read(new ByteRange(0, 3)).block(PATIENCE)).isEqualTo(ByteBuffer.wrap("odd".getBytes()));
        assertThat(hub.requests(Host.HUB).stream().map(RecordedRequest::path).toList())
                .contains(
                        "/api/datasets/lab/odd/tree/" + dataset.commit() + "/d%20r",
                        "/datasets/lab/odd/resolve/" + dataset.commit()
                                + "/d%20r/%C3%A4%23%2B%25%3F%26%3D~%F0%9F%98%80.parquet");
    }

    @Test
    @DisplayName("the conversion is read at the commit of its branch")
    void readsConversions() {
        ImitatedDataset dataset = ImitatedDataset.of("lab/table")
                .file("a.csv", "1,2")
                .converted("default", "train", "first".getBytes())
                .converted("default", "train", "second".getBytes())
                .build();
        ImitationHub hub = start(ImitationHub.builder()
                .dataset(dataset)
                .dataset(ImitatedDataset.of("lab/raw").file("a.csv", "1").build()));
        Catalog catalog = catalog(hub);
        DatasetRequest request = new DatasetRequest(
                "lab/table", "main", Optional.empty(), Optional.empty(), List.of(), Optional.empty(), true);
        Dataset found = catalog.find(request).block(PATIENCE);
        assertThat(found.commit()).isEqualTo(dataset.convertedCommit());
        assertThat(found.files()).hasSize(2);
        assertThat(hub.requests().get(0).path()).isEqualTo("/api/datasets/lab/table/revision/refs%2Fconvert%2Fparquet");
        ByteSource file = catalog.open(found, found.files().get(1), false).block(PATIENCE);
        assertThat(file.read(new ByteRange(0, 6)).block(PATIENCE)).isEqualTo(ByteBuffer.wrap("second".getBytes()));
    }

    @Test
    @DisplayName("a whole file is loaded over a broken connection, verified, and read when the hub is gone")
    void downloads(@TempDir Path cache) throws Exception {
        byte[] content = new byte[30_000];
        new Random(3).nextBytes(content);
        ImitationHub hub = start(ImitationHub.builder()
                .dataset(colabfit()
                        .file("co/big.parquet", content)
                        .file("README.md", "---\nconfigs:\n- config_name: default\n  data_files: co/*.parquet\n---\n")
                        .build()));
        hub.inject(Fault.at(Host.CDN).times(1).cutAfter(7_000));
        Catalog catalog = catalog(hub, "", CatalogOptions.cachedIn(cache));
        Dataset dataset = find(catalog, "colabfit/toy");
        DataFile big = dataset.files().get(0);
        assertThat(big.path()).isEqualTo("co/big.parquet");
        catalog.open(dataset, big, true).block(PATIENCE);
        assertThat(hub.requests(Host.CDN)).hasSize(2);
        hub.stop();
        Catalog offline = catalog(hub, "", CatalogOptions.cachedIn(cache).offline(true));
        Dataset again = find(offline, "colabfit/toy");
        assertThat(again.files().stream().map(DataFile::path).toList()).hasSize(12);
        ByteBuffer all = ByteBuffer.allocate(content.length);
        offline.open(again, big, false)
                .flatMapMany(source -> source.stream(0))
                .doOnNext(all::put)
                .blockLast(PATIENCE);
        assertThat(all.array()).isEqualTo(content);
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files).noneMatch(path -> path.toString().endsWith(".incomplete"));
        }
    }
}
