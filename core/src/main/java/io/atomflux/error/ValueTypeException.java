package io.atomflux.error;

/** A value of another type than the caller asked for. */
public final class ValueTypeException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String place;
    private final String expected;
    private final String found;

    public ValueTypeException(String place, String expected, String found) {
        super("%s: %s (expected: %s)".formatted(shown(place), shown(found), shown(expected)), null);
        this.place = place;
        this.expected = expected;
        this.found = found;
    }

    /** Returns where the value is, e.g. {@code row 7, key calc.energy}. */
    public String place() {
        return place;
    }

    /** Returns the type asked for. */
    public String expected() {
        return expected;
    }

    /** Returns the type found. */
    public String found() {
        return found;
    }
}
