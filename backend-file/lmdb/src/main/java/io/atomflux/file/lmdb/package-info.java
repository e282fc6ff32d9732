/**
 * Stores kept in LMDB, in the layout of the Python package asebytes 0.3, in place and byte for byte.
 *
 * <p>Found by suffix ({@code *.lmdb}): start at {@link io.atomflux.file.lmdb.LmdbProvider}, options are in {@link
 * io.atomflux.file.lmdb.LmdbOptions}. Inside, {@code LmdbStore} is one opening of a group; it reads through {@code
 * Environment}, of which there is one for each folder in a process, and writes through {@code Committing} and {@code
 * StoreEdit}.
 *
 * <p>Beside the keys of that layout Atomflux keeps two kinds of its own, written in the same transactions: {@code
 * __atomflux__}, the head of a log of changes, and {@code __atomflux_log__} with a u64 slot, its last 1024 entries.
 * Python looks up only its own keys, so it neither sees nor disturbs them.
 *
 * <p>What sharing a store with Python asks for:
 *
 * <ul>
 *   <li>A Python handle remembers the index from its first call on, and would write that old index back. It must be
 *       opened anew after Atomflux wrote, and not be kept open for writing while Atomflux writes. Atomflux itself sees
 *       each of Python's commits.
 *   <li>The map of a store grows by itself here. Past 10 GiB Python needs a larger {@code map_size} and a new opening.
 *   <li>{@code remove} renames the folder; a Python process that has it open goes on with the removed files.
 *   <li>A change made by Python shows in {@code changes} as a gap.
 * </ul>
 *
 * <p>A network file system is no place for LMDB: its locks are shared memory.
 *
 * <p>LMDB is a native library that blocks its caller, so every call runs behind the bridge of the core; no type of the
 * native binding appears in a public signature. May import the core and the binding, nothing of other backends.
 */
@NullMarked
package io.atomflux.file.lmdb;

import org.jspecify.annotations.NullMarked;
