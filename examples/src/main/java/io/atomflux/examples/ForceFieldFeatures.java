package io.atomflux.examples;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Describes molecules by the terms of a classical force field, so that an energy is a sum of them with weights to be learnt.
 *
 * <p>Each number is one term added up over all places in the molecule where it occurs: stretches of bonds and their squares,
 * bends of angles (the cosine) and their squares, products of neighbouring stretches and of stretch and bend, cosines of
 * torsions, and of atoms three bonds apart or more the inverse distance and its sixth power. The terms of one kind are told
 * apart by elements and numbers of bonds, e.g. {@code stretch C3-H1}; those of pairs by elements alone.
 *
 * <p>Moving, turning and mirroring a molecule, and numbering its atoms otherwise, change nothing. Where a bond breaks there is
 * a jump.
 */
public final class ForceFieldFeatures {

    private final Map<String, Integer> indices;
    private final Map<BondGraph, Layout> layouts = new ConcurrentHashMap<>(); // molecules differ in their bonds rarely

    private ForceFieldFeatures(Map<String, Integer> indices) {
        this.indices = indices;
    }

    /**
     * Returns the features that a molecule has, in the order of their names.
     *
     * @param molecule of the kinds of atoms and bonds that all others are to have
     */
    public static ForceFieldFeatures of(Atoms molecule) {
        TreeSet<String> names = new TreeSet<>();
        ForceFieldTerms.of(BondGraph.of(
                        molecule.numbers().toLongArray(), molecule.positions().toDoubleArray()))
                .forEach(term -> names.add(term.name()));
        Map<String, Integer> indices = new LinkedHashMap<>();
        names.forEach(name -> indices.put(name, indices.size()));
        return new ForceFieldFeatures(indices);
    }

    /** Returns the names, in the order of the numbers. */
    public List<String> names() {
        return List.copyOf(indices.keySet());
    }

    /**
     * Describes a molecule.
     *
     * @param numbers atomic numbers (n)
     * @param positions in Å (n, 3)
     * @return as many numbers as there are names
     * @throws IllegalArgumentException if it has a feature that the molecule this was made of has not
     */
    public double[] describe(NdArray numbers, NdArray positions) {
        double[] places = positions.toDoubleArray();
        Layout layout = layouts.computeIfAbsent(BondGraph.of(numbers.toLongArray(), places), this::layout);
        double[] features = new double[indices.size()];
        for (int i = 0; i < layout.at.length; i++) {
            features[layout.at[i]] += layout.terms.get(i).value().applyAsDouble(places);
        }
        return features;
    }

    private Layout layout(BondGraph graph) {
        List<ForceFieldTerms.Term> terms = ForceFieldTerms.of(graph);
        List<Integer> at = new ArrayList<>();
        for (ForceFieldTerms.Term term : terms) {
            Integer index = indices.get(term.name());
            if (index == null) {
                throw new IllegalArgumentException(
                        "%s: not among the %d features (expected: molecules with the bonds of the first one)"
                                .formatted(term.name(), indices.size()));
            }
            at.add(index);
        }
        return new Layout(terms, at.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Which term goes where. */
    private static final class Layout {
        final List<ForceFieldTerms.Term> terms;
        final int[] at;

        Layout(List<ForceFieldTerms.Term> terms, int[] at) {
            this.terms = terms;
            this.at = at;
        }
    }
}
