/**
 * Opens stores and shows them as reactive views.
 *
 * <p>Start at {@link io.atomflux.AtomsIO} (atomistic structures), {@link io.atomflux.ObjectIO} (records of typed values)
 * or {@link io.atomflux.BlobIO} (raw bytes); what they share is {@link io.atomflux.Store}. Selecting rows gives a {@link
 * io.atomflux.RowView}, selecting a key a {@link io.atomflux.ColumnView}; both are {@code Flux}es that read nothing until
 * somebody subscribes, and then stay within a budget of bytes.
 *
 * <p>Bad arguments are thrown at the call; everything that depends on stored data or I/O is signalled on subscription.
 * May import everything below it: {@code registry}, {@code adapter}, {@code spi}, {@code codec}, {@code atoms}, {@code
 * value}, {@code error}.
 */
@NullMarked
package io.atomflux;

import org.jspecify.annotations.NullMarked;
