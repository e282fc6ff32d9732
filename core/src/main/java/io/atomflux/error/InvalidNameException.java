package io.atomflux.error;

/** A group, key or file name that could leave the store or that its layout cannot hold. */
public final class InvalidNameException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String kind;
    private final String name;
    private final String expected;

    public InvalidNameException(String kind, String name, String expected) {
        super("%s name: \"%s\" (expected: %s)".formatted(kind, shown(name), expected), null);
        this.kind = kind;
        this.name = name;
        this.expected = expected;
    }

    /** Returns what was named: group, key or file. */
    public String kind() {
        return kind;
    }

    /** Returns the refused name. */
    public String name() {
        return name;
    }

    /** Returns what a name must be like. */
    public String expected() {
        return expected;
    }
}
