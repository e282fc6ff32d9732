/**
 * Datasets of the Hugging Face Hub as stores, for reading: {@code hf://user/dataset}, {@code colabfit://name}, {@code
 * optimade://provider/dataset}.
 *
 * <p>Start at {@link io.atomflux.hub.HubProvider}, which says what locations look like; {@link io.atomflux.hub.HubOptions} and
 * {@link io.atomflux.hub.ColumnMapping} say how datasets are opened and what becomes of their columns.
 *
 * <p>Nobody waits on a thread here: the network's threads fetch, a pool of as many threads as there are processors decodes.
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
