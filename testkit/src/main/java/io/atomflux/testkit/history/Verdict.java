package io.atomflux.testkit.history;

/**
 * What a checker found.
 *
 * @param kind the judgement
 * @param message why, for people
 * @param configurations how many states of the search were looked at
 */
public record Verdict(Kind kind, String message, long configurations) {

    /** The judgements. */
    public enum Kind {
        /** An order of the calls explains every reply. */
        LINEARIZABLE,
        /** No order does. */
        VIOLATED,
        /** None was found before the budget was used up. */
        UNDECIDED
    }

    /**
     * Fails unless an order was found.
     *
     * @throws AssertionError with the message, also when undecided
     */
    public void assertLinearizable() {
        if (kind != Kind.LINEARIZABLE) {
            throw new AssertionError(kind + ": " + message);
        }
    }
}
