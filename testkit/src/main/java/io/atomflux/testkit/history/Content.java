package io.atomflux.testkit.history;

/**
 * What a row holds: the number its writer gave it, and the number of its last update; each is used once.
 *
 * @param tag of the append, insert or set that wrote the row whole; 0 if none did
 * @param mark of the update that came last; 0 if none did since
 */
public record Content(long tag, long mark) {

    /** A position that was reserved and never written. */
    public static final Content RESERVED = new Content(0, 0);

    public Content {
        if (tag < 0 || mark < 0) {
            throw new IllegalArgumentException("content: %d/%d (expected: neither negative)".formatted(tag, mark));
        }
    }

    boolean isReserved() {
        return tag == 0 && mark == 0;
    }

    static Content parse(String text) {
        int slash = text.indexOf('/');
        return new Content(Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
    }

    /** Shows {@code tag/mark}. */
    @Override
    public String toString() {
        return tag + "/" + mark;
    }
}
