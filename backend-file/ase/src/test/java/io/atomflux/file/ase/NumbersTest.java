package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

    private final NumberReader reader = new NumberReader();

    private void readsBack(String text, double expected) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (!reader.read(bytes, 0, bytes.length)
                || Double.doubleToRawLongBits(reader.real()) != Double.doubleToRawLongBits(expected)) {
            throw new AssertionError("%s: %s (expected: %s)".formatted(text, reader.real(), expected));
        }
    }

    private static String fixed(double value) {
        TextBuffer out = new TextBuffer();
        Numbers.fixed(value, out);
        return new String(out.toArray(), StandardCharsets.US_ASCII);
    }

    private static String exactlyFixed(double value) {
        BigDecimal rounded = new BigDecimal(Math.abs(value)).setScale(8, RoundingMode.HALF_EVEN);
        String text = (Double.doubleToRawLongBits(value) < 0 ? "-" : "") + rounded.toPlainString();
        return " ".repeat(Math.max(0, 16 - text.length())) + text;
    }

    private void numbersAreExact(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double usual = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(12) - 4);
            double half = (random.nextLong(1L << 40) * 2 + 1) * 0x1p-9 / (1 << random.nextInt(8));
            for (double value : new double[] {any, usual, half, (float) usual, Math.rint(any)}) {
                if (Double.isNaN(value) || Double.isInfinite(value)) {
                    continue;
                }
                readsBack(Double.toString(value), value);
                readsBack(Numbers.shortest(value), value);
                if (Math.abs(value) < 1e15) {
                    String fixed = fixed(value);
                    assertThat(fixed).isEqualTo(exactlyFixed(value));
                    readsBack(fixed.strip(), Double.parseDouble(fixed));
                }
            }
            String digits = random.nextLong(1, Long.MAX_VALUE) + "e" + (random.nextInt(660) - 340);
            readsBack(digits, Double.parseDouble(digits));
            String small = "0".repeat(random.nextInt(3)) + "0." + "0".repeat(random.nextInt(40))
                    + random.nextLong(Long.MAX_VALUE) + (i % 3 == 0 ? "" : "e" + (random.nextInt(60) - 30));
            readsBack(small, Double.parseDouble(small));
            readsBack("-" + small, -Double.parseDouble(small));
        }
    }

    @Test
    @DisplayName("decimals are read as the nearest double, and written as Python writes them")
    void decimalsAreExact() {
        numbersAreExact(300, 25_000);
    }

    @Test
    @Tag("proof")
    @DisplayName("millions of decimals are read and written exactly")
    void millionsOfDecimalsAreExact() {
        numbersAreExact(301, 20_000_000);
    }

    @Test
    @DisplayName("the shortest decimal has no more digits than needed, and is the nearest of its length")
    void shortestIsShortest() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 5_000; i++) {
            double value = Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (Double.isNaN(value) || Double.isInfinite(value) || value < Double.MIN_NORMAL) {
                continue;
            }
            BigDecimal shortest = new BigDecimal(Numbers.shortest(value)).stripTrailingZeros();
            int digits = shortest.precision();
            String fewer = String.format(Locale.ROOT, "%." + Math.max(0, digits - 2) + "e", new BigDecimal(value));
            if (digits > 1) {
                assertThat(Double.parseDouble(fewer)).isNotEqualTo(value);
            }
            BigDecimal step = shortest.ulp();
            BigDecimal exact = new BigDecimal(value);
            BigDecimal off = shortest.subtract(exact).abs();
            LongStream.of(-1, 1).forEach(k -> {
                BigDecimal other = shortest.add(step.multiply(BigDecimal.valueOf(k)));
                assertThat(other.doubleValue() == value
                                && other.subtract(exact).abs().compareTo(off) < 0)
                        .isFalse();
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2e23, 2e+23",
        "1e16, 1e+16",
        "1e15, 1000000000000000.0",
        "9999999999999998, 9999999999999998.0",
        "1e22, 1e+22",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "1.5e-10, 1.5e-10",
        "0.1, 0.1",
        "-0.0, -0.0",
        "0, 0.0",
        "1, 1.0",
        "4.9e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "0.018000000000000002, 0.018000000000000002",
        "5.684341886080802e-14, 5.684341886080802e-14",
        "123456.789, 123456.789",
        "9007199254740993, 9007199254740992.0",
        "0.10000000149011612, 0.10000000149011612",
        "NaN, nan",
        "-Infinity, -inf"
    })
    @DisplayName("the shortest decimal looks as Python shows it")
    void shortestLooksAsPythonShowsIt(String value, String shown) {
        assertThat(Numbers.shortest(Double.parseDouble(value))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "1.5e-8, '      0.00000002'",
        "2.5e-8, '      0.00000003'",
        "-0.0, '     -0.00000000'",
        "-1e-9, '     -0.00000000'",
        "NaN, '             nan'",
        "-Infinity, '            -inf'",
        "1e20, 100000000000000000000.00000000",
        "0.00390625, '      0.00390625'",
        "-123.456, '   -123.45600000'",
        "4.9e-324, '      0.00000000'"
    })
    @DisplayName("%16.8f is what Python makes of the exact binary value")
    void fixedLooksAsPythonShowsIt(double value, String shown) {
        String expected = exactlyFixedOr(value, shown);
        assertThat(fixed(value)).isEqualTo(expected);
        assertThat(fixed(value)).hasSizeGreaterThanOrEqualTo(16);
    }

    private static String exactlyFixedOr(double value, String shown) {
        return Double.isNaN(value) || Double.isInfinite(value) ? shown : exactlyFixed(value);
    }

    @ParameterizedTest
    @CsvSource({
        "1_000, 1000",
        "1_0.5, 10.5",
        "1., 1",
        ".5, 0.5",
        "+7, 7",
        "-0, -0.0",
        "1E+3, 1000",
        "nan, NaN",
        "INF, Infinity",
        "-infinity, -Infinity",
        "1e400, Infinity",
        "1e-400, 0",
        "\u0663.5, 3.5",
        "00012, 12",
        "123456789012345678901234567890, 123456789012345678901234567890",
        "1e-1_0, 1e-10"
    })
    @DisplayName("what Python takes for a number is read")
    void pythonNumbersAreRead(String text, double value) {
        assertThat(reader.read(text)).isTrue();
        assertThat(reader.real()).isEqualTo(Double.valueOf(value));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(reader.read(bytes, 0, bytes.length)).isTrue();
        assertThat(reader.real()).isEqualTo(Double.valueOf(value));
    }

    @ParameterizedTest
    @CsvSource({
        "1d3", "0x10", "1j", "--1", "1__0", "_1", "1_", "1e", "e5", ".", "+", "1.5f", "1.e", "in", "nan1", "1_.5"
    })
    @DisplayName("what Python takes for no number is none")
    void otherTextIsNoNumber(String text) {
        assertThat(reader.read(text)).isFalse();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(reader.read(bytes, 0, bytes.length)).isFalse();
    }

    @Test
    @DisplayName("integers are told from floats, up to 64 bits")
    void integersAreTold() {
        assertThat(reader.read("-9223372036854775808") && reader.isInteger()).isTrue();
        assertThat(reader.integer()).isEqualTo(Long.MIN_VALUE);
        assertThat(reader.read("9223372036854775807") && reader.isInteger()).isTrue();
        assertThat(reader.integer()).isEqualTo(Long.MAX_VALUE);
        assertThat(reader.read("9223372036854775808") && !reader.isInteger()).isTrue();
        assertThat(reader.read("1.0") && !reader.isInteger()).isTrue();
    }
}
