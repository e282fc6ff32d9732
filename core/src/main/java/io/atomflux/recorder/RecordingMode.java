package io.atomflux.recorder;

/** What becomes of a recording that is there already. */
public enum RecordingMode {
    /** It is left alone, and recording fails. */
    CREATE_NEW,
    /** It is continued; if there is none, one begins. */
    RESUME,
    /** It stays until the first samples of the new one are committed, and is gone from then on. */
    REPLACE
}
