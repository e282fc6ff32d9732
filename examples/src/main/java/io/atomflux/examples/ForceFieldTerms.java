package io.atomflux.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The terms of a classical force field for one molecule: each has a name, and a value for given positions. */
final class ForceFieldTerms {

    /** Of one bond, angle, torsion or pair; several have the same name, and are to be added. */
    record Term(String name, ToDoubleFunction<double[]> value) {}

    // So chosen that terms vary by about as much as each other.
    private static final double PER_LENGTH = 10; // 1/Å
    private static final double PER_COSINE = 5;
    private static final double FAR = 2.5; // Å

    private final BondGraph graph;
    private final List<Term> terms = new ArrayList<>();

    private ForceFieldTerms(BondGraph graph) {
        this.graph = graph;
    }

    static List<Term> of(BondGraph graph) {
        ForceFieldTerms all = new ForceFieldTerms(graph);
        int atoms = graph.numbers().size();
        for (int i = 0; i < atoms; i++) {
            all.around(i);
            for (int j = i + 1; j < atoms; j++) {
                if (graph.neighbours().get(i).contains(j)) {
                    all.bond(i, j);
                } else if (graph.areApart(i, j)) {
                    all.pair(i, j);
                }
            }
        }
        return List.copyOf(all.terms);
    }

    private void bond(int i, int j) {
        ToDoubleFunction<double[]> stretch = stretch(i, j);
        String name = symmetric(graph.type(i), graph.type(j));
        add("stretch " + name, stretch);
        add("stretch² " + name, x -> square(stretch.applyAsDouble(x)));
        for (int h : graph.neighbours().get(i)) {
            for (int k : graph.neighbours().get(j)) {
                if (h != j && k != i && h != k) {
                    torsion(h, i, j, k);
                }
            }
        }
    }

    private void around(int center) {
        List<Integer> bonded = graph.neighbours().get(center);
        for (int a = 0; a < bonded.size(); a++) {
            for (int b = a + 1; b < bonded.size(); b++) {
                angle(bonded.get(a), center, bonded.get(b));
            }
        }
    }

    private void angle(int i, int center, int k) {
        double flat = graph.neighbours().get(center).size() < 4 ? -1.0 / 2 : -1.0 / 3; // 120° or a tetrahedron's
        ToDoubleFunction<double[]> bend = x -> PER_COSINE * (Geometry.cosine(x, i, center, k) - flat);
        ToDoubleFunction<double[]> one = stretch(center, i);
        ToDoubleFunction<double[]> other = stretch(center, k);
        String middle = graph.type(center);
        String name = symmetric(graph.type(i), middle, graph.type(k));
        add("bend " + name, bend);
        add("bend² " + name, x -> square(bend.applyAsDouble(x)));
        add("stretch·stretch " + name, x -> one.applyAsDouble(x) * other.applyAsDouble(x));
        String ofOne = "(" + graph.type(i) + "-" + middle + ")-" + graph.type(k); // which of both bonds is stretched
        String ofOther = "(" + graph.type(k) + "-" + middle + ")-" + graph.type(i);
        add("stretch·bend " + ofOne, x -> one.applyAsDouble(x) * bend.applyAsDouble(x));
        add("stretch·bend " + ofOther, x -> other.applyAsDouble(x) * bend.applyAsDouble(x));
    }

    private void torsion(int h, int i, int j, int k) {
        String name = symmetric(graph.type(h), graph.type(i), graph.type(j), graph.type(k));
        ToDoubleFunction<double[]> cosine = x -> Geometry.torsion(x, h, i, j, k);
        add("cos φ " + name, cosine);
        add("cos 2φ " + name, x -> 2 * square(cosine.applyAsDouble(x)) - 1);
        add("cos 3φ " + name, x -> {
            double c = cosine.applyAsDouble(x);
            return (4 * c * c - 3) * c;
        });
    }

    private void pair(int i, int j) {
        String name = symmetric(graph.element(i), graph.element(j));
        add("1/r " + name, x -> FAR / Geometry.distance(x, i, j));
        add("1/r⁶ " + name, x -> {
            double square = square(FAR / Geometry.distance(x, i, j));
            return square * square * square;
        });
    }

    private ToDoubleFunction<double[]> stretch(int i, int j) {
        double usual = graph.bondLength(i, j);
        return x -> PER_LENGTH * (Geometry.distance(x, i, j) - usual);
    }

    private void add(String name, ToDoubleFunction<double[]> value) {
        terms.add(new Term(name, value));
    }

    private static double square(double x) {
        return x * x;
    }

    /** Names a chain of atoms alike from both ends. */
    private static String symmetric(String... types) {
        List<String> reversed = new ArrayList<>();
        for (String type : types) {
            reversed.add(0, type);
        }
        String forth = String.join("-", types);
        String back = String.join("-", reversed);
        return forth.compareTo(back) <= 0 ? forth : back;
    }
}
