package io.atomflux.spi;

/**
 * What a store offers beyond reading; an operation whose capability is missing is refused before any I/O.
 *
 * <p>A capability that is present is tested by the contract kits, one that is absent by its refusal.
 */
public enum Capability {
    /** {@code append}, {@code extend}. */
    APPEND,
    /** {@code insert}. */
    INSERT,
    /** {@code set}. */
    SET,
    /** {@code update}, and writing columns. */
    UPDATE,
    /** {@code delete}. */
    DELETE,
    /** {@code drop}. */
    DROP,
    /** {@code reserve}, and writing reserved rows. */
    RESERVE,
    /** {@code clear}. */
    CLEAR,
    /** {@code remove}. */
    REMOVE,
    /** Several groups in one location. */
    GROUPS,
    /** {@code getVersioned}, and writes on condition of a version. */
    VERSIONS,
    /** {@code changes}. */
    CHANGES,
    /** Streams that read one snapshot from the first row to the last. */
    SNAPSHOT,
    /** A row written without keys stays distinct from a reserved row. */
    EMPTY_ROWS,
    /** Written rows survive {@code kill -9} of the process. */
    DURABLE
}
