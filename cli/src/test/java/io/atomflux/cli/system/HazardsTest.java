package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.cli.Main;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage that Python does by itself when two of its handles write at once, and what the command says of it. */
@Tag("live")
class HazardsTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "R1, a row that was inserted before a row that went",
        "R3, a row that went and was written to",
        "M2, a row that was added while another handle deleted",
        "M3, a row that went and was set"
    })
    @DisplayName("what Python leaves behind is told by verify, with exit code 1")
    void damageIsTold(String which, String what) throws Exception {
        SharedStore store = which.startsWith("R") ? SharedStore.redis() : SharedStore.mongo();
        String group = RemoteServers.freshDatabase();
        String script = Live.script("hazards.py", directory).toString();
        List<String> left = Live.lines(List.of(Live.python(), script, which, store.theirs(), group));
        ChildJvm.Ended told =
                new ChildJvm("-XX:TieredStopAtLevel=1").run(Main.class, "verify", store.ours(), "--group", group);
        assertThat(told.exit()).as("%s: %s %s", what, told.out(), told.error()).isEqualTo(1);
        assertThat(told.lines())
                .as(what)
                .singleElement()
                .asString()
                .containsPattern("\\b(key|documents?) " + left.get(0) + "\\b");
    }
}
