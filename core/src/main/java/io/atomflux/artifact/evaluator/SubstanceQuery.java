package io.atomflux.artifact.evaluator;

/**
 * How the substance of a query is compared.
 *
 * @param componentsOnly looks for data of the pure components of the substance, in place of the substance itself: data of
 *     one component, whose amounts are of the same kinds, numbers of molecules being equal; mole fractions are not
 *     compared, as a pure component has 1. What matched is the pure substance, so a mixture of two gives up to two groups
 * @param anyRole of components only: also a component that has another role in the mixture
 */
public record SubstanceQuery(boolean componentsOnly, boolean anyRole) {

    /** Compares the substance itself; as if there were no such query. */
    public static SubstanceQuery whole() {
        return new SubstanceQuery(false, false);
    }

    /** Looks for the pure components, each in its role. */
    public static SubstanceQuery components() {
        return new SubstanceQuery(true, false);
    }

    /** Looks for the pure components in whatever role. */
    public static SubstanceQuery componentsInAnyRole() {
        return new SubstanceQuery(true, true);
    }
}
