package io.atomflux.hub.net;

import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;

/**
 * The connection of one attempt, which is dropped unless the body was read to its end.
 *
 * <p>Kept from when the request is written: where one gives up just as the answer comes, nobody else takes what came off the
 * connection's queue. For many threads.
 */
final class Line {

    private @Nullable Connection connection; // guarded by this
    private boolean whole; // guarded by this
    private boolean ended; // guarded by this

    void over(Connection used) {
        synchronized (this) {
            connection = used;
            if (!ended) {
                return;
            }
        }
        drop(used);
    }

    /** Says that nothing more will come, so that the connection can be used again. */
    synchronized void whole() {
        whole = true;
    }

    void end() {
        Connection used;
        synchronized (this) {
            ended = true;
            used = connection;
            if (whole || used == null) {
                return;
            }
        }
        drop(used);
    }

    private static void drop(Connection used) {
        // On its own thread, where it is known whether it was given back meanwhile; dropping it is then without effect
        // on the
        // next request. It also takes what came and was not read.
        used.channel().eventLoop().execute(used::dispose);
    }
}
