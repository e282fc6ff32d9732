/**
 * What can go wrong, as one sealed family of unchecked exceptions.
 *
 * <p>Start at {@link io.atomflux.error.AtomfluxException}. Every type carries its facts as typed fields and says by
 * {@link io.atomflux.error.AtomfluxException#retryable()} whether the same call may succeed when it is made again, and
 * by {@link io.atomflux.error.AtomfluxException#outcome()} what became of a write. Messages name value, expectation,
 * place and remedy, and never contain credentials.
 *
 * <p>May import nothing else of this library, and no Reactor.
 */
@NullMarked
package io.atomflux.error;

import org.jspecify.annotations.NullMarked;
