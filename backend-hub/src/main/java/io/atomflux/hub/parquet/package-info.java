/**
 * Reads Parquet from buffers: footer, schema, pages, nested columns; does no I/O of its own.
 *
 * <p>Internal to the backend. May use {@code value} and {@code error}
 * of the core and {@code io.atomflux.hub.bytes}.
 */
@NullMarked
package io.atomflux.hub.parquet;

import org.jspecify.annotations.NullMarked;
