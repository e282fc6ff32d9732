package io.atomflux.cli.system;

import java.nio.file.Path;

/**
 * A store that Python and we both have open, and what its layout is like.
 *
 * @param ours where we find it
 * @param theirs where Python finds it
 * @param layout how its rows are kept
 */
record SharedStore(String ours, String theirs, Layout layout) {

    /** A layout of asebytes. */
    enum Layout {
        LMDB,
        REDIS,
        MONGO
    }

    static SharedStore lmdb(Path folder) {
        return new SharedStore(folder.toString(), folder.toString(), Layout.LMDB);
    }

    /** Returns a database of the Redis of these tests. */
    static SharedStore redis() {
        return new SharedStore(RemoteServers.redis(), RemoteServers.redis(), Layout.REDIS);
    }

    /** Returns a new database of the MongoDB, or the stand-in for one, of these tests, in Python's layout. */
    static SharedStore mongo() {
        String database = RemoteServers.freshDatabase();
        return new SharedStore(
                RemoteServers.mongo(database, "layout=asebytes"), RemoteServers.mongo(database, ""), Layout.MONGO);
    }

    /** Whether a row without keys is told from a reserved one. */
    boolean tellsEmpty() {
        return layout == Layout.MONGO;
    }

    /** Whether values are BSON, so that some kinds are not kept, and Python finds no key with a dot when it changes rows. */
    boolean isBson() {
        return layout == Layout.MONGO;
    }

    /** Whether Python has an asynchronous facade of its own for it. */
    boolean hasAsync() {
        return layout != Layout.LMDB;
    }
}
