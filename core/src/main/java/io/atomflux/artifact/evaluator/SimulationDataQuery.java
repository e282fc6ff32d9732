package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query;
import io.atomflux.artifact.Query.Criterion;
import java.util.List;

/** Looks for simulations. */
public final class SimulationDataQuery extends CalculationDataQuery<StoredSimulationData, SimulationDataQuery> {

    private static final SimulationDataQuery ALL = new SimulationDataQuery(new Common());

    private SimulationDataQuery(Common common) {
        super(common);
    }

    /** Matches all; criteria are added by the other methods. */
    public static SimulationDataQuery all() {
        return ALL;
    }

    @Override
    SimulationDataQuery copy(Common changed) {
        return new SimulationDataQuery(changed);
    }

    /** Requires a number of molecules. */
    public SimulationDataQuery numberOfMolecules(int value) {
        return with(changed -> changed.numberOfMolecules = value);
    }

    @Override
    public Query<StoredSimulationData> toQuery() {
        List<Criterion<StoredSimulationData>> criteria = common.criteria();
        if (common.numberOfMolecules != null) {
            criteria.add(equal(
                    StoredSimulationData::numberOfMolecules,
                    common.numberOfMolecules,
                    number("number_of_molecules", common.numberOfMolecules)));
        }
        return query(Query.all(EvaluatorTypes.SIMULATION), criteria);
    }
}
