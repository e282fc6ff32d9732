/**
 * Trajectory files in the formats of ASE: xyz, extended xyz and binary trajectories.
 *
 * <p>Found by suffix ({@code *.xyz}, {@code *.extxyz}, {@code *.traj}). The index of frames is kept in memory only, so
 * files larger than memory can be read by position.
 */
@NullMarked
package io.atomflux.file.ase;

import org.jspecify.annotations.NullMarked;
