/**
 * The bytes of one file that does not change, wherever it is.
 *
 * <p>Internal: the contract between those who fetch ({@code net}, {@code catalog}) and those who decode; nothing here is
 * for users of the backend, and it may change in any version. Start at {@link io.atomflux.hub.bytes.ByteSource}.
 *
 * <p>May use nothing else of this project.
 */
@NullMarked
package io.atomflux.hub.bytes;

import org.jspecify.annotations.NullMarked;
