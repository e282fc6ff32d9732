package io.atomflux.artifact.evaluator;

import java.util.function.Consumer;

/**
 * What can be asked of all data of simulations.
 *
 * @param <T> the data class
 * @param <Q> the query's own class
 */
public abstract sealed class CalculationDataQuery<T extends CalculationData, Q extends CalculationDataQuery<T, Q>>
        extends EvaluatorQuery<T> permits SimulationDataQuery, EquilibrationDataQuery, FreeEnergyDataQuery {

    final Common common;

    CalculationDataQuery(Common common) {
        this.common = common;
    }

    abstract Q copy(Common changed);

    final Q with(Consumer<Common> change) {
        Common copy = new Common(common);
        change.accept(copy);
        return copy(copy);
    }

    /** Requires a substance, compared by identifier, or as {@link #substanceQuery} says. */
    public final Q substance(Substance value) {
        return with(changed -> changed.substance = value);
    }

    /** Says how the substance is compared; only together with {@link #substance}. */
    public final Q substanceQuery(SubstanceQuery value) {
        return with(changed -> changed.substanceQuery = value);
    }

    /** Requires temperature and pressure, equal to three decimals of kelvin and pascal. */
    public final Q thermodynamicState(ThermodynamicState value) {
        return with(changed -> changed.state = value);
    }

    /** Requires exactly these phases. */
    public final Q propertyPhase(PropertyPhase value) {
        return with(changed -> changed.phase = value);
    }

    /** Requires the id of the request that produced the data. */
    public final Q sourceCalculationId(String value) {
        return with(changed -> changed.sourceCalculationId = value);
    }

    /** Requires the key of the force field. */
    public final Q forceFieldId(String value) {
        return with(changed -> changed.forceFieldId = value);
    }
}
