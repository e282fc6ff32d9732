package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ForceFieldFeaturesTest {

    private static final long[] WATER = {8, 1, 1};
    private static final double[] PLACES = {0, 0, 0, 0.97, 0, 0, -0.24, 0.94, 0};

    private static List<Atoms> molecules(int count) {
        return AtomsIO.with(
                        "data/3BPA/train_300K.xyz.gz", db -> db.rows(0, count).collectList())
                .block();
    }

    private static Atoms molecule(long[] numbers, double[] places) {
        return Atoms.builder()
                .numbers(NdArray.of(numbers, numbers.length))
                .positions(NdArray.of(places, numbers.length, 3))
                .build();
    }

    private static double[] describe(ForceFieldFeatures features, Atoms molecule) {
        return features.describe(molecule.numbers(), molecule.positions());
    }

    @Test
    @DisplayName("a molecule of water has its bonds, its angle, and nothing else, with the values one computes by hand")
    void describesWater() {
        ForceFieldFeatures features = ForceFieldFeatures.of(molecule(WATER, PLACES));
        assertThat(features.names())
                .containsExactly(
                        "bend H1-O2-H1",
                        "bend² H1-O2-H1",
                        "stretch H1-O2",
                        "stretch² H1-O2",
                        "stretch·bend (H1-O2)-H1",
                        "stretch·stretch H1-O2-H1");
        double second = Math.hypot(0.24, 0.94);
        double bend = 5 * (-0.24 / second + 0.5);
        double[] stretch = {0, 10 * (second - 0.97)}; // radii 0.66 + 0.31
        double[] expected = {
            bend,
            bend * bend,
            stretch[1],
            stretch[1] * stretch[1],
            (stretch[0] + stretch[1]) * bend,
            stretch[0] * stretch[1]
        };
        assertThat(describe(features, molecule(WATER, PLACES))).containsExactly(expected, within(1e-12));
    }

    @Test
    @DisplayName("torsions and pairs of peroxide: cosines of one, two and three times the angle; inverse distances")
    void describesTorsionsAndPairs() {
        long[] numbers = {1, 8, 8, 1};
        double angle = Math.toRadians(110);
        double[] places = {0.95, 0, 0, 0, 0, 0, 0, 0, 1.45, 0.95 * Math.cos(angle), 0.95 * Math.sin(angle), 1.45};
        ForceFieldFeatures features = ForceFieldFeatures.of(molecule(numbers, places));
        double[] values = describe(features, molecule(numbers, places));
        for (int n = 1; n <= 3; n++) {
            String name = "cos " + (n == 1 ? "" : n) + "φ H1-O2-O2-H1";
            assertThat(values[features.names().indexOf(name)]).as(name).isCloseTo(Math.cos(n * angle), within(1e-12));
        }
        double distance = Geometry.distance(places, 0, 3);
        assertThat(values[features.names().indexOf("1/r H-H")]).isCloseTo(2.5 / distance, within(1e-12));
        assertThat(values[features.names().indexOf("1/r⁶ H-H")]).isCloseTo(Math.pow(2.5 / distance, 6), within(1e-12));
    }

    @Test
    @DisplayName("a molecule moved, turned, mirrored, and with its atoms in another order is described alike")
    void isInvariant() {
        Random random = new Random(3);
        for (Atoms molecule : molecules(4)) {
            long[] numbers = molecule.numbers().toLongArray();
            double[] places = molecule.positions().toDoubleArray();
            ForceFieldFeatures features = ForceFieldFeatures.of(molecule);
            assertThat(features.names()).hasSize(176);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < numbers.length; i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            long[] otherNumbers = new long[numbers.length];
            double[] otherPlaces = new double[places.length];
            double cos = Math.cos(1.1);
            double sin = Math.sin(1.1);
            for (int i = 0; i < numbers.length; i++) {
                int from = order.get(i);
                otherNumbers[i] = numbers[from];
                otherPlaces[3 * i] = cos * places[3 * from] - sin * places[3 * from + 1] + 4;
                otherPlaces[3 * i + 1] = sin * places[3 * from] + cos * places[3 * from + 1] - 2;
                otherPlaces[3 * i + 2] = 7 - places[3 * from + 2];
            }
            double[] values = describe(features, molecule(numbers, places));
            assertThat(describe(features, molecule(otherNumbers, otherPlaces))).containsExactly(values, within(1e-9));
            otherPlaces[0] += 0.01;
            assertThat(describe(features, molecule(otherNumbers, otherPlaces))).isNotEqualTo(values);
        }
    }

    @Test
    @DisplayName("a molecule with other bonds, or an element without a radius, is refused by name")
    void refusesOthers() {
        ForceFieldFeatures features = ForceFieldFeatures.of(molecule(WATER, PLACES));
        double[] torn = PLACES.clone();
        torn[3] = 1.8;
        assertThatThrownBy(() -> describe(features, molecule(WATER, torn)))
                .hasMessageContaining("1/r H-O: not among the 6 features (expected: molecules with the bonds");
        assertThatThrownBy(() -> ForceFieldFeatures.of(molecule(new long[] {92}, new double[3])))
                .hasMessageContaining("atomic number 92 (expected: one of [");
    }

    @Test
    @DisplayName("the data are 500 molecules of 3BPA with the energies of their source")
    void dataAreWhole() {
        List<Atoms> all = molecules(500);
        assertThat(all).hasSize(500).allMatch(molecule -> molecule.size() == 27);
        double sum = all.stream()
                .mapToDouble(molecule -> molecule.energy().orElseThrow())
                .sum();
        assertThat(sum / 500).isCloseTo(-17660.432418383058, within(1e-9));
        assertThat(Path.of("data/3BPA/LICENSE-BOTNet-datasets")).content().startsWith("MIT License");
    }
}
