/**
 * Experiments, runs and their payloads as MLtraq has them.
 *
 * <p>Start at {@link io.atomflux.artifact.mltraq.Experiments}.
 *
 * <p>May import the facades, {@code io.atomflux.artifact}, its {@code spi}, {@code catalog}, {@code codec} and {@code payload}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.mltraq;

import org.jspecify.annotations.NullMarked;
