package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks for force fields. */
public final class ForceFieldQuery extends EvaluatorQuery<ForceFieldData> {

    private final @Nullable ForceFieldSource source;

    private ForceFieldQuery(@Nullable ForceFieldSource source) {
        this.source = source;
    }

    /** Matches all. */
    public static ForceFieldQuery all() {
        return new ForceFieldQuery(null);
    }

    /** Matches the force field of this content. */
    public static ForceFieldQuery of(ForceFieldSource source) {
        return new ForceFieldQuery(Objects.requireNonNull(source, "source"));
    }

    @Override
    public Query<ForceFieldData> toQuery() {
        Query<ForceFieldData> all = Query.all(EvaluatorTypes.FORCE_FIELD);
        return source == null
                ? all
                : all.and(equal(
                        ForceFieldData::forceFieldSource, source, text("force_field_source", DataType.hash(source))));
    }
}
