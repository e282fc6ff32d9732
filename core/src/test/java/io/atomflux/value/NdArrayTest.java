package io.atomflux.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Arrays")
class NdArrayTest {

    /** The hash is that of {@code numpy.arange(65536, dtype="u2").view("f2").astype(">f8")}, every NaN the usual one. */
    @Test
    @DisplayName("read all 65536 float16 as numpy does")
    void readEveryHalf() throws Exception {
        byte[] bits = new byte[2 * 65536];
        for (int i = 0; i < 65536; i++) {
            bits[2 * i] = (byte) i;
            bits[2 * i + 1] = (byte) (i >> 8);
        }
        NdArray halves = NdArray.wrap(DType.FLOAT16, new int[] {65536}, bits, 0);
        ByteBuffer doubles = ByteBuffer.allocate(8 * 65536);
        for (double value : halves.toDoubleArray()) {
            doubles.putDouble(Double.isNaN(value) ? Double.NaN : value);
        }
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(doubles.array());
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("3fb8a0d0646f446590a283a82603dbad4ef00a8074dfac29f0068777019df4a8");
    }

    @Test
    @DisplayName("round doubles to float16 as numpy does")
    void roundToHalf() throws Exception {
        String table;
        try (InputStream in = Objects.requireNonNull(NdArrayTest.class.getResourceAsStream("float16.tsv"))) {
            table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(table.lines().count()).isGreaterThan(300);
        table.lines().forEach(line -> {
            String[] parts = line.split("\t");
            double value = Double.longBitsToDouble(Long.parseUnsignedLong(parts[0], 16));
            NdArray half = NdArray.of(new double[] {value}).as(DType.of(">f2"));
            assertThat(HexFormat.of().toHexDigits(half.asBuffer().getShort(0)))
                    .as("%s", value)
                    .isEqualTo(parts[1]);
        });
    }

    @Test
    @DisplayName("convert integers without going through doubles")
    void convertIntegers() {
        long large = (1L << 53) + 1;
        NdArray longs = NdArray.of(new long[] {large, -1});
        assertThat(longs.as(DType.UINT64).at(0)).isEqualTo(large);
        assertThat(longs.as(DType.UINT64).at(1)).isEqualTo(new BigInteger("18446744073709551615"));
        assertThat(longs.as(DType.UINT64).as(DType.INT64)).isEqualTo(longs);
        assertThat(longs.as(DType.BOOL).toBooleanArray()).containsExactly(true, true);
        assertThat(NdArray.of(new long[] {0, 256}).as(DType.BOOL).toBooleanArray())
                .containsExactly(false, true);
        assertThat(longs.as(DType.of(">i8")).toLongArray()).containsExactly(large, -1);
        assertThat(NdArray.of(new double[] {1e19}).as(DType.UINT64).at(0))
                .isEqualTo(new BigInteger("10000000000000000000"));
    }

    @Test
    @DisplayName("are sliced along the first axis, sharing bytes")
    void slice() {
        NdArray array = NdArray.of(new double[] {0, 1, 2, 3, 4, 5}, 3, 2);
        assertThat(array.slice(1)).isEqualTo(NdArray.of(new double[] {2, 3}));
        assertThat(array.slice(1, 3)).isEqualTo(NdArray.of(new double[] {2, 3, 4, 5}, 2, 2));
        assertThat(array.slice(1, 1).hasShape(0, 2)).isTrue();
        assertThat(array.slice(2).slice(1).rank()).isZero();
        assertThatThrownBy(() -> array.slice(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> array.slice(0).slice(0).slice(0));
    }

    @Test
    @DisplayName("refuse shapes that do not fit, or overflow")
    void refuseShapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NdArray.wrap(DType.BOOL, new int[] {1 << 30, 1 << 30}, new byte[8], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> NdArray.wrap(DType.BOOL, new int[] {-1}, new byte[8], 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NdArray.wrap(DType.FLOAT64, new int[] {2}, new byte[15], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> NdArray.zeros(DType.FLOAT64, 1 << 20, 1 << 10));
        assertThatIllegalArgumentException().isThrownBy(() -> NdArray.of(new double[3], 2));
    }

    @Test
    @DisplayName("of texts are at least one code point wide, as numpy's are")
    void holdTexts() {
        NdArray texts = NdArray.ofTexts(List.of("a", "😀é"));
        assertThat(texts.dtype().code()).isEqualTo("<U2");
        assertThat(texts.toNested()).isEqualTo(List.of("a", "😀é"));
        assertThat(NdArray.ofTexts(List.of("")).dtype().code()).isEqualTo("<U1");
    }

    @Test
    @DisplayName("are equal if type, shape and bits are")
    void compare() {
        assertThat(NdArray.of(new double[] {Double.NaN})).isEqualTo(NdArray.of(new double[] {Double.NaN}));
        assertThat(NdArray.of(new double[] {0.0})).isNotEqualTo(NdArray.of(new double[] {-0.0}));
        assertThat(NdArray.of(new double[] {1, 2})).isNotEqualTo(NdArray.of(new double[] {1, 2}, 2, 1));
        assertThat(NdArray.of(new float[] {1})).isNotEqualTo(NdArray.of(new double[] {1}));
        assertThat(NdArray.of(new double[] {1}).as(DType.of(">f8"))).isNotEqualTo(NdArray.of(new double[] {1}));
    }

    @Test
    @DisplayName("integers of 32 bits widen to 64, of a part of an array too")
    void integersWiden() {
        NdArray integers = NdArray.of(new int[] {7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}, 2, 2);
        assertThat(integers.slice(1).as(DType.INT64))
                .isEqualTo(NdArray.of(new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE}));
        assertThat(integers.as(DType.INT64))
                .isEqualTo(NdArray.of(new long[] {7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}, 2, 2));
    }
}
