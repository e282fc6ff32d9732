package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options, environment and mappings, without a hub. */
class HubSettingsTest {

    private static HubEnvironment environment(Path home, String... pairs) {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return new HubEnvironment(variables, home);
    }

    @Test
    @DisplayName("the cache folder is where Python's library has it")
    void cacheFolder() {
        Path home = Path.of("/home/u");
        assertThat(environment(home).cacheFolder()).isEqualTo(Path.of("/home/u/.cache/huggingface/hub"));
        assertThat(environment(home, "XDG_CACHE_HOME", "/x").cacheFolder()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(environment(home, "HF_HOME", "~/hf", "XDG_CACHE_HOME", "/x").cacheFolder())
                .isEqualTo(Path.of("/home/u/hf/hub"));
        assertThat(environment(home, "HUGGINGFACE_HUB_CACHE", "/old", "HF_HOME", "/h")
                        .cacheFolder())
                .isEqualTo(Path.of("/old"));
        assertThat(environment(home, "HF_HUB_CACHE", "${BASE}/c/$PART", "BASE", "/b", "PART", "p")
                        .cacheFolder())
                .isEqualTo(Path.of("/b/c/p"));
    }

    @Test
    @DisplayName("the token comes from variables before files, cleaned, unless that is switched off")
    void token(@TempDir Path home) throws Exception {
        assertThat(environment(home, "HF_HOME", home.toString()).token()).isEmpty();
        Files.writeString(home.resolve("token"), " from file\r\n");
        assertThat(environment(home, "HF_HOME", home.toString()).token()).contains("from file");
        assertThat(environment(home, "HF_HOME", home.toString(), "HUGGING_FACE_HUB_TOKEN", "b")
                        .token())
                .contains("b");
        assertThat(environment(home, "HF_TOKEN", "a\n", "HUGGING_FACE_HUB_TOKEN", "b")
                        .token())
                .contains("a");
        assertThat(environment(home, "HF_TOKEN", "a", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "yes")
                        .token())
                .isEmpty();
        Files.writeString(home.resolve("other"), "c");
        assertThat(environment(home, "HF_TOKEN_PATH", home.resolve("other").toString())
                        .token())
                .contains("c");
    }

    @Test
    @DisplayName("offline is a flag in any spelling, and the one of datasets counts before the others")
    void offline() {
        Path home = Path.of("/home/u");
        assertThat(environment(home).offline()).isFalse();
        assertThat(environment(home, "HF_HUB_OFFLINE", "On").offline()).isTrue();
        assertThat(environment(home, "TRANSFORMERS_OFFLINE", "1").offline()).isTrue();
        assertThat(environment(home, "HF_HUB_OFFLINE", "1", "HF_DATASETS_OFFLINE", "0")
                        .offline())
                .isFalse();
    }

    @Test
    @DisplayName("options by name are read, all faults told at once, and no secret is shown")
    void options() {
        HubOptions options = HubOptions.from(new Settings(Map.of(
                "token",
                "s3cret",
                "split",
                "a+b",
                "data_files",
                "x/*.parquet, y.parquet",
                "read_ahead",
                "2M",
                "mapping",
                "none")));
        assertThat(options.dataFiles()).containsExactly("x/*.parquet", "y.parquet");
        assertThat(options.readAhead()).isEqualTo(2 << 20);
        assertThat(options.mapping()).contains(ColumnMapping.NONE);
        assertThat(options.toString()).contains("a+b").doesNotContain("s3cret");
        assertThatThrownBy(() -> HubOptions.from(new Settings(
                        Map.of("mapping", "positions=x", "streaming", "maybe", "offline", "?", "wrong", "1"))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("mapping")
                .hasMessageContaining("streaming")
                .hasMessageContaining("offline")
                .hasMessageContaining("wrong is unknown");
        assertThatThrownBy(() -> HubOptions.builder().parallel(0).build()).isInstanceOf(InvalidOptionException.class);
        HubOptions typed =
                HubOptions.builder().endpoint(URI.create("http://127.0.0.1:1")).build();
        assertThatThrownBy(() -> new HubProvider()
                        .open(
                                Location.parse("hf://a/b"),
                                OpenOptions.none().with(typed).with("split", "x")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("split");
        assertThatThrownBy(() -> new HubProvider().open(Location.parse("hf://a/b"), OpenOptions.ofGroup("g")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("config=");
    }

    @Test
    @DisplayName("mappings are read from text, guessed by columns, and refused with an example")
    void mappings() {
        assertThat(ColumnMapping.parse("lematerial")).isEqualTo(ColumnMapping.OPTIMADE);
        assertThat(ColumnMapping.parse("positions=p, numbers=z,calc.energy=e"))
                .isEqualTo(ColumnMapping.builder("p", "z").calc("energy", "e").build());
        for (String bad : List.of(
                "positions=p",
                "positions=p,numbers=z,energy=e",
                "positions=p,numbers",
                "positions=p,positions=q",
                "calc.=x")) {
            assertThatThrownBy(() -> ColumnMapping.parse(bad)).isInstanceOf(InvalidOptionException.class);
        }
        assertThat(ColumnMapping.guess(List.of("positions", "atomic_numbers", "x")))
                .contains(ColumnMapping.COLABFIT);
        assertThat(ColumnMapping.guess(List.of("cartesian_site_positions", "species_at_sites")))
                .contains(ColumnMapping.OPTIMADE);
        assertThat(ColumnMapping.guess(List.of("arrays.numbers", "arrays.positions", "cell")))
                .contains(ColumnMapping.NONE);
        assertThat(ColumnMapping.guess(
                        List.of("positions", "atomic_numbers", "cartesian_site_positions", "species_at_sites")))
                .isEmpty();
        assertThat(ColumnMapping.guess(List.of("text"))).isEmpty();
    }
}
