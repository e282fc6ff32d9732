package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CatalogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String INFO = "/api/datasets/lab/toy/revision/main";
    private static final String TREE = "/api/datasets/lab/toy/tree/" + HubDouble.COMMIT;

    private final HubDouble hub = new HubDouble();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    static DatasetRequest request(String configuration, String split) {
        return new DatasetRequest(
                HubDouble.ID,
                DatasetRequest.MAIN,
                Optional.ofNullable(configuration),
                Optional.ofNullable(split),
                List.of(),
                Optional.empty(),
                false);
    }

    private DatasetRequest files(String... patterns) {
        return new DatasetRequest(
                HubDouble.ID,
                DatasetRequest.MAIN,
                Optional.empty(),
                Optional.empty(),
                List.of(patterns),
                Optional.empty(),
                false);
    }

    private Dataset find(DatasetRequest request) {
        return hub.catalog().find(request).block(PATIENCE);
    }

    private static List<String> paths(Dataset dataset) {
        return dataset.files().stream().map(DataFile::path).toList();
    }

    @Test
    @DisplayName("a dataset whose card came with its description costs two requests, and lists no more than the folder")
    void costsTwoRequests() {
        hub.with(
                "README.md",
                "co/co_0.parquet",
                "co/co_10.parquet",
                "co/co_2.parquet",
                "co/sub/x.parquet",
                "ds.parquet");
        hub.large = java.util.Set.of("co/co_0.parquet");
        hub.cardData = """
                {"configs":[{"config_name":"default","data_files":"co/*.parquet"},
                            {"config_name":"info","data_files":"ds.parquet"}],
                 "dataset_info":{"features":[{"name":"energy","dtype":"float64"}],
                                 "splits":[{"name":"train","num_bytes":7,"num_examples":12}]}}""";
        Dataset found = find(DatasetRequest.of(HubDouble.ID));
        assertThat(hub.asked).containsExactly(INFO, TREE + "/co?recursive=false&expand=false");
        assertThat(found.id()).isEqualTo("lab/toy");
        assertThat(found.revision()).isEqualTo("main");
        assertThat(found.commit()).isEqualTo(HubDouble.COMMIT);
        assertThat(found.configuration()).isEqualTo("default");
        assertThat(found.split()).isEqualTo("train");
        assertThat(paths(found)).containsExactly("co/co_0.parquet", "co/co_10.parquet", "co/co_2.parquet");
        assertThat(found.features()).hasValue(List.of(java.util.Map.of("name", "energy", "dtype", "float64")));
        assertThat(found.declaredRows()).hasValue(12);
        byte[] content = hub.files.get("co/co_0.parquet");
        assertThat(found.files().get(0))
                .isEqualTo(new DataFile(
                        "co/co_0.parquet",
                        content.length,
                        Optional.of(HubDouble.hash("SHA-256", content)),
                        Optional.of(HubDouble.blobHash(content)),
                        DataFile.Format.PARQUET));
        assertThat(found.files().get(1).sha256()).isEmpty();
    }

    @Test
    @DisplayName("nothing is asked before someone subscribes, and each subscription asks anew")
    void isCold() {
        hub.with("train.parquet");
        var found = hub.catalog().find(DatasetRequest.of(HubDouble.ID));
        assertThat(hub.asked).isEmpty();
        found.block(PATIENCE);
        int once = hub.asked.size();
        found.block(PATIENCE);
        assertThat(hub.asked).hasSize(2 * once);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "toy",
                "a/b/c",
                "../toy",
                "lab/..",
                "lab/a--b",
                "lab/a b",
                "lab/",
                "/toy",
                "lab/toy.git",
                "l\\b/x"
            })
    @DisplayName("an id that is not namespace/name is refused at the call")
    void refusesIds(String id) {
        assertThatThrownBy(() -> hub.catalog().find(DatasetRequest.of(id))).isInstanceOf(InvalidNameException.class);
    }
}
