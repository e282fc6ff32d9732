package io.atomflux.file.lmdb;

/**
 * How an environment is opened; the same for all who share it.
 *
 * @param mapSize how large the map is at first, in bytes
 * @param maxReaders how many read transactions all processes together may have
 * @param sync whether commits reach the disk before they return
 * @param locking whether the lock file is used; without, the environment is only read, unless it is guarded
 * @param guarded whether readers and writers are kept apart by a {@link Guard}, without LMDB's own locks
 */
record Opening(long mapSize, int maxReaders, boolean sync, boolean locking, boolean guarded) {

    static Opening of(LmdbOptions options) {
        return new Opening(options.mapSize(), options.maxReaders(), options.sync(), true, false);
    }
}
