package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.Row;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The ledger finds what is planted, and nothing else. */
class LedgerTest {

    private static Ledger ledger(String... lines) {
        Ledger ledger = new Ledger();
        Stream.of(lines).forEach(ledger::hear);
        return ledger;
    }

    private static Row row(String id, long n) {
        return Row.of("id", id, "n", n);
    }

    private static List<Row> rows(String... ids) {
        return Stream.of(ids).map(id -> row(id, 0)).toList();
    }

    private static final String[] HISTORY = {
        "begin a 10 append - a.0,a.1",
        "done a 20",
        "begin b 15 append - b.0",
        "done b 30",
        "begin c 40 front - c.0",
        "done c 50",
        "begin d 60 replace a.0 d.0",
        "done d 70",
        "begin e 80 remove ? -",
        "done e 90",
        "begin f 100 append - f.0",
        "begin g 100 count d.0 -",
        "done g 110",
        "begin h 120 count d.0 -",
        "refused h 130",
    };

    @Test
    @DisplayName("rows that the calls explain are in order, whatever became of a call without an end")
    void explained() {
        Ledger ledger = ledger(HISTORY);
        ledger.saw(List.of("a.0", "a.1"));
        ledger.saw(List.of("c.0", "a.0", "a.1", "b.0"));
        assertThat(ledger.contradictions(List.of(row("c.0", 0), row("d.0", 1), row("b.0", 0))))
                .isEmpty();
        assertThat(ledger.contradictions(List.of(row("d.0", 1), row("a.1", 0), row("b.0", 0), row("f.0", 0))))
                .isEmpty();
        assertThat(ledger.contradictions(List.of(row("d.0", 1), row("a.1", 0), row("b.0", 0))))
                .isEmpty();
        assertThat(ledger.unknown()).containsExactly("f.0");
    }

    @Test
    @DisplayName("lost, doubled, returned and invented rows are found")
    void existence() {
        String[] history = {
            "begin a 10 append - a.0,a.1",
            "done a 20",
            "begin b 30 remove a.1 -",
            "done b 40",
            "begin c 50 append - c.0",
            "refused c 60"
        };
        assertThat(ledger(history).contradictions(rows("a.0"))).isEmpty();
        assertThat(ledger(history).contradictions(rows()))
                .singleElement()
                .asString()
                .contains("1 rows are missing");
        assertThat(ledger(history).contradictions(rows("a.0", "a.0"))).contains("a.0 stands twice");
        assertThat(ledger(history).contradictions(rows("a.0", "a.1"))).contains("a.1 was taken away and is there");
        assertThat(ledger(history).contradictions(rows("a.0", "x"))).contains("x was written by nobody");
        assertThat(ledger(history).contradictions(rows("a.0", "c.0"))).contains("c.0 was refused and is there");
        assertThat(ledger("begin a 10 append - a.0", "done a 20", "begin b 30 remove ? -", "done b 40")
                        .contradictions(rows("a.0")))
                .singleElement()
                .asString()
                .contains("Python took away 1");
    }

    @Test
    @DisplayName("lost and doubled changes are found")
    void values() {
        String[] history = {"begin a 10 append - a.0", "done a 20", "begin b 30 count a.0 -", "done b 40"};
        assertThat(ledger(history).contradictions(List.of(row("a.0", 1)))).isEmpty();
        assertThat(ledger(history).contradictions(List.of(row("a.0", 0)))).hasSize(1);
        assertThat(ledger(history).contradictions(List.of(row("a.0", 2)))).hasSize(1);
        Row marked = Row.builder().put("id", "a.0").put("n", 1).put("mark", "x").build();
        assertThat(ledger(history).contradictions(List.of(marked)))
                .singleElement()
                .asString()
                .contains("which did nothing");
    }

    @Test
    @DisplayName("rows in an order that no order of the calls gives are found")
    void order() {
        String[] history = {
            "begin a 10 append - a.0,a.1", "done a 20", "begin b 30 append - b.0", "done b 40",
            "begin c 50 front - c.0", "done c 60", "begin d 70 front - d.0", "done d 80"
        };
        assertThat(ledger(history).contradictions(rows("d.0", "c.0", "a.0", "a.1", "b.0")))
                .isEmpty();
        assertThat(ledger(history).contradictions(rows("d.0", "c.0", "b.0", "a.0", "a.1")))
                .isNotEmpty();
        assertThat(ledger(history).contradictions(rows("d.0", "c.0", "a.1", "a.0", "b.0")))
                .isNotEmpty();
        assertThat(ledger(history).contradictions(rows("c.0", "d.0", "a.0", "a.1", "b.0")))
                .isNotEmpty();
        assertThat(ledger(history).contradictions(rows("d.0", "a.0", "a.1", "b.0", "c.0")))
                .isNotEmpty();
        Ledger swapped = ledger("begin a 10 insert - a.0", "done a 20", "begin b 10 insert - b.0", "done b 20");
        assertThat(swapped.contradictions(rows("b.0", "a.0"))).isEmpty();
        swapped.saw(List.of("a.0", "b.0"));
        assertThat(swapped.contradictions(rows("b.0", "a.0"))).hasSize(1);
    }
}
