package io.atomflux.artifact.evaluator;

import java.util.Objects;
import java.util.Optional;

/**
 * The derivative of an observable by a parameter of the force field.
 *
 * @param key the parameter
 * @param value a number, or an array as long as that of the observable
 */
public record ParameterGradient(Key key, Quantity value) {

    public ParameterGradient {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }

    /**
     * Names a parameter of a force field.
     *
     * @param tag the handler, e.g. {@code vdW}
     * @param smirks which atoms
     * @param attribute which of its numbers, e.g. {@code epsilon}
     * @param virtualSiteType of a parameter of virtual sites
     * @param virtualSiteName likewise
     * @param virtualSiteMatch likewise
     */
    public record Key(
            String tag,
            Optional<String> smirks,
            Optional<String> attribute,
            Optional<String> virtualSiteType,
            Optional<String> virtualSiteName,
            Optional<String> virtualSiteMatch) {

        public Key {
            Objects.requireNonNull(tag, "tag");
            Objects.requireNonNull(smirks, "smirks");
            Objects.requireNonNull(attribute, "attribute");
            Objects.requireNonNull(virtualSiteType, "virtualSiteType");
            Objects.requireNonNull(virtualSiteName, "virtualSiteName");
            Objects.requireNonNull(virtualSiteMatch, "virtualSiteMatch");
        }

        /** Names a parameter that is not one of virtual sites. */
        public static Key of(String tag, String smirks, String attribute) {
            return new Key(
                    tag,
                    Optional.of(smirks),
                    Optional.of(attribute),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }
}
