package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class SplitPatternsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Files of a repository without card, and what {@code datasets} 5.2.0 makes of them. */
    static Stream<Arguments> repositories() {
        return Stream.of(
                // 1: shards
                row(
                        "data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet data/test-00000-of-00001.parquet"
                                + " data/extra-00000-of-00001.parquet data/aux-00000-of-00001-abc.parquet other.parquet",
                        "train: data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet",
                        "test: data/test-00000-of-00001.parquet",
                        "aux: data/aux-00000-of-00001-abc.parquet",
                        "extra: data/extra-00000-of-00001.parquet"),
                row("data/a-00000-of-00001-b-00000-of-00001.parquet", "a-00000-of-00001-b: refused: -"),
                // 3: folders
                row(
                        "train/a.parquet my-train/b.parquet train_1/x/c.parquet dev/d.parquet sub/eval/e.parquet f.parquet",
                        "train: train/a.parquet train_1/x/c.parquet my-train/b.parquet",
                        "validation: dev/d.parquet",
                        "test: sub/eval/e.parquet"),
                row("training/a.jsonl valid/b.jsonl", "train: training/a.jsonl", "validation: valid/b.jsonl"),
                // 4: files
                row(
                        "train.parquet my_train_2.parquet val.parquet testing-1.parquet retrain.parquet Train.parquet",
                        "train: train.parquet my_train_2.parquet",
                        "validation: val.parquet",
                        "test: testing-1.parquet"),
                row("x/train0.parquet x/train1.parquet", "train: x/train0.parquet x/train1.parquet"),
                // 5: everything
                row(
                        "b.parquet a.parquet sub/c.parquet co_10.parquet co_2.parquet",
                        "train: a.parquet b.parquet co_10.parquet co_2.parquet sub/c.parquet"),
                // what is skipped
                row(
                        ".hidden.parquet .git/x.parquet __pycache__/y.parquet a/__b/z.parquet config.json README.md"
                                + " dataset_infos.json notes.md data.parquet __init__.parquet",
                        "train: __init__.parquet data.parquet"),
                // most frequent suffix
                row("a.json b.parquet c.parquet", "train: b.parquet c.parquet"),
                row("a.json b.parquet", "train: b.parquet"),
                row("a.jsonl b.ndjson", "train: a.jsonl b.ndjson"),
                // folders win over files, also one without data
                row("train/notes.bin a_test.parquet b.parquet", "train: refused: train/notes.bin"),
                row(
                        "train/notes.bin dev/a.parquet b.parquet",
                        "train: refused: train/notes.bin",
                        "validation: dev/a.parquet"));
    }

    private static Arguments row(String files, String... splits) {
        return Arguments.of(files, List.of(splits));
    }

    @ParameterizedTest
    @MethodSource("repositories")
    @DisplayName("splits and files of a repository without card are Python's")
    void infers(String files, List<String> expected) {
        HubDouble hub = new HubDouble().with(files.split(" "));
        for (String line : expected) {
            String split = line.substring(0, line.indexOf(": "));
            String rest = line.substring(split.length() + 2);
            if (rest.startsWith("refused: ")) {
                assertThatThrownBy(() -> find(hub, split)).hasMessageContaining(rest.substring(9));
            } else {
                Dataset found = find(hub, split);
                assertThat(found.configuration()).isEqualTo("default");
                assertThat(found.split()).isEqualTo(split);
                assertThat(found.files().stream().map(DataFile::path).toList())
                        .isEqualTo(Arrays.asList(rest.split(" ")));
            }
        }
        if (expected.size() > 1) {
            assertThatThrownBy(() -> find(hub, null))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining(String.join(
                            ", ",
                            expected.stream()
                                    .map(line -> line.substring(0, line.indexOf(':')))
                                    .toList()));
        }
    }

    private static Dataset find(HubDouble hub, String split) {
        return hub.catalog().find(CatalogTest.request(null, split)).block(PATIENCE);
    }

    @Test
    @DisplayName("shards are found by listing their folder alone, all else by listing everything once")
    void listsLittle() {
        HubDouble shards = new HubDouble().with("data/train-00000-of-00001.parquet", "x/y.parquet");
        find(shards, "train");
        assertThat(shards.asked).hasSize(2);
        assertThat(shards.asked.get(1)).endsWith("/data?recursive=false&expand=false");
        HubDouble files = new HubDouble().with("a/train.parquet", "b/test.parquet");
        find(files, "test");
        assertThat(files.asked).hasSize(2);
        assertThat(files.asked.get(1)).endsWith("?recursive=true&expand=false");
    }

    @Test
    @DisplayName("without data there is an error that says what was looked for")
    void refusesEmpty() {
        assertThatThrownBy(() -> find(new HubDouble().with("README.md", ".gitattributes"), null))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining(".parquet");
    }

    @Test
    @DisplayName("a format that is not read is refused by name, with what to do")
    void refusesOtherFormats() {
        assertThatThrownBy(() -> find(new HubDouble().with("a.csv", "b.csv"), null))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining(".csv")
                .hasMessageContaining("converted=true");
        assertThatThrownBy(() -> find(new HubDouble().with("a.jsonl.gz"), null))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining(".gz");
        assertThatThrownBy(() -> find(new HubDouble().with("logs/x.eval", "train.parquet"), null))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining(".eval");
    }
}
