/**
 * The training loader: epochs of batches out of any store, shuffled by formula, split over ranks and workers, resumed exactly.
 *
 * <p>Start at {@link io.atomflux.loader.Loader}; what it emits is a {@link io.atomflux.loader.Batch}, which carries the {@link
 * io.atomflux.loader.LoaderState} to go on from.
 *
 * <p>May import the facades, {@code io.atomflux.spi}, {@code io.atomflux.adapter}, {@code io.atomflux.codec}, {@code
 * io.atomflux.atoms}, {@code io.atomflux.value} and {@code io.atomflux.error}; no driver, no native code.
 */
@NullMarked
package io.atomflux.loader;

import org.jspecify.annotations.NullMarked;
