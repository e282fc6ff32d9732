package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * An ordered map from byte strings to byte strings that processes share, with atomic conditional commits.
 *
 * <p>Keys are ordered as unsigned bytes and have 1 to 500 bytes; values at most 8 MiB.
 */
public interface Catalog {

    /** Returns the place for messages, without credentials. */
    String name();

    /** Returns the value of a key; empty if there is none. Sees every commit that completed before it was subscribed. */
    Mono<Bytes> get(Bytes key);

    /**
     * Returns one page of entries, in the order of their keys, at one instant: all keys at or behind {@code from} and before
     * {@code to}, up to a number of entries and about as many bytes as told.
     *
     * <p>A page shorter than the limit does not mean the end; an empty one does.
     *
     * @param limit most entries, at least 1
     * @param bytes where a page may end, keys and values counted; it always holds one entry if there is one
     */
    Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes);

    /**
     * Makes all changes at one instant, durable when it completes, if all conditions hold; else none.
     *
     * @return whether the conditions held
     */
    Mono<Boolean> commit(Commit commit);

    /** Returns the time in milliseconds since 1970 that holders and sweepers of all processes go by. */
    Mono<Long> now();

    /** Closes what was opened; idempotent. */
    Mono<Void> close();

    /** A key and its value. */
    record Entry(Bytes key, Bytes value) {}
}
