package io.atomflux.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Numpy msgpack under random and hostile bytes")
class MsgpackRobustnessTest {

    private static final CellCodec CODEC = NumpyMsgpack.CODEC;

    @Test
    @DisplayName("gives back every random row, bit by bit")
    void roundTrips() {
        RandomValues random = new RandomValues(1);
        for (int i = 0; i < 3000; i++) {
            Row row = random.row();
            BlobRow cells = NumpyMsgpack.encode(row);
            Row back = NumpyMsgpack.decode(cells, "store", i);
            assertThat(back).isEqualTo(row);
            assertThat(back.keys()).isEqualTo(row.keys());
            assertThat(NumpyMsgpack.encode(Row.of(back.toMap()))).isEqualTo(cells);
            assertThat(NumpyMsgpack.unpackMap(NumpyMsgpack.packMap(cells))).isEqualTo(cells);
        }
    }

    @Test
    @DisplayName("reports every truncation as malformed, and nothing else")
    void reportsTruncation() {
        RandomValues random = new RandomValues(2);
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = CODEC.encode(Values.of("value", random.value())).toArray();
            int step = Math.max(1, bytes.length / 400);
            for (int length = 0; length < bytes.length; length += step) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatIllegalArgumentException().isThrownBy(() -> CODEC.decode(cut, 0, cut.length));
            }
        }
    }

    @Test
    @DisplayName("does not read past the end of its range, though the buffer goes on")
    void staysInRange() {
        byte[] bytes = CODEC.encode(NdArray.of(new double[] {1, 2})).toArray();
        for (int length = 0; length < bytes.length; length++) {
            int cut = length;
            assertThatIllegalArgumentException().isThrownBy(() -> CODEC.decode(bytes, 0, cut));
        }
    }

    @Test
    @DisplayName("answers flipped bytes with a value or one of the two documented errors")
    void survivesFlips() {
        RandomValues values = new RandomValues(3);
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = CODEC.encode(Values.of("value", values.value())).toArray();
            if (bytes.length == 0 || bytes.length > 4000) {
                continue;
            }
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(Math.min(bytes.length, 80))] = (byte) random.nextInt(256);
            }
            try {
                Object value = CODEC.decode(bytes, 0, bytes.length);
                CODEC.encode(value);
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                assertThat(e).hasMessageNotContaining("null");
                refused++;
            } catch (RuntimeException | Error e) {
                fail("bytes " + Bytes.of(bytes), e);
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    @Test
    @DisplayName("refuses a hundred thousand nested lists, maps and numpy maps without a stack overflow")
    void refusesDeepNesting() {
        byte[] lists = new byte[100_000];
        Arrays.fill(lists, (byte) 0x91);
        assertThatThrownBy(() -> CODEC.decode(lists, 0, lists.length))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("64");
        assertRefused(repeated(new byte[] {(byte) 0x81, (byte) 0xa0}, 50_000));
        assertRefused(repeated(new byte[] {(byte) 0x81, (byte) 0xc4, 2, 'n', 'd'}, 50_000));
        assertRefused(repeated(new byte[] {(byte) 0xdd, 0, 0, (byte) 0xff, (byte) 0xff}, 50_000));
    }

    private static byte[] repeated(byte[] part, int times) {
        byte[] bytes = new byte[part.length * times];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = part[i % part.length];
        }
        return bytes;
    }

    private static void assertRefused(byte[] bytes) {
        assertThatThrownBy(() -> CODEC.decode(bytes, 0, bytes.length))
                .isInstanceOfAny(UnsupportedOperationException.class, IllegalArgumentException.class);
    }

    @Test
    @DisplayName("takes 64 levels of lists both ways, and refuses 65")
    void countsDepth() {
        Object deep = NdArray.of(new double[] {1});
        for (int i = 0; i < 64; i++) {
            deep = List.of(deep);
        }
        byte[] bytes = CODEC.encode(deep).toArray();
        assertThat(CODEC.decode(bytes, 0, bytes.length)).isEqualTo(deep);
        Object deeper = Collections.singletonList(deep);
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.encode(deeper));
        byte[] wrapped = new byte[bytes.length + 1];
        wrapped[0] = (byte) 0x91;
        System.arraycopy(bytes, 0, wrapped, 1, bytes.length);
        assertRefused(wrapped);
    }

    @Test
    @DisplayName("refuses to encode what no store can hold")
    void refusesToEncode() {
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.encode(new Object()));
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.encode("\ud800"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NumpyMsgpack.encode(Row.of("broken", "\udc00")))
                .withMessageContaining("broken");
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.encode(NdArray.zeros(DType.of("|S0"), 1 << 20)));
    }

    @Test
    @DisplayName("prints and reads complex numbers as Python does")
    void printsComplex() {
        List<@Nullable Object> pairs = List.of(
                new Complex(1, 2), "(1+2j)",
                new Complex(0, 2), "2j",
                new Complex(0, -0.0), "-0j",
                new Complex(-0.0, 2), "(-0+2j)",
                new Complex(1e16, 1e15), "(1e+16+1000000000000000j)",
                new Complex(0.0001, 0.00001), "(0.0001+1e-05j)",
                new Complex(5e-324, -1.5e300), "(5e-324-1.5e+300j)",
                new Complex(Double.NaN, Double.NEGATIVE_INFINITY), "(nan-infj)",
                new Complex(0.1, 1.0 / 3), "(0.1+0.3333333333333333j)",
                new Complex(5.684341886080802e-14, 2e-44), "(5.684341886080802e-14+2e-44j)",
                new Complex(123456789012345680.0, 9007199254740993.0), "(1.2345678901234568e+17+9007199254740992j)");
        for (int i = 0; i < pairs.size(); i += 2) {
            Complex number = (Complex) pairs.get(i);
            assertThat(PythonComplex.format(number)).isEqualTo(pairs.get(i + 1));
            assertThat(PythonComplex.parse((String) pairs.get(i + 1))).isEqualTo(number);
        }
        assertThat(PythonComplex.parse(" ( 1e-5-Infinityj ) ".replace("( ", "(").replace(" )", ")")))
                .isEqualTo(new Complex(1e-5, Double.NEGATIVE_INFINITY));
        assertThat(PythonComplex.parse("-j")).isEqualTo(new Complex(0, -1));
        for (String bad : List.of("", "()", "1+2", "1+2jj", "0x1p3j", "1dj", "(1+2j", "one", "1 + 2j")) {
            assertThatIllegalArgumentException().isThrownBy(() -> PythonComplex.parse(bad));
        }
    }
}
