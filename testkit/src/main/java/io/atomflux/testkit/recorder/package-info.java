/**
 * The contract that places to record to have to pass; for authors of storages.
 *
 * <p>Start at {@link io.atomflux.testkit.recorder.RecordingStorageContract}: a test class that gives it places gets all of its
 * tests, which cannot be overridden. {@link io.atomflux.testkit.recorder.StoreRecordingContract} is for recordings in the rows of
 * a backend.
 *
 * <p>Types here use the core, JUnit, AssertJ and the guard of {@code io.atomflux.testkit}, and no backend.
 */
@NullMarked
package io.atomflux.testkit.recorder;

import org.jspecify.annotations.NullMarked;
