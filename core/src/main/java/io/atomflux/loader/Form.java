package io.atomflux.loader;

/** How the values of one key become one array. */
enum Form {
    /** Values of one shape, behind each other along a new first axis. */
    STACKED,
    /** Arrays joined along their first axis, whose lengths may differ. */
    JOINED,
    /** Arrays filled up with zeros to the longest first axis, then stacked. */
    PADDED,
    /** Pairs of atoms, joined, and counted through the atoms of all samples. */
    EDGES
}
