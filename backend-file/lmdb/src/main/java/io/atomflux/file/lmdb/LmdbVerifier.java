package io.atomflux.file.lmdb;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Checks a store in LMDB for damage. */
public final class LmdbVerifier {

    private LmdbVerifier() {}

    /**
     * Reads the whole group and tells what contradicts the asebytes 0.3 LMDB layout; blocks until done.
     *
     * <p>Counts and block sizes agree, every block is there, sort keys are distinct and below the next unused one, every
     * cell belongs to a row and to a field of the schema, and every value decodes (so a store of raw bytes, which need not
     * decode, is better checked by {@code verify()} of its backend). Reads one snapshot; memory stays bounded but for 16 bytes for
     * each break in the sequence of sort keys.
     *
     * @param location the folder that holds the groups, e.g. {@code md.lmdb}
     * @param group the group, {@code default} unless another one was chosen
     * @return one line for each problem, at most a hundred; empty if the store is sound
     * @throws IOException if the files cannot be read
     * @throws io.atomflux.error.StoreNotFoundException if there is no such store
     */
    public static List<String> verify(Path location, String group) throws IOException {
        try (LmdbStore store = new LmdbStore(location, group, true, LmdbOptions.defaults())) {
            return store.verify(true);
        }
    }
}
