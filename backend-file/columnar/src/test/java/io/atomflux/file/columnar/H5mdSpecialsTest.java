package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class H5mdSpecialsTest {

    private static Placement.Special special(String key) {
        return H5mdSpecials.ALL.get(key);
    }

    private static @Nullable Object back(String key, Object value) {
        return special(key).join(special(key).split(value));
    }

    @Test
    @DisplayName("atomic numbers are stored as float64 and come back as int64")
    void numbers() {
        NdArray numbers = NdArray.of(new long[] {8, 1, 1});
        assertThat(special("arrays.numbers").split(numbers)).containsExactly(NdArray.of(new double[] {8, 1, 1}));
        assertThat(back("arrays.numbers", numbers)).isEqualTo(numbers);
        NdArray large = NdArray.of(new long[] {(1L << 53) + 1});
        assertThat(special("arrays.numbers").split(large)).containsExactly(large);
        NdArray types = NdArray.of(new int[] {1, 2});
        assertThat(special("arrays.numbers").join(List.of(types))).isEqualTo(types);
        NdArray halves = NdArray.of(new double[] {1.5, Double.NaN});
        assertThat(special("arrays.numbers").join(List.of(halves))).isEqualTo(halves);
    }

    @Test
    @DisplayName("constraints are a text of JSON, whether it was written once or twice")
    void constraints() {
        List<?> fixed = List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(0L, 2L))));
        Object text = special("constraints").split(fixed).get(0);
        assertThat(text).isInstanceOf(String.class);
        assertThat(back("constraints", fixed)).isEqualTo(fixed);
        assertThat(special("constraints").join(Collections.singletonList(fixed)))
                .isEqualTo(fixed);
        assertThat(special("constraints").join(Collections.singletonList(""))).isNull();
        assertThat(special("constraints").join(Collections.singletonList(null))).isNull();
    }

    @Test
    @DisplayName("bonds are pairs and orders; padding is taken off")
    void bonds() {
        List<?> plain = List.of(List.of(0L, 1L), List.of(0L, 2L));
        assertThat(special("info.connectivity").split(plain))
                .containsExactly(NdArray.of(new int[] {0, 1, 0, 2}, 2, 2), null);
        assertThat(back("info.connectivity", plain)).isEqualTo(plain);
        List<?> mixed = List.of(List.of(0L, 1L, 1.5), List.of(0L, 2L));
        assertThat(back("info.connectivity", mixed)).isEqualTo(mixed);
        NdArray padded = NdArray.of(new int[] {3, 4, -1, -1}, 2, 2);
        NdArray orders = NdArray.of(new double[] {2, Double.NaN}, 2);
        assertThat(special("info.connectivity").join(Arrays.asList(padded, orders)))
                .isEqualTo(List.of(List.of(3L, 4L, 2.0)));
        assertThat(special("info.connectivity").join(Arrays.asList(NdArray.of(new int[] {-1, -1}, 1, 2), null)))
                .isNull();
    }

    @Test
    @DisplayName("what is no list of bonds is left to be kept beside the arrays")
    void notBonds() {
        for (Object value : List.of(
                List.of(),
                "0-1",
                List.of(1L),
                List.of(List.of(1L)),
                List.of(List.of(0.5, 1L)),
                List.of(List.of(-1L, 0L)))) {
            assertThat(special("info.connectivity").split(value)).containsExactly(null, null);
        }
        assertThat(special("info.connectivity").join(Arrays.asList(NdArray.zeros(DType.FLOAT64, 2, 2), null)))
                .isNull();
    }
}
