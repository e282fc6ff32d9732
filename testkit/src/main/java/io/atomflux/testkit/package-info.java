/**
 * Contracts that every storage backend has to pass, with the sample rows they use; for authors of backends.
 *
 * <p>Start at {@link io.atomflux.testkit.RowBackendContract}. A backend's test extends it and supplies two methods:
 *
 * <pre>{@code
 * class MyRowsContractTest extends RowBackendContract<Row> {
 *     @TempDir Path folder;
 *
 *     @Override protected RowBackend<Row> open(String place, Optional<String> group) {
 *         return new MyBackend(folder.resolve(place), group); // the same place is the same store
 *     }
 *
 *     @Override protected Row row(int seed) {
 *         return Samples.row(seed);
 *     }
 * }
 * }</pre>
 *
 * <p>Whole stores, as users see them, are tested by {@link io.atomflux.testkit.AtomsStoreContract}, {@link
 * io.atomflux.testkit.ObjectStoreContract}, {@link io.atomflux.testkit.BlobStoreContract} (one method each) and, where
 * nothing can be written, {@link io.atomflux.testkit.ReadOnlyStoreContract}.
 *
 * <p>A store that many processes use at once is tested by {@link io.atomflux.testkit.SharedStoreContract}, whose recorded
 * histories {@code io.atomflux.testkit.history} judges; {@code io.atomflux.testkit.net} makes the network fail meanwhile.
 * {@code io.atomflux.testkit.hub} is an imitation of a dataset hub.
 *
 * <p>The test methods cannot be overridden, so no part of a contract can be switched off: a capability the backend
 * declares is tested, one it lacks is tested to be refused. Long runs: {@code -Datomflux.proof=true}. The JVM needs the
 * flags named at {@link io.atomflux.testkit.BlockHoundGuard}.
 *
 * <p>Types here use the core, JUnit, AssertJ, reactor-test, BlockHound and the Reactive Streams TCK, and no backend.
 */
@NullMarked
package io.atomflux.testkit;

import org.jspecify.annotations.NullMarked;
