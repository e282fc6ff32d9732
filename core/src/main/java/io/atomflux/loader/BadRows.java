package io.atomflux.loader;

/** What becomes of a row that does not decode, is reserved, or cannot be put together with the others. */
public enum BadRows {
    /** The epoch ends with an error that names store, position and key. */
    FAIL,
    /** It is left out of its batch, which is shorter then and lists it; the number of batches stays as it is. */
    SKIP
}
