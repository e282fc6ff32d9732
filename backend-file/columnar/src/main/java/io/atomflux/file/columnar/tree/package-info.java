/**
 * What a columnar file is made of, whichever container holds it: groups with attributes, and chunked n-dimensional arrays.
 *
 * <p>Internal: the contract between the containers ({@code zarr}, {@code hdf5}) and the layouts above them; nothing here is
 * for users of the backend, and it may change in any version. Start at {@link io.atomflux.file.columnar.tree.TreeStore}.
 *
 * <p>May use {@code value} and {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar.tree;

import org.jspecify.annotations.NullMarked;
