package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Query;
import io.atomflux.artifact.Query.Criterion;
import java.util.List;

/** Looks for equilibrated boxes. */
public final class EquilibrationDataQuery
        extends CalculationDataQuery<StoredEquilibrationData, EquilibrationDataQuery> {

    private static final EquilibrationDataQuery ALL = new EquilibrationDataQuery(new Common());

    private EquilibrationDataQuery(Common common) {
        super(common);
    }

    /** Matches all; criteria are added by the other methods. */
    public static EquilibrationDataQuery all() {
        return ALL;
    }

    @Override
    EquilibrationDataQuery copy(Common changed) {
        return new EquilibrationDataQuery(changed);
    }

    /** Requires a number of molecules. */
    public EquilibrationDataQuery numberOfMolecules(int value) {
        return with(changed -> changed.numberOfMolecules = value);
    }

    /** Requires the greatest number of molecules that was asked for. */
    public EquilibrationDataQuery maxNumberOfMolecules(int value) {
        return with(changed -> changed.maxNumberOfMolecules = value);
    }

    /** Requires a layer; data without one do not match. */
    public EquilibrationDataQuery calculationLayer(String value) {
        return with(changed -> changed.calculationLayer = value);
    }

    @Override
    public Query<StoredEquilibrationData> toQuery() {
        List<Criterion<StoredEquilibrationData>> criteria = common.criteria();
        if (common.numberOfMolecules != null) {
            criteria.add(equal(
                    StoredEquilibrationData::numberOfMolecules,
                    common.numberOfMolecules,
                    number("number_of_molecules", common.numberOfMolecules)));
        }
        if (common.maxNumberOfMolecules != null) {
            criteria.add(equal(
                    StoredEquilibrationData::maxNumberOfMolecules,
                    common.maxNumberOfMolecules,
                    number("max_number_of_molecules", common.maxNumberOfMolecules)));
        }
        if (common.calculationLayer != null) {
            criteria.add(equal(
                    box -> box.calculationLayer().orElse(null),
                    common.calculationLayer,
                    text("calculation_layer", common.calculationLayer)));
        }
        return query(Query.all(EvaluatorTypes.EQUILIBRATION), criteria);
    }
}
