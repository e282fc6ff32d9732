/**
 * Datasets of the Hugging Face Hub as stores, for reading: {@code hf://user/dataset}, {@code colabfit://name}, {@code
 * optimade://provider/dataset}.
 *
 * <p>It was built from the hub's documentation and tested against an imitation of it,
 * never against the real hub.
 *
 * <p>May use {@code spi}, {@code adapter}, {@code atoms}, {@code codec}, {@code value} and {@code error} of the core, and
 * the packages below it.
 */
@NullMarked
package io.atomflux.hub;

import org.jspecify.annotations.NullMarked;
