package io.atomflux.hub.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that wants a login, makes tunnels, and passes on whole addresses; all hosts are this machine. */
final class ProxyDouble implements AutoCloseable {

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ServerSocket listener;
    private final String login;

    ProxyDouble(String login) throws IOException {
        this.login = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run(() -> {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                run(() -> serve(socket));
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One side closed: the tunnel ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket client) throws IOException {
        String head = head(client.getInputStream());
        if (head.isEmpty()) {
            return;
        }
        String first = head.substring(0, head.indexOf("\r\n"));
        heads.add(head);
        if (!head.contains(login)) {
            client.getOutputStream()
                    .write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return;
        }
        requests.add(first);
        String target = first.split(" ")[1];
        URI uri = URI.create(first.startsWith("CONNECT") ? "https://" + target : target);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
        sockets.add(server);
        if (first.startsWith("CONNECT")) {
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } else {
            String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            server.getOutputStream()
                    .write(head.replace(first, "GET " + path + " HTTP/1.1").getBytes(StandardCharsets.US_ASCII));
        }
        run(() -> pass(server.getInputStream(), client.getOutputStream()));
        pass(client.getInputStream(), server.getOutputStream());
    }

    private static void pass(InputStream in, OutputStream out) throws IOException {
        in.transferTo(out);
        out.close();
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
