/**
 * The recorder: a running simulation into chunked storage, crash-safe, resumable and read while it grows.
 *
 * <p>Start at {@link io.atomflux.recorder.Recorder} to write and at {@link io.atomflux.recorder.Recording} to read. A place to
 * record to is a {@link io.atomflux.recorder.RecordingStorage}: npz files in {@code io.atomflux.recorder.npz}, any store of rows
 * in {@code io.atomflux.recorder.rows}, Zarr groups in the module of columnar files, or one of the user's own.
 *
 * <p>May import the facades, {@code io.atomflux.spi}, {@code io.atomflux.adapter}, {@code io.atomflux.codec}, {@code
 * io.atomflux.atoms}, {@code io.atomflux.value} and {@code io.atomflux.error}; no driver, no native code.
 */
@NullMarked
package io.atomflux.recorder;

import org.jspecify.annotations.NullMarked;
