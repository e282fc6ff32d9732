package io.atomflux.artifact.evaluator;

import java.util.Objects;

/**
 * A force field as it is stored; the same thing if its JSON text is the same, so one blank makes another force field.
 *
 * @param forceFieldSource the force field
 */
public record ForceFieldData(ForceFieldSource forceFieldSource) implements StoredData {
    public ForceFieldData {
        Objects.requireNonNull(forceFieldSource, "forceFieldSource");
    }
}
