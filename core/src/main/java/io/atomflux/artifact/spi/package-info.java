/**
 * What a storage of artifacts, a codec, a lock or an importer implements; callers of {@code ArtifactStore} need only the
 * values in here.
 *
 * <p>Start at {@link io.atomflux.artifact.spi.SimpleStorage} (three calls make a store), {@link
 * io.atomflux.artifact.spi.ArtifactStorage} (records with an index, and sets of files) or {@link
 * io.atomflux.artifact.spi.ArtifactCodec} (values as files).
 *
 * <p>Shared contract: publishers are cold; no method blocks the calling thread; instances may be used by many threads;
 * cancelling leaks nothing; byte buffers handed out belong to the receiver and are never written again by the giver.
 * May import {@code io.atomflux.spi}, {@code io.atomflux.value} and {@code io.atomflux.error} only.
 */
@NullMarked
package io.atomflux.artifact.spi;

import org.jspecify.annotations.NullMarked;
