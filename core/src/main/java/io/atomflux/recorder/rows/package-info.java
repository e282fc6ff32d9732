/**
 * Recordings in stores of rows: one sample is one row, one flush is one change of the store.
 *
 * <p>Start at {@link io.atomflux.recorder.rows.StoreRecording}. May import the facades, {@code io.atomflux.recorder}, {@code
 * io.atomflux.spi}, {@code io.atomflux.atoms}, {@code io.atomflux.value} and {@code io.atomflux.error}; no driver, no native
 * code.
 */
@NullMarked
package io.atomflux.recorder.rows;

import org.jspecify.annotations.NullMarked;
