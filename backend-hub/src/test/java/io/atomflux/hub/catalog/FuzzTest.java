package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub sends may be anything; it must end in a result or in one of our errors, soon. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FuzzTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ROUNDS = Boolean.getBoolean("atomflux.proof") ? 200_000 : 3_000;
    private static final String README = """
            ---
            license: mit
            configs:
            - config_name: &name default
              data_files:
              - split: train
                path: ["co/*.parquet", 'x?[0-9].jsonl']
              default: true
            - {config_name: other, data_dir: data}
            dataset_info:
              config_name: *name
              features:
              - name: energy
                dtype: float64
              - name: positions
                sequence: {sequence: float64}
              splits:
              - name: train
                num_examples: 0x10
            text: |
              several
              lines
            ---
            # Title
            """;
    private static final String INFO = """
            {"id":"lab/toy","sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","gated":"auto","siblings":[{"rfilename":"a.parquet"}],
             "cardData":{"configs":[{"config_name":"default","data_files":[{"split":"train","path":"*"}]}],
             "dataset_info":[{"splits":[{"name":"train","num_examples":1e3}]}]}}""";
    private static final String TREE = """
            [{"type":"file","path":"a.parquet","oid":"%s","size":12,"lfs":{"oid":"sha256:%s","size":12}},
             {"type":"directory","path":"b","oid":"%s","size":0},{"type":"file","path":"c.jsonl","size":1}]""".formatted("b".repeat(40), "c".repeat(64), "d".repeat(40));
    private static final String SPECIAL = "{}[]:,-#&*!|>'\"%@`?~ \n\t\r<>0a\\\ufeff\u0000\ud800";

    private static String mutated(String text, Random random) {
        StringBuilder mutant = new StringBuilder(text);
        for (int n = 1 + random.nextInt(4); n > 0 && mutant.length() > 0; n--) {
            int at = random.nextInt(mutant.length());
            switch (random.nextInt(5)) {
                case 0 -> mutant.setLength(at);
                case 1 -> mutant.deleteCharAt(at);
                case 2 -> mutant.insert(at, SPECIAL.charAt(random.nextInt(SPECIAL.length())));
                case 3 -> mutant.setCharAt(at, SPECIAL.charAt(random.nextInt(SPECIAL.length())));
                default -> {
                    int end = Math.min(mutant.length(), at + random.nextInt(30));
                    mutant.insert(random.nextInt(mutant.length()), mutant.substring(at, end));
                }
            }
        }
        return mutant.toString();
    }

    @Test
    @DisplayName("no card makes reading it fail otherwise than with our error")
    void survivesCards() {
        Random random = new Random(11);
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String text = mutated(README, random);
            try {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                Card card = CardText.card(null, Optional.of(bytes), Optional.empty(), "hf://lab/toy");
                read += card.configurations().isEmpty() ? 0 : 1;
            } catch (CorruptDataException e) {
                assertThat(e).hasMessageContaining("README.md");
            }
        }
        assertThat(read).isBetween(ROUNDS / 10, ROUNDS - ROUNDS / 20); // both happened
    }

    @Test
    @DisplayName("no answer of a hub makes finding fail otherwise than with our error")
    void survivesAnswers() {
        Random random = new Random(12);
        int found = 0;
        for (int i = 0; i < ROUNDS; i++) {
            HubDouble hub = new HubDouble();
            String tree = "/api/datasets/lab/toy/tree/" + HubDouble.COMMIT + "?recursive=false&expand=false";
            hub.answers.put("/api/datasets/lab/toy/revision/main", i % 2 == 0 ? mutated(INFO, random) : INFO);
            hub.answers.put(tree, i % 2 == 0 ? TREE : mutated(TREE, random));
            hub.links.put(tree, i % 3 == 0 ? mutated("<http://h/x>; rel=\"next\"", random) : "");
            try {
                hub.catalog().find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE);
                found++;
            } catch (AtomfluxException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(found).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? ", "!!seq [", "&a [", "\"", "a: &b\n "})
    @DisplayName("nesting without end is refused, not followed")
    void refusesDepth(String opening) {
        String yaml = opening.repeat(100_000);
        assertThatThrownBy(() -> YamlTree.read(yaml)).isInstanceOf(YamlTree.BadYamlException.class);
        String json = opening.replace("a", "\"a\"").repeat(100_000);
        assertThatThrownBy(() -> JsonTree.object(StandardCharsets.UTF_8.encode("{\"x\":" + json), "hf://x/y", "here"))
                .isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("aliases that stand for billions of values are refused")
    void refusesLaughs() throws Exception {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            yaml.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
        }
        assertThatThrownBy(() -> YamlTree.read(yaml.toString()))
                .isInstanceOf(YamlTree.BadYamlException.class)
                .hasMessageContaining("aliases");
        assertThatThrownBy(() -> YamlTree.read("a: &a [*a]")).isInstanceOf(YamlTree.BadYamlException.class);
        assertThat(YamlTree.read("a: &x [1]\nb: *x")).isEqualTo(Map.of("a", List.of(1L), "b", List.of(1L)));
    }

    @Test
    @DisplayName("too many values of JSON are refused before they fill the memory")
    void refusesCrowds() {
        ByteBuffer many = StandardCharsets.UTF_8.encode("{\"x\":[" + "[],".repeat(2_100_000) + "0]}");
        assertThatThrownBy(() -> JsonTree.object(many, "hf://x/y", "here")).isInstanceOf(CorruptDataException.class);
        ByteBuffer fat = StandardCharsets.UTF_8.encode("[{\"x\":[" + "[],".repeat(20_000) + "0]}]");
        assertThatThrownBy(() -> JsonTree.objects(fat, "hf://x/y", "here", each -> {}))
                .isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("plain scalars are what the core schema of YAML 1.2 says")
    void readsScalars() throws Exception {
        assertThat(
                        YamlTree.read(
                                "[~, null, '', true, False, yes, 12, -7, 0x1F, 0o17, 1.5, 1e3, .inf, 99999999999999999999, 007, '12', !!str 12, !!int 12, 1_000]"))
                .isEqualTo(java.util.Arrays.asList(
                        null,
                        null,
                        "",
                        true,
                        false,
                        "yes",
                        12L,
                        -7L,
                        31L,
                        15L,
                        1.5,
                        1000.0,
                        Double.POSITIVE_INFINITY,
                        1e20,
                        7L,
                        "12",
                        "12",
                        12L,
                        "1_000"));
        assertThat(YamlTree.read("")).isNull();
        assertThatThrownBy(() -> YamlTree.read("a\n---\nb")).isInstanceOf(YamlTree.BadYamlException.class);
    }
}
