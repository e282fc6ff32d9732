/**
 * What the values of a store look like, found in one pass: moments, histograms, compositions, and the energies of elements.
 *
 * <p>Start at {@link io.atomflux.statistics.Statistics#of}, or at {@link io.atomflux.statistics.Survey} to choose keys, bins
 * and ranges. A pass reads every row once and holds a bounded amount of memory, however many rows, keys and values there
 * are; the same rows in the same order give the same result, bit by bit. May import the facades, {@code codec}, {@code
 * atoms}, {@code value}, {@code error}, and EJML for the linear algebra.
 */
@NullMarked
package io.atomflux.statistics;

import org.jspecify.annotations.NullMarked;
