package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches whose ends depend on what is in the rows. */
class ContentBatcherTest {

    /** Runs an epoch of samples with numbers of atoms, slot by slot; null for a sample that a filter leaves out. */
    private static List<Draft> run(ContentBatcher batcher, Integer... atoms) {
        List<Draft> drafts = new ArrayList<>();
        add(batcher, drafts, atoms);
        for (int turns = 0; batcher.needsMore(); turns++) {
            assertThat(turns).isLessThan(20);
            add(batcher, drafts, atoms);
        }
        drafts.addAll(batcher.finish());
        return drafts;
    }

    private static void add(ContentBatcher batcher, List<Draft> drafts, Integer... atoms) {
        for (int slot = 0; slot < atoms.length; slot++) {
            List<Fetched> kept = atoms[slot] == null
                    ? List.of()
                    : List.of(new Fetched(Row.empty(), null, 0, slot, slot, atoms[slot]));
            drafts.addAll(batcher.add(new Piece(kept, 1, null)));
        }
    }

    private static String told(List<Draft> drafts) {
        List<String> all = new ArrayList<>();
        for (Draft draft : drafts) {
            all.add(draft.samples().stream().map(Fetched::slot).toList() + ">" + draft.after()
                    + (draft.repeated() > 0 ? "r" + draft.repeated() : ""));
        }
        return String.join(" ", all);
    }

    private static String byCount(int world, int rank, int batch, Remainder remainder, Integer... atoms) {
        return told(run(new ContentBatcher(atoms.length, new Turn(rank, world, 0, 1), batch, 0, remainder), atoms));
    }

    private static String byAtoms(int world, int rank, int most, Remainder remainder, Integer... atoms) {
        return told(run(new ContentBatcher(atoms.length, new Turn(rank, world, 0, 1), 1, most, remainder), atoms));
    }

    @Test
    @DisplayName("a filter leaves out samples, and a step ends behind its last one")
    void filtered() {
        Integer[] atoms = {1, null, 1, 1, null, 1, null, 1, null};
        assertThat(byCount(1, 0, 2, Remainder.SHORT, atoms)).isEqualTo("[0, 2]>3 [3, 5]>6 [7]>9");
        assertThat(byCount(1, 0, 2, Remainder.DROP, atoms)).isEqualTo("[0, 2]>3 [3, 5]>6");
        assertThat(byCount(1, 0, 2, Remainder.REPEAT, atoms)).isEqualTo("[0, 2]>3 [3, 5]>6 [7, 0]>9r1");
        assertThat(byCount(2, 0, 2, Remainder.SHORT, atoms)).isEqualTo("[0, 2]>6 [7]>9");
        assertThat(byCount(2, 1, 2, Remainder.SHORT, atoms)).isEqualTo("[3, 5]>6 []>9");
        assertThat(byCount(2, 1, 2, Remainder.REPEAT, atoms)).isEqualTo("[3, 5]>6 [2, 3]>9r2");
        assertThat(byCount(2, 0, 2, Remainder.REPEAT, atoms)).isEqualTo("[0, 2]>6 [7, 0]>9r1");
        assertThat(byCount(3, 2, 4, Remainder.REPEAT, atoms)).isEqualTo("[5, 7, 0, 2]>9r4");
    }

    @Test
    @DisplayName("the last step of batches by count is divided evenly")
    void divided() {
        Integer[] five = {1, 1, 1, 1, 1};
        assertThat(byCount(3, 0, 4, Remainder.SHORT, five)).isEqualTo("[0, 1]>5");
        assertThat(byCount(3, 1, 4, Remainder.SHORT, five)).isEqualTo("[2, 3]>5");
        assertThat(byCount(3, 2, 4, Remainder.SHORT, five)).isEqualTo("[4]>5");
    }

    @Test
    @DisplayName("a batch by atoms ends before the sample that would be too much")
    void atoms() {
        Integer[] atoms = {3, 4, 2, 9, 1, 12, 0, 0, 5};
        assertThat(byAtoms(1, 0, 9, Remainder.SHORT, atoms)).isEqualTo("[0, 1, 2]>3 [3]>4 [4]>5 [5]>6 [6, 7, 8]>9");
        assertThat(byAtoms(1, 0, 9, Remainder.DROP, atoms)).isEqualTo("[0, 1, 2]>3 [3]>4 [4]>5 [5]>6");
        assertThat(byAtoms(1, 0, 9, Remainder.REPEAT, atoms)).isEqualTo("[0, 1, 2]>3 [3]>4 [4]>5 [5]>6 [6, 7, 8]>9");
        assertThat(byAtoms(1, 0, 12, Remainder.REPEAT, 5, 5, 5)).isEqualTo("[0, 1]>2 [2, 0]>3r1");
        assertThat(byAtoms(2, 0, 9, Remainder.SHORT, atoms)).isEqualTo("[0, 1, 2]>4 [4]>6 [6, 7, 8]>9");
        assertThat(byAtoms(2, 1, 9, Remainder.SHORT, atoms)).isEqualTo("[3]>4 [5]>6 []>9");
        assertThat(byAtoms(1, 0, 2, Remainder.REPEAT, 0, 0, 0)).isEqualTo("[0, 1]>2 [2, 0]>3r1");
    }

    @Test
    @DisplayName("a filter that wants nothing gives no batch")
    void nothing() {
        for (Remainder remainder : Remainder.values()) {
            assertThat(byCount(2, 0, 3, remainder, null, null)).isEmpty();
            assertThat(byAtoms(2, 0, 3, remainder, null, null)).isEmpty();
        }
    }

    @Test
    @DisplayName("workers take the steps by turns")
    void workers() {
        List<String> taken = new ArrayList<>();
        for (int worker = 0; worker < 2; worker++) {
            ContentBatcher batcher = new ContentBatcher(5, new Turn(0, 1, worker, 2), 2, 0, Remainder.SHORT);
            taken.add(told(run(batcher, 1, 1, 1, 1, 1)));
        }
        assertThat(taken).containsExactly("[0, 1]>2 [4]>5", "[2, 3]>4");
    }

    @Test
    @DisplayName("behind a failure nothing comes")
    void failure() {
        ContentBatcher batcher = new ContentBatcher(9, Turn.ALONE, 2, 0, Remainder.REPEAT);
        assertThat(batcher.add(Piece.failed(new IllegalStateException()))).hasSize(1);
        assertThat(batcher.needsMore()).isFalse();
        assertThat(batcher.finish()).isEmpty();
    }
}
