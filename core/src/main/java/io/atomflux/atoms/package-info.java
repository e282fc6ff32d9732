/**
 * Atomistic structures and their mapping to rows.
 *
 * <p>Start at {@link io.atomflux.atoms.Atoms}: an immutable structure that keeps its row, so that nothing is lost between
 * the two; {@link io.atomflux.atoms.AtomsBuilder} makes one, {@link io.atomflux.atoms.Constraint} is what fixes atoms,
 * and {@link io.atomflux.atoms.Elements} knows symbols and masses. Units are Å, eV and eV/Å by convention, time is in
 * ASE's unit Å·√(u/eV), about 10.18 fs; nothing is converted.
 *
 * <p>Everything here is immutable, but for the builder, and free to use from any thread. May import {@code
 * io.atomflux.value} and {@code io.atomflux.error} only, and no Reactor.
 */
@NullMarked
package io.atomflux.atoms;

import org.jspecify.annotations.NullMarked;
