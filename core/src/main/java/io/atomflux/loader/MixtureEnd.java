package io.atomflux.loader;

/** When an epoch of a mixture ends. */
enum MixtureEnd {
    /** When the first source has no further row: nothing is repeated. */
    FIRST_ENDS,
    /** When each source was seen whole; smaller ones are repeated. */
    ALL_SEEN,
    /** After a number of samples. */
    COUNT
}
