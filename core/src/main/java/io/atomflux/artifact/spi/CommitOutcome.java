package io.atomflux.artifact.spi;

/** What became of a {@link RecordChange}. */
public enum CommitOutcome {
    /** It is made, and durable. */
    APPLIED,
    /** Another revision stands under the key than was expected, or one where none was. */
    CHANGED,
    /** Another key holds the identity of the record. */
    IDENTITY_TAKEN,
    /** The set of files was swept before it was published, as it had not been written to for the retention. */
    FILES_SWEPT
}
