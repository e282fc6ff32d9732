/**
 * Results of molecular property calculations as OpenFF Evaluator keeps them: data classes, substances, queries, folders.
 *
 * <p>May import {@code io.atomflux.artifact}, its {@code spi} and {@code catalog}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.evaluator;

import org.jspecify.annotations.NullMarked;
