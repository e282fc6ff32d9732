package io.atomflux.examples;

import io.atomflux.atoms.Elements;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which atoms of a molecule are bonded. Equal if atoms and bonds are.
 *
 * @param numbers atomic numbers
 * @param neighbours of each atom those that it is bonded to, in ascending order
 */
record BondGraph(List<Long> numbers, List<List<Integer>> neighbours) {

    /** Covalent radii in Å: B. Cordero et al., Dalton Trans. 2008, 2832, table 2; of carbon that of sp3. */
    private static final Map<Long, Double> RADII = Map.of(1L, 0.31, 6L, 0.76, 7L, 0.71, 8L, 0.66);

    private static final double LONGEST_BOND = 1.3; // in sums of radii; also of a bond that swings

    /** Finds the bonds by the distances of atoms. */
    static BondGraph of(long[] numbers, double[] positions) {
        List<Long> atoms = new ArrayList<>();
        List<List<Integer>> neighbours = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            List<Integer> bonded = new ArrayList<>();
            for (int j = 0; j < numbers.length; j++) {
                double longest = LONGEST_BOND * (radius(numbers[i]) + radius(numbers[j]));
                if (i != j && Geometry.distance(positions, i, j) < longest) {
                    bonded.add(j);
                }
            }
            atoms.add(numbers[i]);
            neighbours.add(List.copyOf(bonded));
        }
        return new BondGraph(List.copyOf(atoms), List.copyOf(neighbours));
    }

    /** Returns the length of a bond as the radii have it. */
    double bondLength(int i, int j) {
        return radius(numbers.get(i)) + radius(numbers.get(j));
    }

    String element(int atom) {
        return Elements.symbol(numbers.get(atom));
    }

    /** Returns the element and the number of bonds, such as C3 for an aromatic carbon. */
    String type(int atom) {
        return element(atom) + neighbours.get(atom).size();
    }

    /** Tells whether two atoms are at least three bonds apart. */
    boolean areApart(int i, int j) {
        List<Integer> near = neighbours.get(i);
        return !near.contains(j)
                && near.stream().noneMatch(k -> neighbours.get(k).contains(j));
    }

    private static double radius(long number) {
        Double radius = RADII.get(number);
        if (radius == null) {
            throw new IllegalArgumentException(
                    "atomic number %d (expected: one of %s)".formatted(number, RADII.keySet()));
        }
        return radius;
    }
}
