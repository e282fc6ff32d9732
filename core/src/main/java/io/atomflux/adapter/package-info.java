/**
 * Turns one kind of backend into another: blocking into reactive, bytes into values and back, writable into read-only,
 * several into one, a
 * slow one into one that keeps what was read; and locks of what an engine has into leases.
 *
 * <p>Start at {@link io.atomflux.adapter.Adapters}; {@link io.atomflux.adapter.Bridge} says how a blocking backend runs. Leases
 * are {@link io.atomflux.adapter.FileLease} beside files and {@link io.atomflux.adapter.PolledLocks} on servers.
 * May import {@code io.atomflux.spi}, {@code codec}, {@code value} and {@code error}.
 */
@NullMarked
package io.atomflux.adapter;

import org.jspecify.annotations.NullMarked;
