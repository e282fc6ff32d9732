/**
 * Zarr: folders of chunk files, version 3 written, versions 2 and 3 read.
 *
 * <p>Internal, as is {@code tree}. Start at {@link io.atomflux.file.columnar.zarr.ZarrStore}.
 *
 * <p>May use {@code tree} and {@code journal}, and {@code value} and {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar.zarr;

import org.jspecify.annotations.NullMarked;
