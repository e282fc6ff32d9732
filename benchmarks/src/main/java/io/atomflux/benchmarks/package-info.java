/**
 * Measurements, run by hand and never as part of the tests: {@code SideBySide} compares with the Python packages and the
 * bare drivers on the same frames (start it by {@code benchmarks/run}), the {@code …Benchmark} classes measure parts with JMH.
 *
 * <p>A result is worth keeping only with its machine, JDK, data and commit beside it; they go to {@code results/}. May
 * import everything.
 */
@NullMarked
package io.atomflux.benchmarks;

import org.jspecify.annotations.NullMarked;
