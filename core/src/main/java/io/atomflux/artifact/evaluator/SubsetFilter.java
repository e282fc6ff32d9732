package io.atomflux.artifact.evaluator;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which objects {@link EvaluatorStorage#subset} takes; immutable. All that is asked for must hold.
 *
 * <p>What has no substance, a force field, is taken unless something must be included; what is taken brings the force field
 * along that it refers to.
 */
public final class SubsetFilter {

    private static final SubsetFilter ALL = new SubsetFilter(List.of(), List.of(), List.of(), List.of(), false);

    private final List<Substance> includedSubstances;
    private final List<Component> includedComponents;
    private final List<Substance> excludedSubstances;
    private final List<Component> excludedComponents;
    private final boolean intoAny;

    private SubsetFilter(
            List<Substance> includedSubstances,
            List<Component> includedComponents,
            List<Substance> excludedSubstances,
            List<Component> excludedComponents,
            boolean intoAny) {
        this.includedSubstances = includedSubstances;
        this.includedComponents = includedComponents;
        this.excludedSubstances = excludedSubstances;
        this.excludedComponents = excludedComponents;
        this.intoAny = intoAny;
        distinct("substance", includedSubstances, excludedSubstances);
        distinct("component", includedComponents, excludedComponents);
    }

    private static <V> void distinct(String what, List<V> included, List<V> excluded) {
        List<V> both = included.stream().filter(excluded::contains).toList();
        if (!both.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s %s: included and excluded (expected: one of both)".formatted(what, both));
        }
    }

    private static <V> List<V> with(List<V> list, List<V> more) {
        return Stream.concat(list.stream(), more.stream()).toList();
    }

    /** Takes everything. */
    public static SubsetFilter all() {
        return ALL;
    }

    /** Takes objects whose substance equals one of these. */
    public SubsetFilter includeSubstances(Substance... more) {
        return new SubsetFilter(
                with(includedSubstances, List.of(more)),
                includedComponents,
                excludedSubstances,
                excludedComponents,
                intoAny);
    }

    /** Takes objects whose substance has each of these. */
    public SubsetFilter includeComponents(Component... more) {
        return new SubsetFilter(
                includedSubstances,
                with(includedComponents, List.of(more)),
                excludedSubstances,
                excludedComponents,
                intoAny);
    }

    /** Leaves out objects whose substance equals one of these. */
    public SubsetFilter excludeSubstances(Substance... more) {
        return new SubsetFilter(
                includedSubstances,
                includedComponents,
                with(excludedSubstances, List.of(more)),
                excludedComponents,
                intoAny);
    }

    /** Leaves out objects whose substance has one of these. */
    public SubsetFilter excludeComponents(Component... more) {
        return new SubsetFilter(
                includedSubstances,
                includedComponents,
                excludedSubstances,
                with(excludedComponents, List.of(more)),
                intoAny);
    }

    /** Also puts them into a store that has something already. */
    public SubsetFilter intoAnyStore() {
        return new SubsetFilter(includedSubstances, includedComponents, excludedSubstances, excludedComponents, true);
    }

    boolean isIntoAny() {
        return intoAny;
    }

    boolean takes(StoredData data) {
        if (!(data instanceof CalculationData calculation)) {
            return includedSubstances.isEmpty() && includedComponents.isEmpty();
        }
        Substance substance = calculation.substance();
        return (includedSubstances.isEmpty() || includedSubstances.contains(substance))
                && substance.components().containsAll(includedComponents)
                && !excludedSubstances.contains(substance)
                && substance.components().stream().noneMatch(excludedComponents::contains);
    }
}
