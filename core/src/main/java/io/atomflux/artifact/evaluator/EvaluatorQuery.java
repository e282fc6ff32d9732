package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query;
import io.atomflux.artifact.Query.Criterion;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What to look for in an {@link EvaluatorStorage}; immutable. A criterion that is not set matches anything, and a query
 * without any matches all of its class.
 *
 * <p>What matched comes in the order in which the methods stand here, the substance first, whichever were called.
 *
 * @param <T> the data class
 */
public abstract sealed class EvaluatorQuery<T extends StoredData> permits CalculationDataQuery, ForceFieldQuery {

    EvaluatorQuery() {}

    /**
     * Returns this as a query of any store.
     *
     * @throws IllegalArgumentException if it asks for components without naming a substance
     */
    public abstract Query<T> toQuery();

    /** A field that must equal a value; what matched is that of the object. */
    static <T, V> Criterion<T> equal(Function<T, @Nullable V> field, V value, List<TermRange> ranges) {
        return new Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return ranges;
            }

            @Override
            public Optional<Object> match(T object) {
                return Optional.<Object>ofNullable(field.apply(object)).filter(found -> Objects.equals(found, value));
            }
        };
    }

    static List<TermRange> text(String field, String value) {
        return List.of(TermRange.exactly(Term.ofText(field, value)));
    }

    static List<TermRange> number(String field, double value) {
        return List.of(TermRange.exactly(Term.ofNumber(field, value)));
    }

    static <T extends StoredData> Query<T> query(Query<T> empty, List<Criterion<T>> criteria) {
        Query<T> query = empty;
        for (Criterion<T> criterion : criteria) {
            query = query.and(criterion);
        }
        return query;
    }

    /** The criteria that data of all simulations share, by position in the answer. */
    static final class Common {
        @Nullable
        Substance substance;

        @Nullable
        SubstanceQuery substanceQuery;

        @Nullable
        ThermodynamicState state;

        @Nullable
        PropertyPhase phase;

        @Nullable
        String sourceCalculationId;

        @Nullable
        String forceFieldId;

        @Nullable
        Integer numberOfMolecules;

        @Nullable
        Integer maxNumberOfMolecules;

        @Nullable
        String calculationLayer;

        Common() {}

        Common(Common other) {
            substance = other.substance;
            substanceQuery = other.substanceQuery;
            state = other.state;
            phase = other.phase;
            sourceCalculationId = other.sourceCalculationId;
            forceFieldId = other.forceFieldId;
            numberOfMolecules = other.numberOfMolecules;
            maxNumberOfMolecules = other.maxNumberOfMolecules;
            calculationLayer = other.calculationLayer;
        }

        <T extends CalculationData> List<Criterion<T>> criteria() {
            List<Criterion<T>> criteria = new ArrayList<>();
            if (substance != null) {
                criteria.add(
                        substanceQuery != null && substanceQuery.componentsOnly()
                                ? new ComponentsOnly<>(substance, substanceQuery.anyRole())
                                : equal(
                                        CalculationData::substance,
                                        substance,
                                        text("substance", substance.identifier())));
            } else if (substanceQuery != null) {
                throw new IllegalArgumentException(
                        "substance query: %s (expected: together with a substance)".formatted(substanceQuery));
            }
            if (state != null) {
                double kelvin = state.kelvin();
                // equal to three decimals is nearer than a thousandth; the test decides
                criteria.add(equal(
                        CalculationData::thermodynamicState,
                        state,
                        List.of(TermRange.between("temperature", kelvin - 0.001, kelvin + 0.001))));
            }
            if (phase != null) {
                criteria.add(equal(CalculationData::propertyPhase, phase, number("property_phase", phase.bits())));
            }
            if (sourceCalculationId != null) {
                criteria.add(equal(
                        CalculationData::sourceCalculationId,
                        sourceCalculationId,
                        text("source_calculation_id", sourceCalculationId)));
            }
            if (forceFieldId != null) {
                criteria.add(equal(
                        CalculationData::forceFieldId, forceFieldId, text(DataType.FORCE_FIELD_ID, forceFieldId)));
            }
            return criteria;
        }
    }
}
