/**
 * Reads Parquet from buffers: footer, schema, pages, nested columns; does no I/O of its own.
 *
 * <p>Internal to the backend. Start at {@link io.atomflux.hub.parquet.ParquetFooter}, which plans what to fetch ({@link
 * io.atomflux.hub.parquet.RowGroupPlan}) and reads rows from it ({@link io.atomflux.hub.parquet.RowGroupReader}). May use
 * {@code value} and {@code error} of the core and {@code io.atomflux.hub.bytes}.
 *
 * <p>Whatever the bytes are, nothing but {@link io.atomflux.error.CorruptDataException}, {@link
 * io.atomflux.error.UnsupportedDataException} and {@link io.atomflux.error.LimitExceededException} comes out, and nothing is
 * allocated because a number in the data says so. Of the Parquet libraries only the generated Thrift classes are used: the
 * readers of parquet-column hand out boxed values one at a time, and trust the sizes they read.
 */
@NullMarked
package io.atomflux.hub.parquet;

import org.jspecify.annotations.NullMarked;
