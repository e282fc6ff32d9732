package io.atomflux.error;

/** A size beyond what a layout, an engine or a configured bound allows. */
public final class LimitExceededException extends AtomfluxException {

    private static final long serialVersionUID = 1L;
    private final String what;
    private final long size;
    private final long limit;
    private final String remedy;

    public LimitExceededException(String what, long size, long limit, String remedy) {
        super("%s: %d (expected: at most %d); %s".formatted(shown(what), size, limit, remedy), null);
        this.what = what;
        this.size = size;
        this.limit = limit;
        this.remedy = remedy;
    }

    /** Returns what is too large, and where. */
    public String what() {
        return what;
    }

    /** Returns the size asked for. */
    public long size() {
        return size;
    }

    /** Returns the largest size allowed. */
    public long limit() {
        return limit;
    }

    /** Returns what to do about it. */
    public String remedy() {
        return remedy;
    }
}
