/**
 * Stores that live in memory, for tests, for caches and as the reference every other backend is compared with.
 *
 * <p>Found by URI ({@code memory://name}); named stores are shared within the process, unnamed ones are private to
 * their facade. Types here use the contract, values and errors of the core and nothing else.
 */
@NullMarked
package io.atomflux.memory;

import org.jspecify.annotations.NullMarked;
