package io.atomflux.error;

/** A recording that was to be made new, at a place that has one already; it was left as it is. */
public final class RecordingExistsException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String recording;
    private final long committed;

    public RecordingExistsException(String recording, long committed) {
        super(
                "%s holds a recording of %d samples already; resume() continues it, replace() begins anew and discards it"
                        .formatted(shown(recording), committed),
                null);
        this.recording = recording;
        this.committed = committed;
    }

    /** Returns the recording, without credentials. */
    public String recording() {
        return recording;
    }

    /** Returns how many samples it has. */
    public long committed() {
        return committed;
    }
}
