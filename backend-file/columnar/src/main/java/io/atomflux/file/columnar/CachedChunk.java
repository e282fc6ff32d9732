package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Chunk;

/**
 * A decoded chunk, and when it is right.
 *
 * <p>The states it belongs to are guarded by the cache that holds it.
 */
final class CachedChunk {

    /** How long a chunk that other programs may change in place is believed without a look at its file. */
    private static final long BELIEVED_NANOS = 20_000_000;

    private final Chunk chunk;
    private final Object stamp;
    private final long firstState;
    private long lastState;
    private volatile long seen;

    /**
     * Takes a chunk that was read.
     *
     * @param stamp what {@code Tree.chunkStamp} said before
     * @param state the state of the file it belongs to
     * @param seen the time of the look at its file, in nanoseconds
     */
    CachedChunk(Chunk chunk, Object stamp, long state, long seen) {
        this.chunk = chunk;
        this.stamp = stamp;
        this.firstState = state;
        this.lastState = state;
        this.seen = seen;
    }

    Chunk chunk() {
        return chunk;
    }

    Object stamp() {
        return stamp;
    }

    boolean belongsTo(long state) {
        return firstState <= state && state <= lastState;
    }

    void alsoBelongsTo(long laterState) {
        lastState = laterState;
    }

    /** Tells whether it may be used without a look at its file. */
    boolean isFresh(long now) {
        return stamp.equals(Boolean.TRUE) || now - seen < BELIEVED_NANOS;
    }

    void seenAt(long now) {
        seen = now;
    }
}
