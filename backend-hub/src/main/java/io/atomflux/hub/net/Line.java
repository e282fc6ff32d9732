package io.atomflux.hub.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
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
    private @Nullable EventLoop loop; // guarded by this
    private boolean whole; // guarded by this
    private boolean ended; // guarded by this

    void over(Connection used) {
        synchronized (this) {
            connection = used;
            loop = used.channel().eventLoop(); // asked now: once the answer is complete, it is no longer known
            if (!ended) {
                return;
            }
        }
        drop();
    }

    /** Says that nothing more will come, so that the connection can be used again. */
    synchronized void whole() {
        whole = true;
    }

    void end() {
        synchronized (this) {
            ended = true;
            if (whole) {
                return;
            }
        }
        drop();
    }

    private void drop() {
        Connection used;
        EventLoop its;
        synchronized (this) {
            used = connection;
            its = loop;
        }
        if (used == null || its == null || its.isShutdown()) {
            return; // nothing was sent, or the client is closed, and all its connections with it
        }
        // On its own thread, where it is known whether it was given back meanwhile; dropping it is then without effect
        // on the next request. It also takes what came and was not read.
        try {
            its.execute(used::dispose);
        } catch (RejectedExecutionException e) {
            // The client was closed just now, and all its connections with it.
        }
    }
}
