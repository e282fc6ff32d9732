package io.atomflux.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Values and rows")
class ValuesTest {

    @Test
    @DisplayName("are widened from what a Java programmer writes")
    void widen() {
        assertThat(Values.of("k", 1)).isEqualTo(1L);
        assertThat(Values.of("k", (byte) 1)).isEqualTo(1L);
        assertThat(Values.of("k", 1.5f)).isEqualTo(1.5);
        assertThat(Values.of("k", BigInteger.TEN)).isEqualTo(10L);
        assertThat(Values.of("k", new byte[] {1})).isEqualTo(Bytes.of((byte) 1));
        assertThat(Values.of("k", new double[][] {{1, 2}, {3, 4}}))
                .isEqualTo(NdArray.of(new double[] {1, 2, 3, 4}, 2, 2));
        assertThat(Values.of("k", new double[0][])).isInstanceOf(NdArray.class);
        assertThat(Values.of("k", new int[][][] {{{1}, {2}}})).isEqualTo(NdArray.of(new int[] {1, 2}, 1, 2, 1));
        assertThat(Values.of("k", Arrays.asList(1, null, List.of(2)))).isEqualTo(Arrays.asList(1L, null, List.of(2L)));
    }

    @Test
    @DisplayName("of other types are refused, naming the key")
    void refuse() {
        for (Object bad : List.of(
                new Object(),
                'c',
                new String[0],
                new double[][] {{1}, {1, 2}},
                BigInteger.ONE.shiftLeft(64),
                BigInteger.ONE.shiftLeft(63).negate().subtract(BigInteger.ONE),
                Map.of(1, 2))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Values.of("the key", bad))
                    .withMessageContaining("the key");
        }
        Object deep = 1;
        for (int i = 0; i < 65; i++) {
            deep = List.of(deep);
        }
        Object tooDeep = deep;
        assertThatIllegalArgumentException().isThrownBy(() -> Values.of("k", tooDeep));
    }

    @Test
    @DisplayName("are copied, so that later changes of the caller's do not show")
    void copy() {
        double[] numbers = {1};
        List<Object> list = Arrays.asList(1, 2);
        Row row = Row.of("a", numbers, "b", list);
        numbers[0] = 9;
        list.set(0, 9);
        assertThat(row.get("a")).isEqualTo(NdArray.of(new double[] {1}));
        assertThat(row.get("b")).isEqualTo(List.of(1L, 2L));
    }

    @Test
    @DisplayName("make rows equal in whatever order, and null is not absent")
    void compareRows() {
        Row row = Row.of("a", 1, "b", null);
        assertThat(row).isEqualTo(Row.of("b", null, "a", 1)).hasSameHashCodeAs(Row.of("b", null, "a", 1));
        assertThat(row).isNotEqualTo(Row.of("a", 1)).isNotEqualTo(Row.of("a", 1, "c", null));
        assertThat(row.has("b")).isTrue();
        assertThat(row.has("c")).isFalse();
        assertThat(Row.reserved()).isNotEqualTo(Row.empty());
        assertThat(row.merge(Row.of("b", 2, "c", 3)).keys()).containsExactly("a", "b", "c");
        assertThat(row.without(List.of("a")).keys()).containsExactly("b");
        assertThat(row.only(List.of("b", "x")).keys()).containsExactly("b");
    }

    @Test
    @DisplayName("of raw rows are the same for the same bytes")
    void compareBlobRows() {
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        cells.put(Bytes.ofText("a"), Bytes.ofText("1"));
        cells.put(Bytes.of((byte) 0xff), Bytes.EMPTY);
        BlobRow row = BlobRow.of(cells);
        assertThat(row.toMap()).isEqualTo(cells);
        assertThat(row.get(Bytes.of((byte) 0xff))).isEqualTo(Bytes.EMPTY);
        assertThat(row.without(List.of("a"))).isNotEqualTo(row);
        assertThat(row.merge(row)).isEqualTo(row);
    }

    @Test
    @DisplayName("of patches become keys with their prefix")
    void patch() {
        Map<String, @Nullable Object> changes =
                Patch.calc("energy", -10.5).info("tag", "done").changes();
        assertThat(changes).containsExactly(Map.entry("calc.energy", -10.5), Map.entry("info.tag", "done"));
    }

    @Test
    @DisplayName("give every byte string exactly one text as a key")
    void keyText() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(7)];
            random.nextBytes(bytes);
            if (random.nextBoolean() && bytes.length > 3) {
                byte[] text = new String(Character.toChars(random.nextInt(0xd800)))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                System.arraycopy(text, 0, bytes, 0, text.length);
            }
            Bytes key = Bytes.wrap(bytes);
            assertThat(Bytes.ofKey(key.keyText())).isEqualTo(key);
        }
        assertThat(Bytes.of((byte) 0xff, (byte) 'a').keyText()).isEqualTo("\udcffa");
        assertThatIllegalArgumentException().isThrownBy(() -> Bytes.ofKey("\ud800"));
    }

    @Test
    @DisplayName("convert to a type if nothing is lost")
    void convert() {
        assertThat(Values.as(1L, Double.class)).isEqualTo(1.0);
        assertThat(Values.as((1L << 53) + 1, Double.class)).isNull();
        assertThat(Values.as(NdScalar.of(1.5f), Double.class)).isEqualTo(1.5);
        assertThat(Values.as(NdScalar.of(5L), Long.class)).isEqualTo(5L);
        assertThat(Values.as(NdScalar.of(true), Boolean.class)).isEqualTo(true);
        assertThat(Values.as("1", Long.class)).isNull();
    }
}
