package io.atomflux.error;

import java.util.List;

/** A location that no backend on the class path claims. */
public final class NoBackendException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String location;
    private final List<String> found;
    private final String remedy;

    public NoBackendException(String location, List<String> found, String remedy) {
        super("no backend for %s (found: %s); %s".formatted(shown(location), String.join(", ", found), remedy), null);
        this.location = location;
        this.found = found;
        this.remedy = remedy;
    }

    /** Returns the location, without credentials. */
    public String location() {
        return location;
    }

    /** Returns the schemes and suffixes of the backends found, sorted. */
    public List<String> found() {
        return found;
    }

    /** Returns what to do about it. */
    public String remedy() {
        return remedy;
    }
}
