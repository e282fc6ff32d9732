package io.atomflux.value;

import java.util.Collection;
import java.util.List;

/**
 * What both kinds of rows have in common, so that backends and adapters can serve either.
 *
 * @param <R> the kind itself
 */
public sealed interface KeyedRow<R extends KeyedRow<R>> permits Row, BlobRow {

    /** Tells whether this is the content of a position that exists but was never written; it has no keys then. */
    boolean isReserved();

    /** Returns the keys in the order of the store; unmodifiable. */
    List<String> keys();

    /** Returns the number of keys. */
    int size();

    /** Tells whether a key is there, also with a null value. */
    boolean has(String key);

    /** Returns this row with the keys of another added or replaced; a reserved row becomes a written one. */
    R merge(R changes);

    /** Returns this row without some keys; unknown ones are ignored. */
    R without(Collection<String> keys);

    /** Returns this row with only the wanted keys; ones it lacks are left out. A reserved row stays reserved. */
    R only(Collection<String> keys);

    /** Estimates the bytes this row holds in memory; used to bound batches. */
    long byteSize();
}
