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
 * <p>H5MD files of other programs are read as they are: numbers stay in the unit they are stored in, whatever that is; what
 * is the same at all times is in every row; edges given as lengths are a diagonal cell, {@code boundary} is {@code pbc}, species named
 * as elements are {@code arrays.numbers}, others {@code arrays.species}; steps and times written for each row are {@code
 * info.step} and {@code info.time}; observables without origin are {@code calc.*}, by their path where they lie in sub-groups, and
 * forces {@code arrays.forces}. What was taken at other steps than the positions is left out.
 *
 * <p>May use {@code atoms}, {@code spi}, {@code adapter}, {@code codec}, {@code value} and {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar;

import org.jspecify.annotations.NullMarked;
