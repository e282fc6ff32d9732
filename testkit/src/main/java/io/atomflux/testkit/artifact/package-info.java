/**
 * Contracts that storages of artifacts have to pass; for authors of storages.
 *
 * <p>Start at {@link io.atomflux.testkit.artifact.ArtifactStorageContract}, for every storage. {@link
 * io.atomflux.testkit.artifact.CatalogContract} is for an engine that offers the ordered map of {@code
 * io.atomflux.artifact.catalog} only, {@link io.atomflux.testkit.artifact.LeaseLockContract} for locks, {@link
 * io.atomflux.testkit.artifact.SharedArtifactsContract} for whole stores that many processes use at once. The test methods cannot be overridden. Long runs: {@code -Datomflux.proof=true}.
 *
 * <p>Types here use the core, JUnit, AssertJ and the guard of {@code io.atomflux.testkit}, and no backend.
 */
@NullMarked
package io.atomflux.testkit.artifact;

import org.jspecify.annotations.NullMarked;
