/**
 * ASE's databases in SQLite ({@code *.db}), as {@code ase.db.connect} reads and writes them.
 *
 * <p>Found by suffix: start at {@link io.atomflux.file.asedb.AseDbProvider}, options are in {@link
 * io.atomflux.file.asedb.AseDbOptions}. Inside, {@code AseDbStore} is one opening, {@code Database} its connections and
 * transactions, {@code Ids} turns positions into ids, {@code Cells} is one row of the table {@code systems}, {@code
 * StructureReader} and {@code StructureWriter} translate it.
 *
 * <p>Row <i>i</i> is the <i>i</i>-th of {@code systems} by id. Versions 5 to 9 are read, 9 is written. What a row becomes:
 *
 * <ul>
 *   <li>{@code numbers}, {@code positions}, {@code tags}, {@code momenta}, {@code masses}, {@code initial_magmoms}, {@code
 *       initial_charges}: {@code arrays.*}, int64 and float64 as in ASE; {@code cell}, {@code pbc}, {@code constraints}
 *   <li>energy, free_energy, magmom, forces, stress, dipole, magmoms, charges: {@code calc.*}; the format has no other result.
 *       The format keeps no shapes: all but forces have one axis
 *   <li>{@code key_value_pairs} and {@code data}: {@code info.*}; of a name in both, the one of {@code data} shows, and the
 *       other stays in the file
 *   <li>{@code unique_id}, {@code ctime}, {@code mtime}, {@code username}, {@code calculator} and its parameters: not shown, as
 *       ASE's {@code toatoms} shows none of them; kept when a row is changed, but for {@code mtime}
 * </ul>
 *
 * <p>What is written to {@code info.*} goes to {@code data}, unless the row has it among its {@code key_value_pairs} or the
 * option {@code key_value_pairs} names it. Everything else of a row has no place in this format and is refused by name. External
 * tables are not shown; their entries go when their row is deleted, as in ASE.
 *
 * <p>Each change is one transaction, on the disk when it returns ({@code synchronous=FULL}) unless
 * the option {@code sync} says otherwise; the journal mode is left as found.
 * Each batch of a stream is one read transaction, so a long stream hinders no writer. ASE's own lock file ({@code
 * *.db.lock}) is not needed, as SQLite's locks already order all writers.
 *
 * <p>May import the core; types of the driver stay inside.
 */
@NullMarked
package io.atomflux.file.asedb;

import org.jspecify.annotations.NullMarked;
