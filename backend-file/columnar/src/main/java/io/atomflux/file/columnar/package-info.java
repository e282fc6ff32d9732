/**
 * Columnar files: Zarr folders, HDF5 files and H5MD, each key a chunked array over all rows.
 *
 * <p>Start at {@link io.atomflux.file.columnar.ColumnarProvider}, which is found by suffix: {@code *.zarr} and {@code *.h5}
 * (ragged: atoms of all frames behind each other), {@code *.zarrp} and {@code *.h5p} (padded: frames of equal length), {@code
 * *.h5md} (H5MD 1.1, also files of other programs). What Python's asebytes 0.3 writes is read and written in place.
 *
 * <p>A row's values come back equal whatever the arrays can express: what a plain reader of the arrays would see differently
 * is kept beside them. What no array can hold is refused, naming the key.
 *
 * <p>May use {@code spi}, {@code adapter}, {@code codec}, {@code value} and {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar;

import org.jspecify.annotations.NullMarked;
