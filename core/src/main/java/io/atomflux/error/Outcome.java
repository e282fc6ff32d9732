package io.atomflux.error;

/** What became of a write that failed. */
public enum Outcome {
    /** The store holds the whole change; only the answer was lost. */
    APPLIED,
    /** The store holds nothing of the change. */
    NOT_APPLIED,
    /** Nobody can tell; the caller must look. The change is whole or absent all the same. */
    UNKNOWN
}
