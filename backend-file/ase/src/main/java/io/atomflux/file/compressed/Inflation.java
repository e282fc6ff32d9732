package io.atomflux.file.compressed;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Inflates members or frames behind each other; not thread-safe. */
interface Inflation extends AutoCloseable {

    /**
     * Puts what comes next, one byte at least unless the input ends between members.
     *
     * @throws Spool.DamagedException if the input is damaged, or ends inside a member; what was put before is right
     */
    void inflate(ByteBuffer room) throws IOException;

    @Override
    void close();
}
