/**
 * Recordings of arrays as one NumPy file, as PySDE's {@code NumpyStorage} of February 2025 writes it.
 *
 * <p>Start at {@link io.atomflux.recorder.npz.NpzRecording}. While a run is recorded it is in a hidden folder beside the file,
 * {@link io.atomflux.recorder.npz.Frames}, whose length is that of its commit file, {@link io.atomflux.recorder.npz.Head};
 * closing it makes the file of it. A finished file is read through the same {@code Frames}, unpacked to temporary files.
 *
 * <p>All of it blocks and runs on {@code Schedulers.boundedElastic()}, where a call that has begun is never interrupted: that
 * would close its files.
 *
 * <p>May import {@code io.atomflux.recorder}, {@code io.atomflux.spi}, {@code io.atomflux.codec}, {@code io.atomflux.adapter},
 * {@code io.atomflux.value} and {@code io.atomflux.error}.
 */
@NullMarked
package io.atomflux.recorder.npz;

import org.jspecify.annotations.NullMarked;
