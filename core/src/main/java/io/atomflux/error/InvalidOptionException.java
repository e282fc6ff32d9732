package io.atomflux.error;

/** An option that is unknown, malformed or at odds with another. */
public final class InvalidOptionException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String option;
    private final String problem;

    public InvalidOptionException(String option, String problem) {
        super("option %s: %s".formatted(shown(option), told(problem)), null);
        this.option = option;
        this.problem = problem;
    }

    /** Returns the name of the option. */
    public String option() {
        return option;
    }

    /** Returns what is wrong and what was expected. */
    public String problem() {
        return problem;
    }
}
