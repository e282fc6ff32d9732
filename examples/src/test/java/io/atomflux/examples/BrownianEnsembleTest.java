package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class BrownianEnsembleTest {

    private static BrownianEnsemble ensemble(int trajectories, long seed) {
        return new BrownianEnsemble(trajectories, 0.5, 0.8, 2, 1e-2, seed);
    }

    @Test
    @DisplayName(
            "mean and spread are those of the process: X0 exp(µt), and X0² exp(2µt) (exp(σ²t) - 1) for the variance")
    void followsTheory() {
        int trajectories = 20_000;
        BrownianEnsemble ensemble = ensemble(trajectories, 3);
        MeanOverTime last =
                ensemble.samples().elementAt(100).map(MeanOverTime::of).block();
        assertThat(last.time()).isEqualTo(1.0);
        assertThat(Math.abs(last.mean() - ensemble.mean(1))).isLessThan(2 * last.halfWidth());
        double deviation = last.halfWidth() / 1.96 * Math.sqrt(trajectories);
        double expected = 2 * Math.exp(0.5) * Math.sqrt(Math.exp(0.64) - 1);
        assertThat(deviation / expected).isBetween(0.95, 1.05);
    }

    @Test
    @DisplayName(
            "equal seeds give equal trajectories, also continued from the middle; neighbouring seeds share no noise")
    void isDeterministic() {
        List<Sample<NdArray>> whole =
                ensemble(3, 5).samples().take(8).collectList().block();
        assertThat(ensemble(3, 5)
                        .samplesFrom(whole.get(3))
                        .take(5)
                        .collectList()
                        .block())
                .isEqualTo(whole.subList(3, 8));
        List<Double> steps = relativeSteps(whole);
        assertThat(relativeSteps(ensemble(3, 6).samples().take(8).collectList().block()))
                .doesNotContainAnyElementsOf(steps);
    }

    private static List<Double> relativeSteps(List<Sample<NdArray>> samples) {
        return IntStream.range(1, samples.size())
                .mapToObj(i -> samples.get(i).frame().doubleAt(0)
                        / samples.get(i - 1).frame().doubleAt(0))
                .toList();
    }

    @Test
    @DisplayName("no step is computed before it is asked for")
    void computesOnDemand() {
        StepVerifier.create(ensemble(2, 1).samples(), 0)
                .thenRequest(2)
                .expectNextCount(2)
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("an ensemble of one, or states of another number, are refused at once")
    void refusesNonsense() {
        assertThatThrownBy(() -> ensemble(1, 0)).hasMessageContaining("2 or more");
        Sample<NdArray> other = ensemble(3, 0).samples().blockFirst();
        assertThatThrownBy(() -> ensemble(2, 0).samplesFrom(other)).hasMessageContaining("expected: (1, 2)");
    }
}
