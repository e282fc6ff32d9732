/**
 * Recordings as Zarr groups: what PySDE's {@code ZarrStorage} of February 2025 writes, crash-safe, resumable and read while it
 * grows.
 *
 * <p>Start at {@link io.atomflux.file.columnar.recording.ZarrRecording}. Beside the group's own files, which any program that
 * knows Zarr 3 reads, there are two hidden ones in the folder {@code time}, where no listing of a group looks: {@code
 * .recording.json}, whose replacement is the instant of a commit, and {@code .samples}, with the iterations and the checksums of
 * chunks.
 *
 * <p>May import {@code io.atomflux.recorder}, {@code spi}, {@code adapter}, {@code value} and {@code error} of the core, and
 * {@code tree} and {@code zarr} of this module.
 */
@NullMarked
package io.atomflux.file.columnar.recording;

import org.jspecify.annotations.NullMarked;
