package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.spi.ArtifactKey;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks what all data classes check. */
final class Required {

    private Required() {}

    static <T> T field(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": not set (expected: a value)");
        }
        return value;
    }

    static void common(
            @Nullable Substance substance,
            @Nullable ThermodynamicState state,
            @Nullable PropertyPhase phase,
            @Nullable String sourceCalculationId,
            @Nullable String forceFieldId) {
        field("substance", substance);
        field("thermodynamicState", state);
        field("propertyPhase", phase);
        field("sourceCalculationId", sourceCalculationId);
        field("forceFieldId", forceFieldId);
    }

    /** Refuses what could leave the folder of an artifact. */
    static void file(@Nullable String name) {
        ArtifactKey.fileName(field("file name", name));
    }

    static void count(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException("%s: %d (expected: at least 0)".formatted(name, value));
        }
    }

    static void number(String name, double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException(name + ": NaN (expected: a number, which can be compared)");
        }
    }

    static Set<String> names(String... names) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(names)));
    }
}
