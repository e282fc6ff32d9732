package io.atomflux.adapter;

import io.atomflux.value.KeyedRow;

/**
 * What a cached store goes by from one look at its source to the next.
 *
 * @param generation counts the looks
 * @param header which content of the source is cached
 * @param epoch the number its rows are marked with
 * @param flights rows of it that are being fetched
 */
record CacheState<R extends KeyedRow<R>>(long generation, CacheHeader header, long epoch, Flights<R> flights) {

    static <R extends KeyedRow<R>> CacheState<R> of(long generation, CacheHeader header) {
        return new CacheState<>(generation, header, header.epoch(), new Flights<R>());
    }

    long size() {
        return header.size();
    }
}
