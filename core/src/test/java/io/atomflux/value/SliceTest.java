package io.atomflux.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Slices")
class SliceTest {

    private static String positions(int size, String text) {
        Slice slice = Slice.parse(text);
        List<String> positions = new ArrayList<>();
        for (long i = 0; i < slice.count(size); i++) {
            positions.add(String.valueOf(slice.first(size) + i * slice.step()));
        }
        return String.join(",", positions);
    }

    /** The hash is that of the same 60 800 lines written by {@code list(range(n))[start:stop:step]} in Python 3. */
    @Test
    @DisplayName("select what Python selects, for every start, stop and step from -9 to 9 of up to 7 rows")
    void selectAsPythonDoes() throws Exception {
        StringBuilder table = new StringBuilder();
        for (int size = 0; size < 8; size++) {
            for (int start = -10; start < 10; start++) {
                for (int stop = -10; stop < 10; stop++) {
                    for (int step = -10; step < 10; step++) {
                        if (step != 0) {
                            String text = part(start) + ":" + part(stop) + ":" + part(step);
                            table.append(size).append(' ').append(text).append(' ');
                            table.append(positions(size, text)).append('\n');
                        }
                    }
                }
            }
        }
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(table.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("5619cab04b348a7d19d383d25a1bb0338733f7016579e683ab7f2161153850a3");
    }

    private static String part(int number) {
        return number == -10 ? "" : String.valueOf(number);
    }

    @Test
    @DisplayName("select these, to show where the table differs if it does")
    void selectExamples() {
        assertThat(positions(5, ":")).isEqualTo("0,1,2,3,4");
        assertThat(positions(5, "::-1")).isEqualTo("4,3,2,1,0");
        assertThat(positions(5, "-2:")).isEqualTo("3,4");
        assertThat(positions(5, "-100:100:2")).isEqualTo("0,2,4");
        assertThat(positions(5, "9:-9:-3")).isEqualTo("4,1");
        assertThat(positions(0, "::-1")).isEmpty();
        assertThat(positions(5, "3:1")).isEmpty();
    }

    @Test
    @DisplayName("do not overflow at the ends of long")
    void doNotOverflow() {
        assertThat(Slice.of(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE).count(5))
                .isEqualTo(1);
        assertThat(Slice.of(Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE).count(5))
                .isEqualTo(1);
        assertThat(Slice.ALL.count(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(Slice.parse("::-1").count(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("are written as they are read, and refuse all else")
    void parse() {
        assertThat(Slice.parse("1:2:3")).hasToString("1:2:3");
        assertThat(Slice.parse(" 1 : ")).isEqualTo(Slice.from(1)).hasToString("1:");
        for (String bad : List.of("", "1", "a:", "1:2:3:4", "1:2:0", "99999999999999999999:")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Slice.parse(bad));
        }
    }
}
