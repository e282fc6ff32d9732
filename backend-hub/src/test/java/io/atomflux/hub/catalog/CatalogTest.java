package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.BlockHoundGuard;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CatalogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
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
        hub.large = Set.of("co/co_0.parquet");
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
        assertThat(found.features()).hasValue(List.of(Map.of("name", "energy", "dtype", "float64")));
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

    @Test
    @DisplayName("an id and paths are encoded as the hub wants them")
    void encodes() {
        Addresses addresses = new Addresses(URI.create("http://hub.test"));
        assertThat(addresses.info("a/b", "refs/convert/parquet"))
                .hasToString("http://hub.test/api/datasets/a/b/revision/refs%2Fconvert%2Fparquet");
        assertThat(addresses.tree("a/b", "v1", "x y/+z", true))
                .hasToString("http://hub.test/api/datasets/a/b/tree/v1/x%20y%2F%2Bz?recursive=true&expand=false");
        assertThat(addresses.file("a/b", "refs/pr/1", "x/ä #%?+~_.-\ud83d\ude00.parquet"))
                .hasToString("http://hub.test/datasets/a/b/resolve/refs%2Fpr%2F1/"
                        + "x/%C3%A4%20%23%25%3F%2B~_.-%F0%9F%98%80.parquet");
    }

    @Test
    @DisplayName(
            "a card in the README counts if the description brings none, and .huggingface.yaml replaces what it says")
    void readsCards() {
        hub.with("a/x.parquet", "b/y.parquet")
                .withText(
                        "README.md",
                        "\ufeff---\r\nconfigs:\r\n- config_name: one\r\n  data_files: a/*\r\n---\r\n# Title\r\n");
        Dataset found = find(DatasetRequest.of(HubDouble.ID));
        assertThat(found.configuration()).isEqualTo("one");
        assertThat(paths(found)).containsExactly("a/x.parquet");
        assertThat(hub.asked).hasSize(3);
        hub.withText(".huggingface.yaml", "configs:\n- config_name: two\n  data_files: [b/*]\n");
        assertThat(find(DatasetRequest.of(HubDouble.ID)).configuration()).isEqualTo("two");
        hub.siblings = false; // then both are tried
        assertThat(find(DatasetRequest.of(HubDouble.ID)).configuration()).isEqualTo("two");
        hub.files.remove("README.md");
        hub.files.remove(".huggingface.yaml");
        assertThat(find(DatasetRequest.of(HubDouble.ID)).configuration()).isEqualTo("default");
    }

    @Test
    @DisplayName("broken YAML is an error that names file and line")
    void tellsBrokenYaml() {
        hub.with("x.parquet").withText("README.md", "---\nlicense: mit\nconfigs: [a, {b: c\n---\ntext");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("README.md, line ");
        hub.withText("README.md", "---\na: 1\nb: 2\na: 3\n---\n");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID)))
                .hasMessageContaining("README.md, line 4: key 'a' twice");
        hub.withText("README.md", "---\na: !!python/object:x.Y {}\n---\n");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID))).hasMessageContaining("line 2: tag ");
        hub.withText(".huggingface.yaml", "- a\n");
        hub.withText("README.md", "no head");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID)))
                .hasMessageContaining(".huggingface.yaml, line 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"configs\":{}}",
                "{\"configs\":[1]}",
                "{\"configs\":[{\"data_files\":\"x\"}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":7}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":{\"train\":\"x\"}}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":[\"x\",7]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":[{\"split\":\"a\"}]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":[{\"split\":\"a\",\"path\":\"x\",\"z\":1}]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":[{\"split\":\"a b\",\"path\":\"x\"}]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":[{\"split\":\"a\",\"path\":{}}]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_files\":"
                        + "[{\"split\":\"a\",\"path\":\"x\"},{\"split\":\"a\",\"path\":\"y\"}]}]}",
                "{\"configs\":[{\"config_name\":\"a\",\"data_dir\":[]}]}",
            })
    @DisplayName("a card of another shape is refused, and what was expected is told")
    void refusesCards(String card) {
        hub.with("x.parquet");
        hub.cardData = card;
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("README.md")
                .hasMessageContaining("expected");
    }

    @Test
    @DisplayName("data_files are a text, a list, or a list of splits; configurations may have a folder of their own")
    void understandsDataFiles() {
        hub.with("a/1.parquet", "a/2.parquet", "b/train.parquet", "b/test.parquet", "c.parquet");
        hub.cardData = """
                {"configs":[
                 {"config_name":"text","data_files":"c.parquet"},
                 {"config_name":"list","data_files":["a/2.parquet","a/*","c.parquet"]},
                 {"config_name":"splits","data_files":[{"split":"x.y","path":["a/1*"]},{"split":"z","path":"c.parquet"}]},
                 {"config_name":"folder","data_dir":"./b/"},
                 {"config_name":"both","data_dir":"a","data_files":"2.parquet"}]}""";
        assertThat(paths(find(request("text", null)))).containsExactly("c.parquet");
        assertThat(paths(find(request("list", null)))).containsExactly("a/2.parquet", "a/1.parquet", "c.parquet");
        assertThat(paths(find(request("splits", "x.y")))).containsExactly("a/1.parquet");
        assertThat(paths(find(request("splits", "z+x.y")))).containsExactly("c.parquet", "a/1.parquet");
        assertThat(find(request("splits", "all")).split()).isEqualTo("x.y+z");
        assertThat(paths(find(request("folder", "test")))).containsExactly("b/test.parquet");
        assertThat(paths(find(request("both", "train")))).containsExactly("a/2.parquet");
        assertThatThrownBy(() -> find(request("none", null)))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("text, list, splits, folder, both");
        assertThatThrownBy(() -> find(request(null, null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageStartingWith("option config: ")
                .hasMessageContaining("text, list, splits, folder, both");
        assertThatThrownBy(() -> find(request("splits", null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("x.y, z");
        assertThatThrownBy(() -> find(request("splits", "z+w")))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("'w'")
                .hasMessageContaining("x.y, z");
        assertThatThrownBy(() -> find(request("splits", "z[:10]"))).isInstanceOf(InvalidOptionException.class);
    }

    @Test
    @DisplayName("the default configuration is the only one, the one called so, or the one marked so")
    void choosesDefaults() {
        hub.with("a.parquet", "b.parquet");
        hub.cardData = "{\"configs\":[{\"config_name\":\"x\",\"data_files\":\"a.parquet\"}]}";
        assertThat(find(request(null, null)).configuration()).isEqualTo("x");
        String two = "{\"configs\":[{\"config_name\":\"x\",\"data_files\":\"a.parquet\"},"
                + "{\"config_name\":\"%s\",\"data_files\":\"b.parquet\"%s}]%s}";
        hub.cardData = two.formatted("default", "", "");
        assertThat(find(request(null, null)).configuration()).isEqualTo("default");
        hub.cardData = two.formatted("y", ",\"default\":true", "");
        assertThat(find(request(null, null)).configuration()).isEqualTo("y");
        hub.cardData = two.formatted("y", "", ",\"dataset_info\":{\"config_name\":\"y\"}");
        assertThat(find(request(null, null)).configuration()).isEqualTo("y");
        hub.cardData = two.formatted("y", "", "");
        assertThatThrownBy(() -> find(request(null, null))).hasMessageContaining("x, y");
        hub.cardData = "{\"configs\":[{\"config_name\":\"default\",\"data_files\":\"a.parquet\"},"
                + "{\"config_name\":\"y\",\"default\":true,\"data_files\":\"b.parquet\"}]}";
        assertThatThrownBy(() -> find(request(null, null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageStartingWith("option config: ")
                .hasMessageContaining("several defaults");
    }

    @Test
    @DisplayName("patterns of the caller replace the card's, and count as train")
    void takesPatterns() {
        hub.with("a/1.parquet", "a/b/2.parquet", "c.parquet", "a/notes.txt", "z.unknown");
        hub.cardData = "{\"configs\":[{\"config_name\":\"x\",\"data_files\":\"c.parquet\"}]}";
        assertThat(paths(find(files("./a/1.parquet")))).containsExactly("a/1.parquet");
        assertThat(find(files("a/1.parquet")).split()).isEqualTo("train");
        assertThat(paths(find(files("a/**")))).containsExactly("a/1.parquet", "a/b/2.parquet");
        assertThat(paths(find(files("c.parquet", "a/*", "nothing/*")))).containsExactly("c.parquet", "a/1.parquet");
        assertThatThrownBy(() -> find(files("a/*", "a/9.parquet")))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("a/9.parquet");
        assertThatThrownBy(() -> find(files("nothing/*"))).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> find(files("z.unknown"))).isInstanceOf(UnsupportedDataException.class);
        for (String outside : List.of(
                "../x.parquet",
                "a/../../x",
                "/etc/passwd",
                "https://h/x.parquet",
                "zip://a::b.zip",
                "a\\b",
                "a\0b",
                "",
                "a//b")) {
            assertThatThrownBy(() -> find(files(outside))).as(outside).isInstanceOf(InvalidOptionException.class);
        }
        assertThatThrownBy(() -> find(files("a/**x"))).isInstanceOf(InvalidOptionException.class);
        DatasetRequest below = new DatasetRequest(
                HubDouble.ID, "main", Optional.empty(), Optional.empty(), List.of(), Optional.of("a"), false);
        assertThat(paths(find(below))).containsExactly("a/1.parquet", "a/b/2.parquet");
    }

    @Test
    @DisplayName("patterns are followed folder by folder, and a folder is listed once")
    void listsLittle() {
        hub.with("x/a/1.parquet", "x/b/1.parquet", "x/c/other", "y/deep/down/1.parquet", "z.parquet", "w.parquet");
        assertThat(paths(find(files("x/[ab]/*.parquet", "x/a/1.parquet", "z.parquet", "w.parquet", "x/?/1.parquet"))))
                .containsExactly("x/a/1.parquet", "x/b/1.parquet", "z.parquet", "w.parquet");
        assertThat(hub.asked)
                .containsExactly(
                        INFO,
                        TREE + "/x?recursive=false&expand=false",
                        TREE + "/x%2Fa?recursive=false&expand=false",
                        TREE + "/x%2Fb?recursive=false&expand=false",
                        TREE + "?recursive=false&expand=false",
                        TREE + "/x%2Fc?recursive=false&expand=false");
        hub.asked.clear();
        assertThat(paths(find(files("x/a/1.parquet", "x/**/1.parquet"))))
                .containsExactly("x/a/1.parquet", "x/b/1.parquet");
        assertThat(hub.asked).containsExactly(INFO, TREE + "/x?recursive=true&expand=false");
    }

    @Test
    @DisplayName("pages are followed by their links to the end, whatever order they come in")
    void followsPages() {
        for (int i = 0; i < 11; i++) {
            hub.with("co/co_" + i + ".parquet");
        }
        hub.pageSize = 2;
        Dataset found = find(files("co/*"));
        assertThat(paths(found))
                .containsExactly(
                        "co/co_0.parquet",
                        "co/co_1.parquet",
                        "co/co_10.parquet",
                        "co/co_2.parquet",
                        "co/co_3.parquet",
                        "co/co_4.parquet",
                        "co/co_5.parquet",
                        "co/co_6.parquet",
                        "co/co_7.parquet",
                        "co/co_8.parquet",
                        "co/co_9.parquet");
        assertThat(hub.asked).hasSize(7);
    }

    @Test
    @DisplayName("a page that links to one that was read is an error")
    void noticesCircles() {
        String first = TREE + "?recursive=false&expand=false";
        hub.answers.put(first, "[]");
        hub.links.put(first, "<https://huggingface.co" + TREE + "?cursor=2>; rel=\"next\"");
        hub.answers.put(TREE + "?cursor=2", "[]");
        hub.links.put(TREE + "?cursor=2", "<" + first + ">; rel=\"next\"");
        assertThatThrownBy(() -> find(files("*.parquet")))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("links to itself");
        assertThat(hub.asked).hasSize(3);
    }

    @Test
    @DisplayName(
            "files are sorted by code points, what is neither file nor folder is skipped, paths that lead out are refused")
    void readsEntries() {
        String list = TREE + "?recursive=false&expand=false";
        String entry = "{\"type\":\"%s\",\"path\":\"%s\",\"size\":%s}";
        hub.answers.put(
                list,
                "[" + entry.formatted("file", "\ud83d\ude00.parquet", 1) + ","
                        + entry.formatted("file", "\uffee.parquet", 2)
                        + "," + entry.formatted("file", "Z.parquet", 3) + "," + entry.formatted("file", "a.parquet", 4)
                        + ","
                        + entry.formatted("unknown", "b.parquet", 5) + ","
                        + entry.formatted("directory", "c.parquet", 0)
                        + "]");
        assertThat(paths(find(files("*"))))
                .containsExactly("Z.parquet", "a.parquet", "\uffee.parquet", "\ud83d\ude00.parquet");
        for (String bad : List.of("../x.parquet", "/x.parquet", "a/../b", "a\\\\b", "a\\u0000b", "a//b", "")) {
            hub.answers.put(list, "[" + entry.formatted("file", bad, 1) + "]");
            assertThatThrownBy(() -> find(files("*"))).as(bad).isInstanceOf(CorruptDataException.class);
        }
        for (String size : List.of("-1", "\"1\"", "null", "1.5")) {
            hub.answers.put(list, "[" + entry.formatted("file", "a.parquet", size) + "]");
            assertThatThrownBy(() -> find(files("*"))).as(size).isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    @DisplayName("a description may lack all but what pins it, and follows a rename")
    void readsDescriptions() {
        hub.with("x.parquet");
        hub.answers.put(
                INFO, "{\"id\":\"lab/toy\",\"gated\":\"manual\",\"unknown\":[{}]}"); // the commit is in a header
        assertThat(find(DatasetRequest.of(HubDouble.ID)).commit()).isEqualTo(HubDouble.COMMIT);
        hub.answers.put(
                "/api/datasets/old/name/revision/main", "{\"id\":\"lab/toy\",\"sha\":\"" + HubDouble.COMMIT + "\"}");
        assertThat(find(DatasetRequest.of("old/name")).id()).isEqualTo("lab/toy");
        hub.answers.put(INFO, "{\"id\":\"lab/toy\",\"disabled\":true}");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID))).isInstanceOf(StoreAccessException.class);
        for (String bad : List.of("", "[]", "7", "{\"sha\":\"main\"}", "{\"id\":", "{} {}", "<html>")) {
            hub.answers.put(INFO, bad);
            assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID)))
                    .as(bad)
                    .isInstanceOf(CorruptDataException.class);
        }
        hub.answers.put(INFO, "{\"id\":\"../../x\",\"sha\":\"" + HubDouble.COMMIT + "\"}");
        assertThatThrownBy(() -> find(DatasetRequest.of(HubDouble.ID))).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("the hub's conversion is read at its own commit, and a partial one only if allowed")
    void readsConversions() {
        hub.with(
                "default/train/0000.parquet",
                "default/train/0001.parquet",
                "default/test/0000.parquet",
                "info/partial-train/0000.parquet",
                ".gitattributes");
        assertThat(paths(find(converted(null, "train"))))
                .containsExactly("default/train/0000.parquet", "default/train/0001.parquet");
        assertThat(hub.asked)
                .containsExactly(
                        "/api/datasets/lab/toy/revision/refs%2Fconvert%2Fparquet",
                        TREE + "?recursive=false&expand=false", TREE + "/default?recursive=true&expand=false");
        assertThatThrownBy(() -> find(converted(null, null))).hasMessageContaining("test, train");
        assertThatThrownBy(() -> find(converted("info", "train")))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("partial-train");
        assertThatThrownBy(() -> find(converted("none", "train"))).isInstanceOf(StoreNotFoundException.class);
        Catalog lenient = Catalog.of(hub, new CatalogOptions(Optional.empty(), false, true));
        assertThat(paths(lenient.find(converted("info", null)).block(PATIENCE)))
                .containsExactly("info/partial-train/0000.parquet");
        DatasetRequest pinned = new DatasetRequest(
                HubDouble.ID, "v1", Optional.empty(), Optional.empty(), List.of(), Optional.empty(), true);
        assertThatThrownBy(() -> hub.catalog().find(pinned)).isInstanceOf(InvalidOptionException.class);
    }

    private static DatasetRequest converted(String configuration, String split) {
        return new DatasetRequest(
                HubDouble.ID,
                DatasetRequest.MAIN,
                Optional.ofNullable(configuration),
                Optional.ofNullable(split),
                List.of(),
                Optional.empty(),
                true);
    }

    @Test
    @DisplayName("a row count is told only if the card tells that of every split that is read")
    void tellsRows() {
        hub.with("a.parquet", "b.parquet");
        hub.cardData = """
                {"configs":[{"config_name":"default","data_files":[{"split":"x","path":"a.parquet"},
                                                                    {"split":"y","path":"b.parquet"}]}],
                 "dataset_info":[{"config_name":"other"},
                                 {"splits":[{"name":"x","num_examples":3},{"name":"y","num_examples":4}]}]}""";
        assertThat(find(request(null, "x")).declaredRows()).hasValue(3);
        assertThat(find(request(null, "all")).declaredRows()).hasValue(7);
        hub.cardData = hub.cardData.replace(":4}", ":0}");
        assertThat(find(request(null, "all")).declaredRows()).isEmpty();
        assertThat(find(files("a.parquet")).declaredRows()).isEmpty();
    }
}
