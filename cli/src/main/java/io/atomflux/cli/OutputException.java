package io.atomflux.cli;

import java.io.IOException;

/** Standard output could not be written. */
final class OutputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OutputException(IOException cause) {
        super("cannot write to standard output: " + cause.getMessage(), cause);
    }

    /** Tells whether whoever read our output has gone away, e.g. {@code head}; that is no failure. */
    boolean isBrokenPipe() {
        String problem = String.valueOf(getCause() == null ? "" : getCause().getMessage());
        return problem.contains("Broken pipe") || problem.contains("pipe is being closed");
    }
}
