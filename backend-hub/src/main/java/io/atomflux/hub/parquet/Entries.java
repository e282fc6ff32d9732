package io.atomflux.hub.parquet;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive entries of a column of numbers.
 *
 * @param repetitions levels; empty if no column on the path repeats
 * @param definitions levels; null if every entry has a value
 * @param from the first entry's index into the levels
 * @param to the index behind the last
 * @param values of the page
 * @param value the index of the first of their values
 * @param present how many of the entries have a value
 */
record Entries(
        byte[] repetitions, byte @Nullable [] definitions, int from, int to, Values values, int value, int present) {}
