/**
 * ASE's databases in LMDB ({@code *.aselmdb}), the form in which OMol25 and other data sets of fairchem are published, as the
 * Python package ase-db-backends reads and writes them.
 *
 * <p>Found by suffix: start at {@link io.atomflux.file.aselmdb.AseLmdbProvider}, options are in {@link
 * io.atomflux.file.aselmdb.AseLmdbOptions}. Inside, {@code AseLmdbStore} is one opening, {@code Ids} turns positions into
 * ids, {@code RowDocument} is the JSON of one row, {@code StructureReader} and {@code StructureWriter} translate it.
 *
 * <p>The file is one database of LMDB without a folder. Its keys are {@code 1}, {@code 2}, … (the ids), {@code nextid},
 * {@code deleted_ids} and {@code metadata}; each value is JSON, compressed with zlib. Row <i>i</i> is the <i>i</i>-th id
 * that was not deleted. Arrays come as {@code __ndarray__} objects or, from fairchem 1.x, as nested lists; both are read,
 * the former is written.
 *
 * <p>What a row becomes:
 *
 * <ul>
 *   <li>{@code numbers}, {@code positions}, {@code tags}, {@code momenta}, {@code masses}, {@code initial_magmoms}, {@code
 *       initial_charges}: {@code arrays.*}, int64 and float64 as in ASE; {@code cell}, {@code pbc}, {@code constraints}
 *   <li>the thirteen results of ASE: {@code calc.*}, float64 arrays but for energy, free_energy and magmom; what is null is
 *       not there
 *   <li>{@code key_value_pairs} and {@code data}: {@code info.*}; of a name in both, the one of {@code data} shows, as in
 *       fairchem, and the other stays in the file
 *   <li>{@code unique_id}, {@code ctime}, {@code mtime}, {@code user}, {@code calculator} and its parameters: not shown, as
 *       ASE's {@code toatoms} shows none of them; kept when a row is changed, but for {@code mtime}
 * </ul>
 *
 * <p>What is written to {@code info.*} goes to {@code data}, unless the row has it among its {@code key_value_pairs} or the
 * option {@code key_value_pairs} names it. Everything else of a row, e.g. other {@code arrays.*}, has no place in this
 * format and is refused by name.
 *
 * <p>May import the core and, of this artefact, only {@code SingleFile}; nothing of the native binding.
 */
@NullMarked
package io.atomflux.file.aselmdb;

import org.jspecify.annotations.NullMarked;
