/**
 * Results of molecular property calculations as OpenFF Evaluator keeps them: data classes, substances, queries, folders.
 *
 * <p>Start at {@link io.atomflux.artifact.evaluator.EvaluatorStorage}, the storage in any store of artifacts; its objects are
 * {@link io.atomflux.artifact.evaluator.StoredData}, what it can be asked {@link
 * io.atomflux.artifact.evaluator.EvaluatorQuery}. Formats and rules are those of OpenFF Evaluator 0.5; where its behaviour
 * loses data, the class that differs says so.
 *
 * <p>No chemistry is done here: SMILES are compared as they are given, force fields are texts, and of units only those of
 * temperatures and pressures are converted.
 *
 * <p>May import {@code io.atomflux.artifact}, its {@code spi} and {@code catalog}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.evaluator;

import org.jspecify.annotations.NullMarked;
