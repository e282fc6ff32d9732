package io.atomflux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArrayCollectorTest {

    private static ArrayCollector collected(boolean ragged, Object... values) {
        ArrayCollector collector = new ArrayCollector("calc.x", ragged);
        for (Object value : values) {
            collector.add(value);
        }
        return collector;
    }

    private static NdArray array(Object... values) {
        return collected(false, values).toArray();
    }

    @Test
    @DisplayName(
            "numbers become one axis, arrays of one shape a further one, texts a unicode array, nothing an empty one")
    void stacks() {
        assertThat(array(1.5, -0.0, Double.NaN)).isEqualTo(NdArray.of(new double[] {1.5, -0.0, Double.NaN}));
        assertThat(array(1L, 2L)).isEqualTo(NdArray.of(new long[] {1, 2}));
        assertThat(array(true, false)).isEqualTo(NdArray.of(new boolean[] {true, false}));
        assertThat(array(NdScalar.of(1.5f))).isEqualTo(NdArray.of(new float[] {1.5f}));
        assertThat(array(NdArray.of(new double[] {1, 2}), NdArray.of(new double[] {3, 4})))
                .isEqualTo(NdArray.of(new double[] {1, 2, 3, 4}, 2, 2));
        assertThat(array("a", "bb")).isEqualTo(NdArray.ofTexts(List.of("a", "bb")));
        assertThat(array(new Complex(1, -2)).at(0)).isEqualTo(new Complex(1, -2));
        assertThat(array()).isEqualTo(NdArray.zeros(DType.FLOAT64, 0));
    }

    @Test
    @DisplayName("integers among doubles are widened, wherever they stand")
    void widensIntegers() {
        assertThat(array(1.5, 2L, NdScalar.of(3.5f))).isEqualTo(NdArray.of(new double[] {1.5, 2, 3.5}));
        Object[] many = new Object[100];
        double[] expected = new double[100];
        for (int i = 0; i < 100; i++) {
            many[i] = i < 70 ? (Object) (long) i : (Object) (i + 0.5);
            expected[i] = i < 70 ? i : i + 0.5;
        }
        assertThat(array(many)).isEqualTo(NdArray.of(expected));
    }

    @Test
    @DisplayName("values of many rows at once, and single ones among them, give what they would one by one")
    void takesWholeBatches() {
        ArrayCollector.Stacked energies = new ArrayCollector.Stacked(NdArray.of(new double[] {1, 2}));
        assertThat(array(energies, 3.0, energies)).isEqualTo(NdArray.of(new double[] {1, 2, 3, 1, 2}));
        assertThat(array(1L, energies)).isEqualTo(NdArray.of(new double[] {1, 1, 2}));
        ArrayCollector.Stacked forces =
                new ArrayCollector.Stacked(NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2));
        NdArray one = NdArray.of(new double[] {9, 9}, 1, 2);
        Ragged ragged = collected(true, forces, one, forces).toRagged();
        assertThat(ragged.offsets()).isEqualTo(NdArray.of(new long[] {0, 2, 4, 5, 7, 9}));
        assertThat(ragged.get(1)).isEqualTo(NdArray.of(new double[] {5, 6, 7, 8}, 2, 2));
        assertThat(ragged.get(2)).isEqualTo(one);
        assertThatThrownBy(() -> array(forces, one)).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> array("text", energies)).isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("a batch is taken whole only where its type is that of the values asked for")
    void looksAtTypes() {
        NdArray floats = NdArray.of(new double[] {1});
        assertThat(ArrayCollector.holds(floats, Double.class)).isTrue();
        assertThat(ArrayCollector.holds(floats, Object.class)).isTrue();
        assertThat(ArrayCollector.holds(floats, Long.class)).isFalse();
        assertThat(ArrayCollector.holds(NdArray.of(new float[] {1}), Object.class))
                .isFalse();
        assertThat(ArrayCollector.holds(NdArray.of(new float[] {1}, 1, 1), NdArray.class))
                .isTrue();
        assertThat(ArrayCollector.holds(floats.reshape(1, 1), Double.class)).isFalse();
    }

    @Test
    @DisplayName("what does not fit is refused, naming column, place, what was found and what to do")
    void refusesMixtures() {
        assertThatThrownBy(() -> array(1.5, "text"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("calc.x, value 1");
        assertThatThrownBy(() -> array("text", 1.5)).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> array(List.of(1L))).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> array(NdArray.of(new double[3]), NdArray.of(new double[4])))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("toRagged()");
        assertThatThrownBy(() -> collected(true, 1.5)).isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("arrays of different lengths come with offsets and can be taken out again")
    void keepsOffsets() {
        NdArray[] parts = new NdArray[40];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = NdArray.of(new double[i * 3], i, 3);
        }
        Ragged ragged = collected(true, (Object[]) parts).toRagged();
        assertThat(ragged.size()).isEqualTo(40);
        assertThat(ragged.values().shape()).containsExactly(40 * 39 / 2, 3);
        for (int i = 0; i < parts.length; i++) {
            assertThat(ragged.get(i)).isEqualTo(parts[i]);
        }
        assertThat(collected(true).toRagged().size()).isZero();
    }
}
