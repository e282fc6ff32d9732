/**
 * Tables in Arrow's IPC file format, which pandas calls Feather: codec {@code arrow}.
 *
 * <p>Put this artefact on the class path, and stores of artifacts keep {@link io.atomflux.artifact.codec.Table} in it. Of
 * Arrow's libraries only the generated classes of its messages are used; columns are read and written by our own code, bounded by
 * the bytes of the file. May import {@code io.atomflux.artifact.spi}, {@code io.atomflux.artifact.codec}, {@code
 * io.atomflux.value} and {@code io.atomflux.error}.
 */
@NullMarked
package io.atomflux.file.arrow;

import org.jspecify.annotations.NullMarked;
