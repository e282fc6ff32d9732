package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.ObjectIO;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearModelTest {

    private static final double[] TRUE = {2, -1, 0.5};

    @TempDir
    Path folder;

    private final Random random = new Random(11);
    private final double[][] features = new double[8][3];
    private final double[] targets = new double[8];

    private void draw() {
        for (int n = 0; n < targets.length; n++) {
            targets[n] = 7;
            for (int i = 0; i < TRUE.length; i++) {
                features[n][i] = 1 + random.nextGaussian();
                targets[n] += TRUE[i] * (features[n][i] - 1);
            }
        }
    }

    private void learn(LinearModel model, int batches) {
        for (int n = 0; n < batches; n++) {
            draw();
            model.learn(features, targets, 0.02);
        }
    }

    @Test
    @DisplayName("without a step it predicts the mean; with many it has found the weights")
    void learnsALinearFunction() {
        LinearModel model = LinearModel.around(new double[] {1, 1, 1}, 7);
        assertThat(model.predict(new double[] {5, 6, 7})).isEqualTo(7);
        learn(model, 1000);
        assertThat(model.predict(new double[] {2, 1, 1})).isCloseTo(9, within(1e-3));
        assertThat(model.predict(new double[] {1, 2, 1})).isCloseTo(6, within(1e-3));
        assertThat(model.predict(new double[] {1, 1, 2})).isCloseTo(7.5, within(1e-3));
        assertThat(model.steps()).isEqualTo(1000);
    }

    @Test
    @DisplayName("the first step of Adam goes by the rate, against the sign of the gradient")
    void stepsAsAdam() {
        LinearModel model = LinearModel.around(new double[] {0, 0}, 0);
        model.learn(new double[][] {{3, -40}}, new double[] {1}, 0.01);
        assertThat(model.predict(new double[] {1, 0})).isCloseTo(0.01, within(1e-9));
        assertThat(model.predict(new double[] {0, 1})).isCloseTo(-0.01, within(1e-9));
    }

    @Test
    @DisplayName("kept in a store and read again it goes on as if nothing had been, bit by bit")
    void goesOn() {
        LinearModel model = LinearModel.around(new double[] {1, 1, 1}, 7);
        learn(model, 20);
        LinearModel again = ObjectIO.with(
                        folder.resolve("model.lmdb").toString(),
                        db -> db.append(model.toRow()).then(db.get(0)))
                .map(LinearModel::of)
                .block();
        assertThat(again.fingerprint()).isEqualTo(model.fingerprint());
        for (int n = 0; n < 20; n++) {
            draw();
            model.learn(features, targets, 0.02);
            again.learn(features, targets, 0.02);
        }
        assertThat(again.toRow()).isEqualTo(model.toRow());
        learn(again, 1);
        assertThat(again.fingerprint()).isNotEqualTo(model.fingerprint());
    }
}
