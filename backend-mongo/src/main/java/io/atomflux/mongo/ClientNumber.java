package io.atomflux.mongo;

/**
 * A registered writer's number, the ids drawn from it, and its mark.
 *
 * <p>Ids are {@code number << 32 | sequence}. Every id below the mark is decided: live, in garbage, or deleted; none at or
 * above it is live. Each publish compares the mark and moves it, so it is made once however often it is sent.
 */
final class ClientNumber {

    private static final int SEQUENCE_BITS = 32;
    private static final long LAST_SEQUENCE = (1L << SEQUENCE_BITS) - (1L << 27); // room for the largest call

    private final long number;
    private long next = 1; // guarded by this
    private volatile long mark = 1; // written by the one publish in flight
    private volatile long confirmed;
    private volatile boolean retired;
    private volatile boolean doubtful;

    /**
     * @param confirmed when the command was sent that last told the server of this writer
     */
    ClientNumber(long number, long confirmed) {
        this.number = number;
        this.confirmed = confirmed;
    }

    long number() {
        return number;
    }

    String field() {
        return "clients.c" + number;
    }

    /** Draws ids; returns the first of them. */
    synchronized long take(long count) {
        long first = next;
        next += count;
        return id(number, first);
    }

    /** Returns the next id that nobody has drawn. */
    synchronized long untaken() {
        return id(number, next);
    }

    synchronized boolean isSpent() {
        return next >= LAST_SEQUENCE;
    }

    static long id(long number, long sequence) {
        return number << SEQUENCE_BITS | sequence;
    }

    static long numberOf(long id) {
        return id >>> SEQUENCE_BITS;
    }

    static long sequenceOf(long id) {
        return id & (1L << SEQUENCE_BITS) - 1;
    }

    /** Returns the id after the last one of this number. */
    long end() {
        return id(number + 1, 0);
    }

    long mark() {
        return mark;
    }

    void markMoved(long moved) {
        mark = moved;
    }

    long confirmed() {
        return confirmed;
    }

    void confirm(long sent) {
        confirmed = sent;
    }

    /** Tells whether it is not to be used any more, because it was swept or its last publish is in doubt. */
    boolean isRetired() {
        return retired;
    }

    void retire() {
        retired = true;
    }

    /** An insert was not answered, and a copy of it may come late. */
    void insertLost() {
        doubtful = true;
    }

    /**
     * Ends the use of the number if what was deleted of it may come back: below a mark nobody would look for it, but what
     * lies above that of a silent writer is swept, and once more later.
     */
    void retireIfDoubtful() {
        if (doubtful) {
            retired = true;
        }
    }
}
