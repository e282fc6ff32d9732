package io.atomflux.examples;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import java.util.Collections;
import java.util.Random;

/**
 * Clusters of a few argon atoms, and how one finds the nearest minimum of its energy.
 *
 * <p>Atoms attract each other as those of {@link ArgonSimulation} do, without a cutoff. All that a relaxation needs to go on
 * stands in the structure, so whoever reads it can, and comes to the same bits as one who never stopped: positions, energy
 * and forces, and as info {@code evaluations}, how many were made, {@code step}, how far along the forces the next one looks,
 * and at the end {@code relaxed}.
 */
final class ArgonCluster {

    /** What is called relaxed: no component of a force is greater, in eV/Å. */
    static final double SMALL_FORCE = 1e-6;

    private static final double LONGEST_MOVE = 0.1 * ArgonSimulation.SIGMA;
    private static final double FIRST_STEP = 1; // Å per eV/Å

    private ArgonCluster() {}

    /** Returns atoms at random places within a cube, not relaxed at all. */
    static Atoms scattered(int atoms, long seed) {
        Random random = new Random(seed);
        double edge = 1.4 * ArgonSimulation.SIGMA * Math.cbrt(atoms);
        double[] positions = new double[3 * atoms];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = edge * random.nextDouble();
        }
        return with(positions, energy(positions, new double[positions.length]))
                .withInfo("seed", seed)
                .withInfo("evaluations", 0)
                .withInfo("step", FIRST_STEP);
    }

    /** Returns a cluster some evaluations later, or relaxed if that comes first. */
    static Atoms relaxed(Atoms cluster, int evaluations) {
        double[] positions = cluster.positions().toDoubleArray();
        double[] forces = new double[positions.length];
        double energy = energy(positions, forces);
        double step = (double) cluster.info("step").orElseThrow();
        int made = 0;
        while (made < evaluations && largest(forces) > SMALL_FORCE) {
            double[] moved = moved(positions, forces, step);
            double[] there = new double[positions.length];
            double lower = energy(moved, there);
            if (lower < energy) { // downhill: look further next time
                positions = moved;
                forces = there;
                energy = lower;
                step *= 1.2;
            } else {
                step *= 0.4;
            }
            made++;
        }
        Atoms later = with(positions, energy)
                .withInfo("seed", cluster.info("seed").orElseThrow())
                .withInfo("evaluations", (long) cluster.info("evaluations").orElseThrow() + made)
                .withInfo("step", step);
        return largest(forces) > SMALL_FORCE ? later : later.withInfo("relaxed", true);
    }

    static boolean isRelaxed(Atoms cluster) {
        return cluster.info("relaxed").isPresent();
    }

    private static double[] moved(double[] positions, double[] forces, double step) {
        double length = Math.min(step, LONGEST_MOVE / largest(forces));
        double[] moved = new double[positions.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = positions[i] + length * forces[i];
        }
        return moved;
    }

    private static double largest(double[] forces) {
        double largest = 0;
        for (double force : forces) {
            largest = Math.max(largest, Math.abs(force));
        }
        return largest;
    }

    private static double energy(double[] positions, double[] forces) {
        double energy = 0;
        for (int i = 0; i < positions.length; i += 3) {
            for (int j = i + 3; j < positions.length; j += 3) {
                double x = positions[i] - positions[j];
                double y = positions[i + 1] - positions[j + 1];
                double z = positions[i + 2] - positions[j + 2];
                double square = x * x + y * y + z * z;
                double second = ArgonSimulation.SIGMA * ArgonSimulation.SIGMA / square;
                double sixth = second * second * second;
                energy += 4 * ArgonSimulation.EPSILON * (sixth * sixth - sixth);
                double slope = 24 * ArgonSimulation.EPSILON * (2 * sixth * sixth - sixth) / square;
                double[] along = {slope * x, slope * y, slope * z};
                for (int axis = 0; axis < 3; axis++) {
                    forces[i + axis] += along[axis];
                    forces[j + axis] -= along[axis];
                }
            }
        }
        return energy;
    }

    private static Atoms with(double[] positions, double energy) {
        int atoms = positions.length / 3;
        return Atoms.builder()
                .symbols(Collections.nCopies(atoms, "Ar"))
                .positions(NdArray.of(positions, atoms, 3))
                .energy(energy)
                .build();
    }
}
