/**
 * Codecs that need no library beyond core: values as files of an artifact.
 *
 * <p>Start at {@link io.atomflux.artifact.codec.Codecs}, which knows all and chooses one for a value; {@link
 * io.atomflux.artifact.codec.PackedValue} is a value as one byte string, {@link io.atomflux.artifact.codec.FileStores} opens a
 * file of an artifact as the store it is. A codec reads what was put, equal; damage is an error that names the file.
 *
 * <p>May import the facades, {@code io.atomflux.artifact.spi}, {@code io.atomflux.atoms}, {@code .codec}, {@code .registry},
 * {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.codec;

import org.jspecify.annotations.NullMarked;
