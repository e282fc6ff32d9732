/**
 * HDF5 files, read and written by the HDF Group's library, which never touches the file itself: every byte it reads or writes
 * passes through this package, so that a change can be journalled.
 *
 * <p>Where that library is not to be had, files are read through jhdf, and none is written.
 *
 * <p>Internal, as is {@code tree}. Start at {@link io.atomflux.file.columnar.hdf5.Hdf5Store}.
 *
 * <p>May use {@code tree} and {@code journal}, and {@code value} and {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar.hdf5;

import org.jspecify.annotations.NullMarked;
