package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("JSON as Python writes and reads it")
class PythonJsonTest {

    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "1.5, 1.5",
        "0.001, 0.001",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "1.25E-7, 1.25e-07",
        "12345678.5, 12345678.5",
        "1E15, 1000000000000000.0",
        "1E16, 1e+16",
        "1.5E300, 1.5e+300",
        "-1E22, -1e+22",
        "123456789012345.6, 123456789012345.6",
        "NaN, NaN",
        "Infinity, Infinity",
        "-Infinity, -Infinity"
    })
    @DisplayName("Floats look as repr shows them")
    void floats(double number, String text) {
        assertThat(PythonJson.write(number)).isEqualTo(text);
        assertThat(PythonJsonReader.read(text)).isEqualTo(number);
    }

    @Test
    @DisplayName("Texts are ASCII with escapes, lists and maps are spaced")
    void writes() {
        assertThat(PythonJson.write("Å \uD83D\uDE80 \n\t\"\\\u007f"))
                .isEqualTo("\"\\u00c5 \\ud83d\\ude80 \\n\\t\\\"\\\\\\u007f\"");
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("a", Arrays.asList(1L, null, true, List.of()));
        map.put("b", Map.of());
        assertThat(PythonJson.write(map)).isEqualTo("{\"a\": [1, null, true, []], \"b\": {}}");
        assertThat(PythonJson.write(NdArray.of(new long[] {1, 2, 3, 4}, 2, 2))).isEqualTo("[[1, 2], [3, 4]]");
        assertThat(PythonJson.write(NdScalar.of(1.5f))).isEqualTo("1.5");
    }

    @Test
    @DisplayName("What JSON has nothing for is refused")
    void refuses() {
        for (Object value : List.of(Bytes.EMPTY, new Complex(1, 2), List.of(Bytes.EMPTY))) {
            assertThatThrownBy(() -> PythonJson.write(value)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "\"open",
                "[1, 2",
                "[1,]",
                "{\"a\" 1}",
                "{a: 1}",
                "01",
                "1.",
                ".5",
                "+1",
                "1e",
                "nul",
                "True",
                "\"a\nb\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "1 2",
                "[",
                "{",
                "-",
                "18446744073709551616",
                "-9223372036854775809",
                "\"a\" \"b\""
            })
    @DisplayName("What is not JSON is itself")
    void notJson(String text) {
        assertThat(PythonJsonReader.read(text)).isEqualTo(text);
        assertThat(PythonJsonReader.read("[".repeat(100_000))).isInstanceOf(String.class);
    }

    @Test
    @DisplayName("Values come back as they were")
    void comesBack() {
        List<@Nullable Object> values = Arrays.asList(
                null,
                true,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                new BigInteger("18446744073709551615"),
                "",
                "12",
                "\"quoted\"",
                "a\\b\u2028\uD800",
                Arrays.asList(null, Double.NaN, List.of(Map.of("", Map.of()))),
                Map.of("key", -1.5e-300));
        for (Object value : values) {
            assertThat(PythonJsonReader.read(PythonJson.write(value))).isEqualTo(value);
            assertThat(PythonJsonReader.read(" " + PythonJson.write(value) + "\n"))
                    .isEqualTo(value);
        }
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 100_000; i++) {
            double number = Double.longBitsToDouble(random.nextLong());
            if (!Double.isNaN(number)) {
                assertThat(PythonJsonReader.read(PythonJson.write(number))).isEqualTo(number);
            }
        }
    }
}
