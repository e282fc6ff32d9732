package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.DType;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CommonTypeTest {

    static final List<DType> NUMBERS = List.of(
            DType.INT8,
            DType.INT16,
            DType.INT32,
            DType.INT64,
            DType.UINT8,
            DType.UINT16,
            DType.UINT32,
            DType.UINT64,
            DType.FLOAT16,
            DType.FLOAT32,
            DType.FLOAT64);

    /** What {@code numpy.promote_types} of NumPy 2.4.6 answers, a line for each of the types above. */
    private static final List<String> NUMPY = List.of(
            "int8 int16 int32 int64 int16 int32 int64 float64 float16 float32 float64",
            "int16 int16 int32 int64 int16 int32 int64 float64 float32 float32 float64",
            "int32 int32 int32 int64 int32 int32 int64 float64 float64 float64 float64",
            "int64 int64 int64 int64 int64 int64 int64 float64 float64 float64 float64",
            "int16 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64",
            "int32 int32 int32 int64 uint16 uint16 uint32 uint64 float32 float32 float64",
            "int64 int64 int64 int64 uint32 uint32 uint32 uint64 float64 float64 float64",
            "float64 float64 float64 float64 uint64 uint64 uint64 uint64 float64 float64 float64",
            "float16 float32 float64 float64 float16 float32 float64 float64 float16 float32 float64",
            "float32 float32 float64 float64 float32 float32 float64 float64 float32 float32 float64",
            "float64 float64 float64 float64 float64 float64 float64 float64 float64 float64 float64");

    /** Returns what NumPy promotes two types of numbers to. */
    static DType promoted(DType one, DType other) {
        String name = NUMPY.get(place(one)).split(" ")[place(other)];
        return NUMBERS.stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int place(DType type) {
        return NUMBERS.indexOf(DType.of(type.code().replace('>', '<')));
    }

    private static DType of(DType... types) {
        CommonType common = new CommonType();
        for (DType type : types) {
            assertThat(common.add(type)).as("adding %s", type).isTrue();
        }
        return Objects.requireNonNull(common.type());
    }

    @Test
    @DisplayName("two types of numbers become what NumPy promotes them to, in either byte order")
    void promotesAsNumpy() {
        for (int i = 0; i < NUMBERS.size(); i++) {
            String[] line = NUMPY.get(i).split(" ");
            for (int j = 0; j < NUMBERS.size(); j++) {
                DType big = DType.of(NUMBERS.get(j).code().replace('<', '>'));
                assertThat(of(NUMBERS.get(i), NUMBERS.get(j)).name()).isEqualTo(line[j]);
                assertThat(of(NUMBERS.get(i), big).name()).isEqualTo(line[j]);
                assertThat(of(big, NUMBERS.get(i)).isBigEndian()).isFalse();
            }
        }
    }

    @Test
    @DisplayName("the order of types does not matter")
    void orderDoesNotMatter() {
        for (DType a : NUMBERS) {
            for (DType b : NUMBERS) {
                for (DType c : NUMBERS) {
                    assertThat(of(a, b, c)).isEqualTo(of(c, a, b)).isEqualTo(of(b, c, a));
                }
            }
        }
    }

    @Test
    @DisplayName("texts and byte strings become as long as the longest, complex numbers as exact as the most exact")
    void othersStayAmongThemselves() {
        assertThat(of(DType.unicode(3), DType.of(">U5"), DType.unicode(1))).isEqualTo(DType.unicode(5));
        assertThat(of(DType.bytes(0), DType.bytes(2))).isEqualTo(DType.bytes(2));
        assertThat(of(DType.COMPLEX64, DType.COMPLEX128, DType.COMPLEX64)).isEqualTo(DType.COMPLEX128);
        assertThat(of(DType.of(">c16"))).isEqualTo(DType.COMPLEX128);
        assertThat(of(DType.BOOL, DType.BOOL)).isEqualTo(DType.BOOL);
        assertThat(new CommonType().type()).isNull();
    }

    @Test
    @DisplayName("kinds that have nothing in common are refused, and change nothing")
    void refusesWhatHasNothingInCommon() {
        DType pair = DType.structured(
                List.of(new DType.Field("a", DType.INT32, List.of()), new DType.Field("b", DType.FLOAT32, List.of())));
        List<DType> kinds = List.of(
                DType.BOOL, DType.INT64, DType.COMPLEX64, DType.bytes(4), DType.unicode(4), pair, DType.of("|V8"));
        for (DType kind : kinds) {
            for (DType other : kinds) {
                CommonType common = new CommonType();
                common.add(kind);
                assertThat(common.add(other)).as("%s with %s", kind, other).isEqualTo(kind.equals(other));
                assertThat(common.type()).isEqualTo(kind);
            }
        }
    }
}
