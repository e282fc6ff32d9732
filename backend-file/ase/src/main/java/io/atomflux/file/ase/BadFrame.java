package io.atomflux.file.ase;

/** What is wrong with one frame, before file and frame number are known; caught by {@link FrameFile}. */
final class BadFrame extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final long line;

    /**
     * Tells a fault.
     *
     * @param line the line within the frame, 0 for the count
     * @param problem what was found and what was expected
     */
    BadFrame(long line, String problem) {
        super(problem, null, false, false);
        this.line = line;
    }

    /** Returns the line within the frame, 0 for the count. */
    long line() {
        return line;
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
