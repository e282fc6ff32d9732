package io.atomflux.examples;

import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.Callable;
import reactor.core.publisher.Flux;

/**
 * Molecular dynamics of liquid argon, as a stream of structures that is computed only as fast as somebody takes it.
 *
 * <p>Lennard-Jones atoms (ε = 0.010323 eV, σ = 3.405 Å; Rahman, Phys. Rev. 136, A405, 1964) in a periodic cube at reduced
 * density 0.8442, started as an fcc crystal, moved by velocity Verlet. Potential and force are shifted so that both vanish
 * at 2.5 σ, hence the total energy is conserved. Equal seeds give equal trajectories, also if they are continued from a
 * frame in the middle.
 *
 * <p>Units are ASE's: Å, eV, u; the time unit is Å·√(u/eV).
 */
public final class ArgonSimulation {

    /** One femtosecond in Å·√(u/eV). */
    static final double FEMTOSECOND = 0.09822694788464063;
    /** Boltzmann's constant in eV/K. */
    static final double BOLTZMANN = 8.617333262e-5;

    static final double EPSILON = 0.010323;
    static final double SIGMA = 3.405;
    static final double MASS = 39.948;
    static final double REDUCED_DENSITY = 0.8442;

    private static final double CUTOFF = 2.5 * SIGMA;

    private final int cells;
    private final double kelvin;
    private final double step;
    private final int stride;
    private final long seed;

    /**
     * Describes a simulation; nothing is computed.
     *
     * @param cells fcc cells along each edge, at least 3; there are {@code 4·cells³} atoms
     * @param kelvin temperature at the start; melting takes about half of it away
     * @param femtoseconds time step, about 5
     * @param stride time steps between frames
     * @param seed of the initial velocities
     */
    public ArgonSimulation(int cells, double kelvin, double femtoseconds, int stride, long seed) {
        if (cells < 3 || stride < 1 || !(kelvin >= 0) || !(femtoseconds > 0)) {
            throw new IllegalArgumentException(
                    "cells %d, kelvin %s, femtoseconds %s, stride %d (expected: cells >= 3, stride >= 1, kelvin >= 0, time > 0)"
                            .formatted(cells, kelvin, femtoseconds, stride));
        }
        this.cells = cells;
        this.kelvin = kelvin;
        this.step = femtoseconds * FEMTOSECOND;
        this.stride = stride;
        this.seed = seed;
    }

    /** Returns 108 atoms that melt at first and are a liquid of about 90 K then, a frame every 50 fs. */
    public static ArgonSimulation liquid(long seed) {
        return new ArgonSimulation(3, 180, 5, 10, seed);
    }

    /**
     * Returns the trajectory, without end.
     *
     * @return cold; each subscription starts anew at time 0. Every frame has positions, momenta, energy and forces, and
     *     as info {@code time} in ps, {@code temperature} in K and {@code total_energy} in eV
     */
    public Flux<Atoms> frames() {
        return samples().map(sample -> sample.frame().withInfo("time", sample.time()));
    }

    /** Returns the trajectory as {@link #frames} does, the time and the number of the step beside each frame, not in it. */
    public Flux<Sample<Atoms>> samples() {
        return samples(() -> new State(this));
    }

    /** Returns the trajectory from one of its samples on, which comes first, equal bit by bit to {@link #samples}. */
    public Flux<Sample<Atoms>> samplesFrom(Sample<Atoms> sample) {
        return samples(() -> new State(this, sample));
    }

    private static Flux<Sample<Atoms>> samples(Callable<State> start) {
        return Flux.generate(start, (state, sink) -> {
            sink.next(state.sample());
            state.advance();
            return state;
        });
    }

    /** Shows how well energy is conserved: a line for every picosecond of ten. */
    public static void main(String[] args) {
        for (Atoms frame : liquid(7)
                .frames()
                .take(200)
                .buffer(20)
                .map(twenty -> twenty.get(0))
                .toIterable()) {
            System.out.println("%6.2f ps  %6.1f K  total %.6f eV"
                    .formatted(number(frame, "time"), number(frame, "temperature"), number(frame, "total_energy")));
        }
    }

    private static double number(Atoms frame, String info) {
        return (double) frame.info(info).orElseThrow();
    }

    /** Atoms at one time; coordinates are stored x, y, z after each other. */
    private static final class State {
        private final ArgonSimulation setup;
        private final double edge;
        private final double[] positions;
        private final double[] momenta; // not velocities, as a frame has these: continued from one, no bit differs
        private final double[] forces;
        private double potential;
        private long steps;

        State(ArgonSimulation setup) {
            this.setup = setup;
            double lattice = Math.cbrt(4 / REDUCED_DENSITY) * SIGMA;
            this.edge = setup.cells * lattice;
            this.positions = crystal(setup.cells, lattice);
            this.momenta = thermal(positions.length, setup.kelvin, new Random(setup.seed));
            this.forces = new double[positions.length];
            computeForces();
        }

        State(ArgonSimulation setup, Sample<Atoms> sample) {
            Atoms frame = sample.frame();
            this.setup = setup;
            this.edge = frame.cell().doubleAt(0);
            this.positions = frame.positions().toDoubleArray();
            this.momenta = frame.momenta().orElseThrow().toDoubleArray();
            this.forces = new double[positions.length];
            this.steps = sample.iteration();
            computeForces();
        }

        private static double[] crystal(int cells, double lattice) {
            double[][] basis = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
            double[] positions = new double[12 * cells * cells * cells];
            int at = 0;
            for (int cell = 0; cell < cells * cells * cells; cell++) {
                int[] corner = {cell / (cells * cells), cell / cells % cells, cell % cells};
                for (double[] atom : basis) {
                    for (int axis = 0; axis < 3; axis++) {
                        positions[at++] = (corner[axis] + atom[axis]) * lattice;
                    }
                }
            }
            return positions;
        }

        /** Draws momenta as Maxwell's, without drift and of exactly the temperature asked for. */
        private static double[] thermal(int count, double kelvin, Random random) {
            double[] momenta = new double[count];
            double[] drift = new double[3];
            for (int i = 0; i < count; i++) {
                momenta[i] = random.nextGaussian();
                drift[i % 3] += momenta[i] * 3 / count;
            }
            double sum = 0;
            for (int i = 0; i < count; i++) {
                momenta[i] -= drift[i % 3];
                sum += momenta[i] * momenta[i];
            }
            double scale = Math.sqrt((count - 3) * BOLTZMANN * kelvin * MASS / sum);
            for (int i = 0; i < count; i++) {
                momenta[i] *= scale;
            }
            return momenta;
        }

        void advance() {
            for (int n = 0; n < setup.stride; n++) {
                kick();
                for (int i = 0; i < positions.length; i++) {
                    positions[i] += setup.step / MASS * momenta[i];
                }
                computeForces();
                kick();
                steps++;
            }
        }

        private void kick() {
            for (int i = 0; i < momenta.length; i++) {
                momenta[i] += 0.5 * setup.step * forces[i];
            }
        }

        private void computeForces() {
            Arrays.fill(forces, 0);
            potential = 0;
            double atCutoff = 4 * EPSILON * (Math.pow(SIGMA / CUTOFF, 12) - Math.pow(SIGMA / CUTOFF, 6));
            double slope = 24 * EPSILON * (2 * Math.pow(SIGMA / CUTOFF, 12) - Math.pow(SIGMA / CUTOFF, 6)) / CUTOFF;
            for (int i = 0; i < positions.length; i += 3) {
                for (int j = i + 3; j < positions.length; j += 3) {
                    double x = nearest(positions[i] - positions[j]);
                    double y = nearest(positions[i + 1] - positions[j + 1]);
                    double z = nearest(positions[i + 2] - positions[j + 2]);
                    double square = x * x + y * y + z * z;
                    if (square >= CUTOFF * CUTOFF) {
                        continue;
                    }
                    double distance = Math.sqrt(square);
                    double sixth = Math.pow(SIGMA * SIGMA / square, 3);
                    double force = 24 * EPSILON * (2 * sixth * sixth - sixth) / distance - slope;
                    potential += 4 * EPSILON * (sixth * sixth - sixth) - atCutoff + slope * (distance - CUTOFF);
                    add(i, j, force / distance, x, y, z);
                }
            }
        }

        private void add(int i, int j, double factor, double x, double y, double z) {
            forces[i] += factor * x;
            forces[i + 1] += factor * y;
            forces[i + 2] += factor * z;
            forces[j] -= factor * x;
            forces[j + 1] -= factor * y;
            forces[j + 2] -= factor * z;
        }

        private double nearest(double difference) {
            return difference - edge * Math.rint(difference / edge);
        }

        Sample<Atoms> sample() {
            return new Sample<>(steps, steps * setup.step / FEMTOSECOND / 1000, frame());
        }

        private Atoms frame() {
            int atoms = positions.length / 3;
            double kinetic = 0;
            for (double momentum : momenta) {
                kinetic += momentum * momentum / (2 * MASS);
            }
            return Atoms.builder()
                    .symbols(Collections.nCopies(atoms, "Ar"))
                    .positions(NdArray.of(positions.clone(), atoms, 3))
                    .cell(edge, edge, edge)
                    .pbc(true)
                    .array("momenta", NdArray.of(momenta.clone(), atoms, 3))
                    .energy(potential)
                    .forces(NdArray.of(forces.clone(), atoms, 3))
                    .info("temperature", 2 * kinetic / (positions.length - 3) / BOLTZMANN)
                    .info("total_energy", potential + kinetic)
                    .build();
        }
    }
}
