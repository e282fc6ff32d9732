package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query.Criterion;
import io.atomflux.artifact.evaluator.Amount.ExactAmount;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds data of the pure components of a mixture. */
final class ComponentsOnly<T extends CalculationData> implements Criterion<T> {

    private final Substance mixture;
    private final boolean anyRole;

    ComponentsOnly(Substance mixture, boolean anyRole) {
        this.mixture = mixture;
        this.anyRole = anyRole;
    }

    /** All pure data between the first and the last component: one range cannot name several texts. */
    @Override
    public List<TermRange> ranges() {
        String field = anyRole ? "component.smiles" : "component";
        List<Term> terms = mixture.components().stream()
                .map(component -> Term.ofText(field, anyRole ? component.smiles() : component.identifier()))
                .sorted((a, b) -> a.value().compareTo(b.value()))
                .toList();
        return List.of(
                TermRange.exactly(Term.ofNumber("components", 1)),
                new TermRange(
                        field, terms.get(0).value(), terms.get(terms.size() - 1).value()));
    }

    @Override
    public Optional<Object> match(T object) {
        Substance pure = object.substance();
        if (pure.components().size() != 1) {
            return Optional.empty();
        }
        Component only = pure.components().get(0);
        return mixture.components().stream()
                        .filter(component -> component.smiles().equals(only.smiles()))
                        .filter(component -> anyRole || component.role() == only.role())
                        .anyMatch(component -> kinds(mixture, component).equals(kinds(pure, only)))
                ? Optional.of(pure)
                : Optional.empty();
    }

    /** All amounts, mole fractions without their value. */
    private static Set<String> kinds(Substance substance, Component component) {
        return Objects.requireNonNull(substance.amounts().get(component.identifier())).stream()
                .map(amount -> amount instanceof ExactAmount exact ? exact.identifier() : Substance.kind(amount))
                .collect(Collectors.toSet());
    }
}
