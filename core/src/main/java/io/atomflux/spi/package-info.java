/**
 * What a backend implements; callers of the facades never need it.
 *
 * <p>Start at {@link io.atomflux.spi.BlockingRowBackend} (an engine with a blocking interface; three methods make a
 * readable store) or {@link io.atomflux.spi.RowBackend} (native, non-blocking), and {@link
 * io.atomflux.spi.BackendProvider} (from location to backend). Reads are described by {@link
 * io.atomflux.spi.Selection} and {@link io.atomflux.spi.Columns}; every change is one {@link io.atomflux.spi.Write}.
 *
 * <p>Shared contract: publishers are cold; no method of a non-blocking type blocks the calling thread; instances may be
 * used by many threads; nothing is null unless marked so. Types here use {@code io.atomflux.value} and {@code
 * io.atomflux.error} only.
 */
@NullMarked
package io.atomflux.spi;

import org.jspecify.annotations.NullMarked;
