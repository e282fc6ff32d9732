package io.atomflux.error;

/** A sample that does not continue its recording; it was left out, nothing else was changed, and the recorder goes on. */
public final class SampleRejectedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String recording;
    private final long iteration;
    private final String problem;

    public SampleRejectedException(String recording, long iteration, String problem) {
        super(
                "sample of iteration %d refused for %s: %s; nothing was changed"
                        .formatted(iteration, shown(recording), told(problem)),
                null);
        this.recording = recording;
        this.iteration = iteration;
        this.problem = problem;
    }

    /** Returns the recording, without credentials. */
    public String recording() {
        return recording;
    }

    /** Returns the number of the sample's iteration. */
    public long iteration() {
        return iteration;
    }

    /** Returns what does not fit, and what was expected. */
    public String problem() {
        return problem;
    }
}
