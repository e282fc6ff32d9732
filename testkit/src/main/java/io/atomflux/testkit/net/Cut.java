package io.atomflux.testkit.net;

import java.io.IOException;
import java.net.Socket;

/** How a connection ends. */
public enum Cut {
    /** At once, as a crash of the other side or a firewall does; the peer's next read fails with a reset. */
    RST {
        @Override
        void apply(Socket socket) throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    },
    /** In order; the peer reads the end of the stream, and what it still sends is read and dropped. */
    FIN {
        @Override
        void apply(Socket socket) throws IOException {
            socket.shutdownOutput();
        }
    };

    abstract void apply(Socket socket) throws IOException;
}
