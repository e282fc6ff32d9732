/**
 * What a store holds: rows of keys and values, and nothing that could run.
 *
 * <p>Start at {@link io.atomflux.value.Row} (typed values) and {@link io.atomflux.value.BlobRow} (raw bytes). A value is
 * {@code null}, {@link java.lang.Boolean}, {@link java.lang.Long}, {@link java.math.BigInteger} (an unsigned 64-bit
 * number above {@link java.lang.Long#MAX_VALUE}), {@link java.lang.Double}, {@link java.lang.String}, {@link
 * io.atomflux.value.Bytes}, {@link io.atomflux.value.Complex}, {@link io.atomflux.value.NdArray}, {@link
 * io.atomflux.value.NdScalar}, a {@link java.util.List} of values or a string-keyed {@link java.util.Map} of values.
 * {@link io.atomflux.value.Values} widens what a Java programmer naturally writes to these and refuses all else.
 *
 * <p>Everything here is immutable, compared by content and free to use from any thread. May import {@code
 * io.atomflux.error} only, and no Reactor.
 */
@NullMarked
package io.atomflux.value;

import org.jspecify.annotations.NullMarked;
