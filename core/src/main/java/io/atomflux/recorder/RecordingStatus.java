package io.atomflux.recorder;

/** Whether more samples are to be expected. */
public enum RecordingStatus {
    /** A recorder is writing, or its process ended without closing it. */
    OPEN,
    /** The run came to its end. */
    CLOSED,
    /** The run failed or was given up; all that was committed is there. */
    ABORTED,
    /** Nobody wrote it down, e.g. because another program made the files. */
    UNKNOWN
}
