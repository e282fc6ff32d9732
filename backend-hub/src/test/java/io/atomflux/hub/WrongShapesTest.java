package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WrongShapesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GOOD = "{\"positions\":[[1,2,3]],\"atomic_numbers\":[1]}\n";

    private final ImitationHub hub = ImitationHub.builder().start();

    @AfterEach
    void close() {
        hub.close();
    }

    private Row second(String line) {
        hub.publish(ImitatedDataset.of("lab/odd")
                .file("data/train.jsonl", GOOD + line)
                .build());
        ObjectIO store = HubRows.open(hub, "colabfit://lab/odd?data_files=data/*.jsonl");
        try {
            return Objects.requireNonNull(store.get(1).block(PATIENCE));
        } finally {
            store.close().block(PATIENCE);
        }
    }

    @ParameterizedTest
    @DisplayName("what cannot be a structure is refused with repository, file, row and column")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "positions;\"positions\":[[1,2],[3,4]],\"atomic_numbers\":[1,1]",
                "positions;\"positions\":[1,2,3],\"atomic_numbers\":[1]",
                "positions;\"positions\":[[1,2,3]],\"atomic_numbers\":[1,1]",
                "positions;\"positions\":[[],[1,2,3]],\"atomic_numbers\":[1,1]",
                "positions;\"positions\":[[],[1.5,2,3]],\"atomic_numbers\":[1,1]",
                "positions;\"positions\":[[1,2,3],[4,5]],\"atomic_numbers\":[1,1]",
                "positions;\"positions\":[[\"a\",2,3]],\"atomic_numbers\":[1]",
                "positions;\"positions\":{\"a\":1},\"atomic_numbers\":[1]",
                "positions;\"positions\":null,\"atomic_numbers\":[1]",
                "atomic_numbers;\"positions\":[[1,2,3]],\"atomic_numbers\":[\"Qq\"]",
                "atomic_numbers;\"positions\":[[1,2,3]],\"atomic_numbers\":[NaN]",
                "atomic_numbers;\"positions\":[[1,2,3]],\"atomic_numbers\":[[1]]",
                "cell;\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"cell\":[1,2]",
                "cell;\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"cell\":[1,2,3]",
                "pbc;\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"pbc\":[1,0]",
                "pbc;\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"pbc\":\"yes\"",
            })
    void refuses(String column, String members) {
        assertThatThrownBy(() -> second("{" + members + "}"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("lab/odd@")
                .hasMessageContaining("data/train.jsonl, row 1, column " + column + " as ")
                .hasMessageContaining("(expected: ");
    }

    @Test
    @DisplayName("lists of unequal length stay lists, also where the first one is empty: no zeros are made up")
    void raggedResultsStayLists() {
        Row row = second("{\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"atomic_forces\":[[],[1,2]]}");
        assertThat(row.get("calc.forces")).asString().contains("[], [1, 2]");
    }

    @Test
    @DisplayName("a cell of nulls, as of a molecule, is one of NaN; a null among flags is false")
    void nullsOfMolecules() {
        for (String cell : new String[] {"[null,null,null]", "[[null,null,null],[null,null,null],[null,null,null]]"}) {
            Row row =
                    second("{\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"cell\":" + cell + ",\"pbc\":[null,1,0]}");
            NdArray found = (NdArray) Objects.requireNonNull(row.get("cell"));
            assertThat(found.shape()).containsExactly(3, 3);
            assertThat(found.toDoubleArray()).containsOnly(Double.NaN);
            assertThat(row.get("pbc")).isEqualTo(NdArray.of(new boolean[] {false, true, false}, 3));
        }
    }

    @Test
    @DisplayName("nulls that stand for long lists are refused before memory is taken for what they would be")
    void nullsDoNotExpand() {
        String nulls = "null,".repeat(20_000);
        String numbers = "1,".repeat(19_999) + "1";
        assertThatThrownBy(() -> second("{\"positions\":[[1,2,3]],\"atomic_numbers\":[1],\"atomic_forces\":[" + nulls
                        + "[" + numbers + "]]}"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("column atomic_forces")
                .hasMessageContaining("nulls");
    }
}
