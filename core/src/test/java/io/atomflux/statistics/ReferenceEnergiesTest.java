package io.atomflux.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Expected numbers with many digits are those of {@code numpy.linalg.lstsq} of numpy 2.4. */
@Timeout(60)
class ReferenceEnergiesTest {

    private static final double[] ENERGIES = {-13.6, -1029.5, -2041.9};

    private static Statistics run(List<Row> rows) {
        ListBackend backend = new ListBackend();
        backend.rows = List.copyOf(rows);
        return Objects.requireNonNull(Statistics.of(ObjectIO.of(backend)).block());
    }

    private static ReferenceEnergies fit(int count, IntFunction<Row> row) {
        return run(IntStream.range(0, count).mapToObj(row).toList())
                .references()
                .orElseThrow();
    }

    /** A structure of so many hydrogen, carbon and oxygen atoms. */
    private static Row structure(int h, int c, int o, double noise) {
        return Row.of(
                "arrays.numbers",
                numbers(h, c, o),
                "calc.energy",
                h * ENERGIES[0] + c * ENERGIES[1] + o * ENERGIES[2] + noise);
    }

    private static NdArray numbers(int h, int c, int o) {
        long[] numbers = new long[h + c + o];
        Arrays.fill(numbers, 0, h, 1);
        Arrays.fill(numbers, h, h + c, 6);
        Arrays.fill(numbers, h + c, h + c + o, 8);
        return NdArray.of(numbers, numbers.length);
    }

    private static double noise(int i) {
        return ((i * 37) % 11 - 5) * 0.01;
    }

    @Test
    @DisplayName("energies and residual are those of numpy's least squares")
    void determined() {
        ReferenceEnergies found = fit(60, i -> structure((i * 5) % 4, (i * 3) % 5 + 1, i % 3, noise(i)));
        assertThat(found.energies().keySet()).containsExactly("H", "C", "O");
        assertThat(found.energies().get("H")).isCloseTo(-13.601727272727041, within(1e-10));
        assertThat(found.energies().get("C")).isCloseTo(-1029.5000757575754, within(1e-10));
        assertThat(found.energies().get("O")).isCloseTo(-2041.8984090909105, within(1e-10));
        assertThat(found.rmse()).isCloseTo(0.03153937734376818, within(1e-11));
        assertThat(found.rank()).isEqualTo(3);
        assertThat(found.isDetermined()).isTrue();
        assertThat(found.determined()).containsExactly("H", "C", "O");
        assertThat(found.structures()).isEqualTo(60);
        assertThat(found.key()).isEqualTo("calc.energy");
    }

    @Test
    @DisplayName(
            "two elements always in one ratio leave their energies open: least norm, and only the third is determined")
    void undetermined() {
        ReferenceEnergies found = fit(40, i -> structure(2 * (i % 4 + 1), i % 4 + 1, 3, noise(i)));
        assertThat(found.rank()).isEqualTo(2);
        assertThat(found.isDetermined()).isFalse();
        assertThat(found.determined()).containsExactly("O");
        assertThat(found.energies().get("H")).isCloseTo(-422.67984, within(1e-9));
        assertThat(found.energies().get("C")).isCloseTo(-211.33992, within(1e-9));
        assertThat(found.energies().get("O")).isCloseTo(-2041.900833333335, within(1e-9));
        assertThat(found.rmse()).isCloseTo(0.03182059081811977, within(1e-11));
    }

    @Test
    @DisplayName("structures all alike give one number in the ratio of their counts, and the spread as residual")
    void oneComposition() {
        ReferenceEnergies found = fit(1000, i -> structure(19, 19, 3, i % 2 == 0 ? 0.5 : -0.5));
        assertThat(found.rank()).isEqualTo(1);
        assertThat(found.determined()).isEmpty();
        double energy = 19 * ENERGIES[0] + 19 * ENERGIES[1] + 3 * ENERGIES[2];
        double part = energy / (19 * 19 + 19 * 19 + 3 * 3);
        assertThat(found.energies().get("H")).isCloseTo(19 * part, within(1e-9));
        assertThat(found.energies().get("O")).isCloseTo(3 * part, within(1e-9));
        assertThat(found.rmse()).isCloseTo(0.5, within(1e-12));
        assertThat(found.of(atoms(numbers(19, 19, 3)))).isCloseTo(energy, within(1e-8));
    }

    private static Atoms atoms(NdArray numbers) {
        return Atoms.fromRow(Row.of(
                "arrays.numbers",
                numbers,
                "arrays.positions",
                NdArray.of(new double[numbers.size() * 3], numbers.size(), 3)));
    }

    @Test
    @DisplayName("a thousand compositions of many elements, met little by little, in any order, are one fit")
    void manyCompositions() {
        Random random = new Random(3);
        double[] energies = random.doubles(20, -2000, -10).toArray();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int elements = Math.min(20, 2 + i / 100); // new ones come late
            long[] numbers =
                    random.longs(1 + random.nextInt(30), 1, elements + 1).toArray();
            double energy = Arrays.stream(numbers)
                    .mapToDouble(number -> energies[(int) number - 1])
                    .sum();
            rows.add(Row.of("arrays.numbers", NdArray.of(numbers, numbers.length), "calc.energy", energy));
        }
        ReferenceEnergies found = run(rows).references().orElseThrow();
        assertThat(found.rank()).isEqualTo(20);
        double[] fitted = found.energies().values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        assertThat(fitted).containsExactly(energies, within(1e-8));
        assertThat(found.rmse()).isLessThan(1e-8);
    }

    @Test
    @DisplayName("one atom among a hundred thousand large structures makes the difference")
    void oneDiffers() {
        LeastSquares fit = new LeastSquares("e");
        int[] water = new int[119];
        water[1] = 20_000;
        water[8] = 10_000;
        for (int i = 0; i < 100_000; i++) {
            fit.add(water, -4_700_000.0);
        }
        int[] hydrogen = new int[119];
        hydrogen[1] = 1;
        fit.add(hydrogen, -13.0);
        ReferenceEnergies found = fit.result();
        assertThat(found.isDetermined()).isTrue();
        assertThat(found.energies().get("H")).isCloseTo(-13.0, within(1e-4));
        assertThat(found.energies().get("O")).isCloseTo(-444.0, within(1e-4));
    }

    @Test
    @DisplayName("structures without atoms, or whose energy is missing, no number or not finite, are not fitted")
    void leftOut() {
        Statistics found = run(List.of(
                structure(1, 0, 0, 0),
                structure(0, 0, 0, 7),
                structure(1, 0, 0, Double.NaN),
                Row.of("arrays.numbers", numbers(1, 0, 0)),
                Row.of("arrays.numbers", numbers(1, 0, 0), "calc.energy", "text"),
                Row.of("arrays.numbers", numbers(1, 0, 0), "calc.energy", null),
                Row.of("arrays.numbers", numbers(2, 0, 0), "calc.energy", NdScalar.of(-27f)),
                Row.of("calc.energy", -1.0),
                Row.of("arrays.numbers", NdArray.of(new long[] {119}, 1), "calc.energy", -1.0),
                Row.of("arrays.numbers", NdArray.of(new double[] {1}, 1), "calc.energy", -1.0),
                Row.of("arrays.numbers", "HHO", "calc.energy", -1.0)));
        ReferenceEnergies references = found.references().orElseThrow();
        assertThat(references.structures()).isEqualTo(2);
        assertThat(references.energies()).containsOnlyKeys("H");
        Composition composition = found.composition().orElseThrow();
        assertThat(composition.structures()).isEqualTo(7);
        assertThat(composition.unknown()).isEqualTo(3);
        assertThat(composition.atoms().moments().least()).isZero();
        assertThat(composition.elements()).isEqualTo(Map.of("H", new Composition.Element(7, 6)));
        assertThat(composition.energyPerAtom().orElseThrow().moments().count()).isEqualTo(2);
    }

    @Test
    @DisplayName("energies that are all zero, and structures without energies, are no trouble")
    void zeros() {
        ReferenceEnergies found = fit(10, i -> Row.of("arrays.numbers", numbers(i + 1, 1, 0), "calc.energy", 0.0));
        assertThat(found.energies().values())
                .allSatisfy(energy -> assertThat(energy).isZero());
        assertThat(found.rmse()).isZero();
        assertThat(run(List.of(Row.of("arrays.numbers", numbers(1, 1, 1)))).references())
                .isEmpty();
    }

    @Test
    @DisplayName("the sum over a structure refuses elements that were not fitted")
    void unknownElement() {
        ReferenceEnergies found = fit(2, i -> structure(i + 1, 0, 0, 0));
        assertThat(found.of(atoms(numbers(3, 0, 0)))).isCloseTo(3 * -13.6, within(1e-12));
        assertThatThrownBy(() -> found.of(atoms(numbers(0, 1, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("C (expected: one of [H])");
    }
}
