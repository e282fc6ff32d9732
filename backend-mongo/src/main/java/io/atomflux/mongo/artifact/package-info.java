/**
 * Artifacts in MongoDB: a document per record, files as GridFS keeps them, and locks with leases; nothing but the atomicity
 * of single documents is relied on.
 *
 * <p>Start at {@link io.atomflux.mongo.artifact.MongoArtifactProvider}, which is found by itself. May import {@code
 * io.atomflux.mongo}, {@code io.atomflux.artifact.spi}, {@code io.atomflux.artifact.catalog}, {@code io.atomflux.adapter}, {@code io.atomflux.spi},
 * {@code io.atomflux.value} and {@code io.atomflux.error} only.
 */
@NullMarked
package io.atomflux.mongo.artifact;

import org.jspecify.annotations.NullMarked;
