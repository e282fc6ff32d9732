package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.evaluator.Amount.ExactAmount;
import io.atomflux.artifact.evaluator.Amount.MoleFraction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Components and their amounts; immutable.
 *
 * <p>Two are equal if their {@link #identifier} is, so the order of components does not matter. The order in which they
 * were added is kept for files.
 */
public final class Substance {

    /** How far from 1 the mole fractions may be together, as {@code numpy.isclose} has it. */
    static final double TOLERANCE = 1e-5;

    private final List<Component> components;
    private final Map<String, List<Amount>> amounts;
    private final String identifier;

    /** Takes components and their amounts by identifier of the component; the rules are checked here for all ways in. */
    Substance(List<Component> components, Map<String, List<Amount>> amounts) {
        Map<String, List<Amount>> copy = new LinkedHashMap<>();
        amounts.forEach((component, several) -> copy.put(component, List.copyOf(several)));
        this.components = List.copyOf(components);
        this.amounts = Collections.unmodifiableMap(copy);
        check();
        this.identifier = this.components.stream()
                .map(Component::identifier)
                .sorted()
                .map(component -> component
                        + Objects.requireNonNull(this.amounts.get(component)).stream()
                                .sorted(Comparator.comparing(Substance::kind))
                                .map(Amount::identifier)
                                .collect(Collectors.joining(",", "{", "}")))
                .collect(Collectors.joining("|"));
    }

    private void check() {
        if (components.isEmpty()) {
            throw new IllegalArgumentException("substance: no component (expected: at least one)");
        }
        List<String> names = components.stream().map(Component::identifier).toList();
        if (names.size() != amounts.size() || !amounts.keySet().containsAll(names)) {
            throw new IllegalArgumentException("substance: amounts of %s (expected: of each component once: %s)"
                    .formatted(amounts.keySet(), names));
        }
        amounts.forEach((component, several) -> {
            if (several.isEmpty()
                    || several.stream().map(Substance::kind).distinct().count() != several.size()) {
                throw new IllegalArgumentException(
                        "amounts of %s: %s (expected: one, or one of each kind)".formatted(component, several));
            }
        });
        double total = fractions(amounts);
        if (total > 0 && Math.abs(total - 1) > TOLERANCE) {
            throw new IllegalArgumentException(
                    "mole fractions of %s: %s together (expected: 1)".formatted(amounts, total));
        }
    }

    private static double fractions(Map<String, List<Amount>> amounts) {
        double total = 0;
        for (List<Amount> several : amounts.values()) {
            for (Amount amount : several) {
                total += amount instanceof MoleFraction fraction ? fraction.value() : 0;
            }
        }
        return total;
    }

    static String kind(Amount amount) {
        return amount.getClass().getSimpleName(); // ExactAmount before MoleFraction
    }

    /** Returns a substance of equal mole fractions of solvents. */
    public static Substance of(String... smiles) {
        return of(Arrays.stream(smiles).map(Component::of).toArray(Component[]::new));
    }

    /** Returns a substance of equal mole fractions. */
    public static Substance of(Component... components) {
        Builder builder = builder();
        for (Component component : components) {
            builder.add(component, new MoleFraction(1.0 / components.length));
        }
        return builder.build();
    }

    /** Starts a substance. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the components in the order they were added. */
    public List<Component> components() {
        return components;
    }

    /** Returns the amounts by identifier of the component: one, or one of each kind. */
    public Map<String, List<Amount>> amounts() {
        return amounts;
    }

    /** Returns what it is compared by, e.g. <code>CO{solv}{x=0.500000}|C{solv}{x=0.500000}</code>. */
    public String identifier() {
        return identifier;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Substance other && identifier.equals(other.identifier);
    }

    @Override
    public int hashCode() {
        return identifier.hashCode();
    }

    @Override
    public String toString() {
        return identifier;
    }

    /** Collects components; for one thread. */
    public static final class Builder {
        private final List<Component> components = new ArrayList<>();
        private final Map<String, List<Amount>> amounts = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a component, or more of one that is there.
         *
         * @throws IllegalArgumentException if the mole fractions exceed 1 together
         */
        public Builder add(Component component, Amount amount) {
            double total = fractions(amounts) + (amount instanceof MoleFraction fraction ? fraction.value() : 0);
            if (total > 1 + TOLERANCE) {
                throw new IllegalArgumentException("mole fractions with %s of %s: %s together (expected: at most 1)"
                        .formatted(amount, component, total));
            }
            List<Amount> there = amounts.get(component.identifier());
            if (there == null) {
                components.add(component);
                there = List.of();
            }
            List<Amount> several = new ArrayList<>();
            Amount sum = amount;
            for (Amount other : there) {
                if (kind(other).equals(kind(amount))) {
                    sum = sum(other, amount);
                } else {
                    several.add(other);
                }
            }
            several.add(sum);
            amounts.put(component.identifier(), several);
            return this;
        }

        private static Amount sum(Amount a, Amount b) {
            if (a instanceof ExactAmount x && b instanceof ExactAmount y) {
                return new ExactAmount(Math.addExact(x.value(), y.value()));
            }
            return new MoleFraction(((MoleFraction) a).value() + ((MoleFraction) b).value());
        }

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if there is no component, or the mole fractions are not 1 together
         */
        public Substance build() {
            return new Substance(components, amounts);
        }
    }
}
