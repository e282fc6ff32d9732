package io.atomflux.artifact.evaluator;

/**
 * What becomes of a second difference of free energies of the same substance, state, phase, calculation and force field.
 * Evaluator means to keep all, and refuses the second one.
 */
public enum FreeEnergyPolicy {
    /** Each is kept, under a key of its own; one that is equal in all fields is stored once. */
    KEEP_ALL,
    /** The first one stays. */
    KEEP_FIRST,
    /** The one of the lower standard error stays; in a tie the first. */
    KEEP_BEST
}
