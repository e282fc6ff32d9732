package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.Sample;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class ArgonSimulationTest {

    private static double info(Atoms frame, String name) {
        return (double) frame.info(name).orElseThrow();
    }

    @Test
    @DisplayName("total energy stays within a few thousandths of the kinetic energy over ten picoseconds")
    void conservesEnergy() {
        List<Atoms> frames =
                ArgonSimulation.liquid(7).frames().take(200).collectList().block();
        double start = info(frames.get(0), "total_energy");
        double kinetic = start - frames.get(0).energy().orElseThrow();
        assertThat(frames)
                .allSatisfy(frame -> assertThat(info(frame, "total_energy")).isCloseTo(start, within(0.002 * kinetic)));
        // The crystal melts: half of the kinetic energy becomes potential energy.
        assertThat(info(frames.get(0), "temperature")).isCloseTo(180, within(1e-6));
        assertThat(info(frames.get(199), "temperature")).isBetween(75.0, 120.0);
    }

    @Test
    @DisplayName("the error of the energy falls with the square of the time step, as velocity Verlet's does")
    void errorIsOfSecondOrder() {
        double coarse = energyError(8, 20);
        double fine = energyError(2, 80);
        assertThat(coarse / fine).isBetween(10.0, 24.0); // 16, were there no higher orders
    }

    /** The largest deviation in 1.6 ps at the temperature of a solid, where trajectories of all steps stay alike. */
    private static double energyError(double femtoseconds, int stride) {
        List<Atoms> frames = new ArgonSimulation(3, 20, femtoseconds, stride / 10, 3)
                .frames()
                .take(101)
                .collectList()
                .block();
        double start = info(frames.get(0), "total_energy");
        return frames.stream()
                .mapToDouble(frame -> Math.abs(info(frame, "total_energy") - start))
                .max()
                .orElseThrow();
    }

    @Test
    @DisplayName("forces are what the potential energy falls by, per length moved")
    void forcesAreTheGradient() {
        // Along the trajectory: dE/dt = -F·v, by central differences of three frames 0.1 fs apart.
        List<Atoms> frames = new ArgonSimulation(3, 150, 0.1, 1, 5)
                .frames()
                .take(3)
                .collectList()
                .block();
        double slope =
                (frames.get(2).energy().orElseThrow() - frames.get(0).energy().orElseThrow())
                        / (0.2 * ArgonSimulation.FEMTOSECOND);
        double[] forces = frames.get(1).forces().orElseThrow().toDoubleArray();
        double[] velocities = frames.get(1).velocities().orElseThrow().toDoubleArray();
        double power = 0;
        for (int i = 0; i < forces.length; i++) {
            power += forces[i] * velocities[i];
        }
        assertThat(slope).isCloseTo(-power, within(1e-4 * Math.abs(power)));
    }

    @Test
    @DisplayName("momentum is zero and stays so, and frames have all that a structure of a simulation has")
    void framesAreComplete() {
        Atoms frame = ArgonSimulation.liquid(1).frames().elementAt(3).block();
        double[] momenta = frame.momenta().orElseThrow().toDoubleArray();
        for (int axis = 0; axis < 3; axis++) {
            double sum = 0;
            for (int i = axis; i < momenta.length; i += 3) {
                sum += momenta[i];
            }
            assertThat(sum).isCloseTo(0, within(1e-9));
        }
        assertThat(frame.formula()).isEqualTo("Ar108");
        assertThat(frame.pbc()).containsExactly(true, true, true);
        double reduced = 108 / frame.volume().orElseThrow() * Math.pow(ArgonSimulation.SIGMA, 3);
        assertThat(reduced).isCloseTo(ArgonSimulation.REDUCED_DENSITY, within(1e-9));
        assertThat(info(frame, "time")).isCloseTo(0.15, within(1e-12));
    }

    @Test
    @DisplayName("equal seeds give equal trajectories, each subscription its own, other seeds others")
    void isDeterministic() {
        ArgonSimulation one = ArgonSimulation.liquid(5);
        List<Atoms> frames = one.frames().take(4).collectList().block();
        assertThat(one.frames().take(4).collectList().block()).isEqualTo(frames);
        assertThat(ArgonSimulation.liquid(5).frames().take(4).collectList().block())
                .isEqualTo(frames);
        assertThat(ArgonSimulation.liquid(6).frames().take(4).collectList().block())
                .isNotEqualTo(frames);
    }

    @Test
    @DisplayName("a trajectory continued from a sample in its middle is the same, bit by bit")
    void continues() {
        ArgonSimulation simulation = new ArgonSimulation(3, 180, 5, 3, 5);
        List<Sample<Atoms>> whole = simulation.samples().take(9).collectList().block();
        assertThat(whole).extracting(Sample::iteration).startsWith(0L, 3L, 6L);
        assertThat(simulation.samplesFrom(whole.get(4)).take(5).collectList().block())
                .isEqualTo(whole.subList(4, 9));
    }

    @Test
    @DisplayName("no frame is computed before it is asked for")
    void computesOnDemand() {
        StepVerifier.create(ArgonSimulation.liquid(1).frames(), 0)
                .thenRequest(2)
                .expectNextCount(2)
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("a simulation that makes no sense is refused at once")
    void refusesNonsense() {
        assertThatThrownBy(() -> new ArgonSimulation(2, 100, 5, 1, 0)).hasMessageContaining("cells >= 3");
        assertThatThrownBy(() -> new ArgonSimulation(3, 100, Double.NaN, 1, 0)).hasMessageContaining("time > 0");
    }
}
