/**
 * Measurements of every backend with JMH, run by hand and never as part of the tests.
 *
 * <p>A result is worth keeping only with its machine, JDK, data and commit beside it.
 */
@NullMarked
package io.atomflux.benchmarks;

import org.jspecify.annotations.NullMarked;
