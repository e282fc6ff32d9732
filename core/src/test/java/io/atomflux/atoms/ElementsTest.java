package io.atomflux.atoms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Elements")
class ElementsTest {

    @Test
    @DisplayName("symbols and masses of all 119 numbers are ASE's, to the last bit")
    void allAreAses() {
        List<String> lines = Golden.lines("elements.tsv");
        assertThat(lines).hasSize(119);
        for (String line : lines) {
            String[] parts = line.split("\t");
            int number = Integer.parseInt(parts[0]);
            assertThat(Elements.symbol(number)).isEqualTo(parts[1]);
            assertThat(Elements.number(parts[1])).isEqualTo(number);
            assertThat(Elements.mass(number)).isEqualTo(Double.parseDouble(parts[2]));
        }
        assertThat(Elements.symbols()).hasSize(119).startsWith("X", "H").endsWith("Og");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 119, Long.MAX_VALUE, Long.MIN_VALUE, 4294967302L})
    @DisplayName("a number that no element has is refused, and not known")
    void numbersOutsideAreRefused(long number) {
        assertThat(Elements.isKnown(number)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Elements.symbol(number))
                .withMessage("atomic number: " + number + " (expected: 0 to 118)");
        assertThatIllegalArgumentException().isThrownBy(() -> Elements.mass(number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c", "CL", "Carbon", "D"})
    @DisplayName("a text that is no symbol is refused, case included")
    void unknownSymbolsAreRefused(String symbol) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Elements.number(symbol))
                .withMessageContaining("symbol: \"" + symbol + "\"");
    }
}
