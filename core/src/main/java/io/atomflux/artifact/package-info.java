/**
 * The artifact store: typed objects and named files under keys, with provenance, queries and computations that run once.
 *
 * <p>Start at {@link io.atomflux.artifact.ArtifactStore}. Stores of the three systems whose folders are read and written in
 * place have faces of their own below this package: {@code evaluator}, {@code isf} and {@code mltraq}; values kept outside
 * of rows are in {@code payload}.
 *
 * <p>May import the facades, {@code io.atomflux.artifact.spi}, {@code .catalog}, {@code .codec}, {@code io.atomflux.spi},
 * {@code io.atomflux.codec}, {@code io.atomflux.value} and {@code io.atomflux.error}; no driver, no native code.
 */
@NullMarked
package io.atomflux.artifact;

import org.jspecify.annotations.NullMarked;
