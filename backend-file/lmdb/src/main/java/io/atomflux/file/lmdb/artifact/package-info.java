/**
 * Artifacts kept in LMDB: a folder {@code *.lmdb} with one environment in a single file that only Atomflux opens.
 *
 * <p>Found by suffix: start at {@link io.atomflux.file.lmdb.artifact.LmdbArtifacts}. Inside, {@code LmdbCatalog} is the ordered
 * map and {@code LmdbFiles} the files, in pieces, both in one {@link io.atomflux.file.lmdb.GuardedFile}; the rest is
 * {@link io.atomflux.artifact.catalog.CatalogStorage}.
 *
 * <p>May import the core and {@code io.atomflux.file.lmdb}.
 */
@NullMarked
package io.atomflux.file.lmdb.artifact;

import org.jspecify.annotations.NullMarked;
