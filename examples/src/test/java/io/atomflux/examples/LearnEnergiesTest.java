package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@Timeout(120)
class LearnEnergiesTest {

    @TempDir
    Path folder;

    private Path molecules;

    @BeforeEach
    void copyData() throws Exception {
        molecules = folder.resolve("3bpa.lmdb");
        ExamplesTest.outputOf(CopyFiles::main, "data/3BPA/train_300K.xyz.gz", molecules);
    }

    private List<String> learn(String checkpoints, Object... more) throws Exception {
        List<Object> args = new ArrayList<>(List.of(molecules, folder.resolve(checkpoints)));
        args.addAll(List.of(more));
        return ExamplesTest.outputOf(LearnEnergies::main, args.toArray())
                .lines()
                .toList();
    }

    private static double number(String line, String before) {
        int from = line.indexOf(before) + before.length();
        return Double.parseDouble(line.substring(from).trim().split(" ")[0]);
    }

    private static List<String> withoutFirst(List<String> lines) {
        return lines.subList(1, lines.size());
    }

    @Test
    @DisplayName("energies of molecules it has not seen are told far better than by the mean, as the page has it")
    void learns() throws Exception {
        List<List<String>> page = Page.outputs("TRAINING.md");
        List<String> lines = learn("model.lmdb");
        assertThat(lines).isEqualTo(page.get(0));
        String mean = lines.stream()
                .filter(line -> line.startsWith("mean only"))
                .findFirst()
                .orElseThrow();
        double baseline = number(mean, "held-out error");
        double learnt = number(lines.get(lines.size() - 2), "held out");
        assertThat(baseline).isGreaterThan(0.1);
        assertThat(learnt).isLessThan(0.5 * baseline);
    }

    @Test
    @DisplayName("stopped in the middle of an epoch and started again, it finds the same weights, bit by bit")
    void goesOn() throws Exception {
        List<List<String>> page = Page.outputs("TRAINING.md");
        assertThat(learn("stopped.lmdb", "stop=512")).endsWith(array(withoutFirst(page.get(1))));
        assertThat(learn("stopped.lmdb")).endsWith(array(withoutFirst(page.get(2))));
        assertThat(page.get(2)).endsWith(page.get(0).get(page.get(0).size() - 1)); // as if it had not been stopped
    }

    private static String[] array(List<String> lines) {
        return lines.toArray(String[]::new);
    }

    @Test
    @DisplayName("who learns and who is held out have no molecule in common, and are all together, with any seed")
    void partsAreDisjoint() {
        List<Long> every = LongStream.range(0, 500).boxed().toList();
        for (long seed : new long[] {7, 8}) {
            List<Long> seen = AtomsIO.with(molecules.toString(), db -> {
                        Loader all = Loader.over(db).keys("calc.energy").seed(seed);
                        return all.split("train", 0.8)
                                .epoch(1)
                                .concatWith(all.split("validation", 0.2).epoch(0))
                                .flatMapIterable(LearnEnergiesTest::positions)
                                .collectList();
                    })
                    .block();
            assertThat(seen).containsExactlyInAnyOrderElementsOf(every);
        }
    }

    private static List<Long> positions(Batch batch) {
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            positions.add(batch.position(i));
        }
        return positions;
    }
}
