package io.atomflux.error;

/** A step of a run of an experiment that failed; all runs are as they were before the execution. */
public final class RunFailedException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String experiment;
    private final String run;
    private final int step;

    public RunFailedException(String experiment, String run, int step, Throwable cause) {
        super(
                "experiment \"%s\": run %s failed in step %d: %s; all runs are as they were"
                        .formatted(shown(experiment), shown(run), step, told(String.valueOf(cause))),
                cause);
        this.experiment = experiment;
        this.run = run;
        this.step = step;
    }

    /** Returns the name of the experiment. */
    public String experiment() {
        return experiment;
    }

    /** Returns the id of the run. */
    public String run() {
        return run;
    }

    /** Returns which step it was, counted from 0. */
    public int step() {
        return step;
    }
}
