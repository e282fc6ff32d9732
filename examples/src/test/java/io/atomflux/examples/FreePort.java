package io.atomflux.examples;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports that nobody listens at.
 *
 * <p>They are none of those that a system gives to connections and to whoever asks for any port: such a one could be taken
 * before a server listens there, or while it is down, also by a connection to that very port.
 */
public final class FreePort {

    private static final int FIRST = 19_000;
    private static final int COUNT = 900;
    private static final AtomicInteger TRIED = new AtomicInteger();

    private FreePort() {}

    /** Returns another one each time. */
    public static int next() throws IOException {
        int begin = (int) (ProcessHandle.current().pid() % COUNT);
        while (true) {
            int port = FIRST + (begin + TRIED.getAndIncrement()) % COUNT;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue; // somebody else's
            }
        }
    }
}
