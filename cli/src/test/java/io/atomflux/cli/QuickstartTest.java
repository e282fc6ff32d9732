package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("quickstart leaves a store and a plot, shows a table, and can be run again")
    void runsTwice() throws IOException {
        Path fresh = folder.resolve("a/b");
        for (int time = 0; time < 2; time++) {
            Ran ran = run("quickstart", "--dir", fresh, "--frames", 40).well();
            assertThat(ran.out())
                    .contains("Simulated and stored 40 frames", "Column calc.energy: 40 values, mean -5.")
                    .containsPattern("  0  Ar108 +0\\.00 +180\\.0 ")
                    .contains("atomflux info ");
        }
        assertThat(run("info", fresh.resolve("quickstart.lmdb"), "--json")
                        .well()
                        .object())
                .containsEntry("rows", 40L);
        assertThat(ImageIO.read(fresh.resolve("quickstart.png").toFile()).getWidth())
                .isEqualTo(1200);
    }

    @Test
    @DisplayName("quickstart leaves a store alone that it did not make")
    void replacesOnlyItsOwn() {
        Path store = folder.resolve("quickstart.lmdb");
        ObjectIO db = ObjectIO.open(store);
        db.append(Row.of("mine", true)).then(db.close()).block();
        run("quickstart", "--dir", folder).refused("not made by this command", "--dir");
        assertThat(run("column", store, "mine", "--json").well().array()).hasSize(1);
        run("quickstart", "--dir", folder, "--frames", 1).refused("--frames", "2 or more");
    }
}
