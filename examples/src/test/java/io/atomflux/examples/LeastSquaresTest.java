package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.value.NdArray;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What {@link TrainOnRecording} is made of. */
class LeastSquaresTest {

    private static void add(LeastSquares model, long seed) {
        Random random = new Random(seed);
        double[] features = {random.nextGaussian(), random.nextGaussian(), 1};
        model.add(features, 3 * features[0] - 2 * features[1] + 5);
    }

    @Test
    @DisplayName("the weights of a linear function are found, in any order of samples, also if it was kept in between")
    void findsWeights() {
        LeastSquares forth = LeastSquares.of(3);
        LeastSquares back = LeastSquares.of(3);
        for (int n = 0; n < 200; n++) {
            add(forth, n);
            add(back, 199 - n);
            back = LeastSquares.of(back.toRow());
        }
        assertThat(forth.weights()).containsExactly(new double[] {3, -2, 5}, within(1e-5));
        assertThat(back.weights()).containsExactly(forth.weights(), within(1e-12));
        assertThat(LeastSquares.predict(forth.weights(), new double[] {1, 1, 1}))
                .isCloseTo(6, within(1e-5));
    }

    @Test
    @DisplayName("before the first sample all weights are zero")
    void knowsNothingAtFirst() {
        assertThat(LeastSquares.of(2).weights()).containsExactly(0, 0);
    }

    @Test
    @DisplayName("a pair counts at both points of the grid that it is between, also through the wall of the box")
    void countsPairs() {
        NdArray cell = NdArray.of(new double[] {20, 0, 0, 0, 20, 0, 0, 0, 20}, 3, 3);
        double[] pairs = PairPotential.describe(NdArray.of(new double[] {1, 5, 5, 17.525, 5, 5}, 2, 3), cell);
        double[] expected = new double[PairPotential.FEATURES]; // 3.475 Å: behind 3.4 Å, before 3.5 Å
        expected[4] = 0.25 / 2;
        expected[5] = 0.75 / 2;
        expected[PairPotential.FEATURES - 1] = 1;
        assertThat(pairs).containsExactly(expected, within(1e-12));
        double[] far = PairPotential.describe(NdArray.of(new double[] {0, 0, 0, 8.6, 0, 0}, 2, 3), cell);
        assertThat(far).containsOnlyOnce(1).contains(0);
    }
}
