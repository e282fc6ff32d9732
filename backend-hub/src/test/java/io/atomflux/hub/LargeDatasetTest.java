package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A million rows in 16 files, which pyarrow writes; another number by the system property {@code atomflux.hub.rows}. */
@Tag("live")
@Timeout(300)
class LargeDatasetTest {

    private static final int ROWS = Integer.getInteger("atomflux.hub.rows", 1_000_000);
    private static final int FILES = 16;

    @Test
    @DisplayName("a scan in 192 MB gives every row once, a random row is one request, another file one of the hub")
    void largeDataset(@TempDir Path folder) throws Exception {
        String python = Objects.requireNonNull(
                System.getProperty("atomflux.python"),
                "system property atomflux.python (expected by the live tests, see CONTRIBUTING.md)");
        run(List.of(
                python,
                HubRows.folder("make_large.py").toString(),
                folder.toString(),
                String.valueOf(ROWS),
                String.valueOf(FILES)));
        ImitatedDataset large = ImitatedDataset.of("lab/large")
                .folder(folder)
                .cardData(HubRows.CARD)
                .build();
        try (ImitationHub hub = ImitationHub.builder().dataset(large).start()) {
            ObjectIO store = HubRows.open(hub, "colabfit://lab/large?config=default");
            assertThat(store.rows().next().block(Duration.ofSeconds(30))).isNotNull();
            assertThat(hub.requests()).hasSizeLessThanOrEqualTo(7);
            assertThat(hub.requests(Host.HUB)).hasSizeLessThanOrEqualTo(5);
            hub.forget();
            assertThat(store.size().block(Duration.ofSeconds(30))).isEqualTo(ROWS);
            assertThat(hub.requests(Host.HUB)).hasSize(FILES - 1);
            hub.forget();
            for (long row : new long[] {ROWS / 2, ROWS - 1, ROWS / 3}) {
                assertThat(store.get(row)
                                .map(found -> Objects.requireNonNull(found.get("calc.energy")))
                                .block(Duration.ofSeconds(30)))
                        .isEqualTo((double) row);
            }
            assertThat(hub.requests()).hasSize(3);
            store.close().block(Duration.ofSeconds(10));

            List<String> lines = run(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LargeScan.class.getName(),
                    "colabfit://lab/large?config=default&endpoint=" + hub.endpoint()));
            long sum = (long) ROWS * (ROWS - 1) / 2;
            assertThat(lines.stream().filter(line -> line.startsWith("%d %d 0 ".formatted(ROWS, sum))))
                    .hasSize(2);
        }
    }

    private static List<String> run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
