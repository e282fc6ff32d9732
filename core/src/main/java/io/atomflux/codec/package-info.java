/**
 * Values as bytes and as text: msgpack as the Python package asebytes writes it, JSON, and the digest line two programs
 * compare stores by.
 *
 * <p>Start at {@link io.atomflux.codec.NumpyMsgpack}. Nothing here decodes into code: pickled arrays are refused, no class
 * name is ever taken from data, and every length is checked against the bytes that are there. May import {@code
 * io.atomflux.value}, {@code io.atomflux.error}, {@code io.atomflux.atoms} and Jackson, and no Reactor.
 */
@NullMarked
package io.atomflux.codec;

import org.jspecify.annotations.NullMarked;
