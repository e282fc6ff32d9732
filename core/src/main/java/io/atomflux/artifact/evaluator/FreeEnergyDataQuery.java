package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query;

/** Looks for differences of free energies. */
public final class FreeEnergyDataQuery extends CalculationDataQuery<StoredFreeEnergyData, FreeEnergyDataQuery> {

    private static final FreeEnergyDataQuery ALL = new FreeEnergyDataQuery(new Common());

    private FreeEnergyDataQuery(Common common) {
        super(common);
    }

    /** Matches all; criteria are added by the other methods. */
    public static FreeEnergyDataQuery all() {
        return ALL;
    }

    @Override
    FreeEnergyDataQuery copy(Common changed) {
        return new FreeEnergyDataQuery(changed);
    }

    @Override
    public Query<StoredFreeEnergyData> toQuery() {
        return query(Query.all(EvaluatorTypes.FREE_ENERGY), common.criteria());
    }
}
