package io.atomflux.testkit.artifact;

import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.Replacement;
import io.atomflux.artifact.spi.Term;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A data class of {@link SharedArtifactsContract}: things of one name are the same, the one worth most is kept. */
final class Things implements ArtifactType<Things.Thing> {

    /**
     * An object that tells whether its parts belong together.
     *
     * @param sum worth and length of the name
     */
    record Thing(String name, double worth, double sum) {
        boolean isWhole() {
            return sum == worth + name.length();
        }
    }

    @Override
    public String tag() {
        return "Thing";
    }

    @Override
    public Class<Thing> javaType() {
        return Thing.class;
    }

    @Override
    public Map<String, @Nullable Object> write(Thing thing) {
        return Map.of("name", thing.name(), "worth", thing.worth(), "sum", thing.sum());
    }

    @Override
    public Thing read(Map<String, @Nullable Object> descriptor) {
        if (descriptor.get("name") instanceof String name
                && descriptor.get("worth") instanceof Number worth
                && descriptor.get("sum") instanceof Number sum) {
            return new Thing(name, worth.doubleValue(), sum.doubleValue());
        }
        throw new IllegalArgumentException("thing: %s (expected: name, worth and sum)".formatted(descriptor));
    }

    @Override
    public IdentityPolicy<Thing> identity() {
        return IdentityPolicy.fields(thing -> List.of(thing.name()));
    }

    @Override
    public Replacement<Thing> replacement() {
        return Replacement.keepBest(Comparator.comparingDouble(Thing::worth).reversed());
    }

    @Override
    public List<Term> terms(Thing thing) {
        return List.of(Term.ofNumber("worth", thing.worth()));
    }
}
