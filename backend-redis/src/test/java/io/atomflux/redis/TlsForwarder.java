package io.atomflux.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Speaks TLS with a certificate of its own for 127.0.0.1, and plainly to a server behind: the servers of the tests have no TLS. */
final class TlsForwarder implements AutoCloseable {

    private static final String PASSWORD = "of-a-test";

    private final SSLServerSocket listener;
    private final Path keys;
    private final int target;

    private TlsForwarder(SSLServerSocket listener, Path keys, int target) {
        this.listener = listener;
        this.keys = keys;
        this.target = target;
    }

    static TlsForwarder to(int port) throws IOException, GeneralSecurityException, InterruptedException {
        Path keys = Files.createTempDirectory("atomflux-tls").resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process made = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        if (!made.waitFor(60, TimeUnit.SECONDS) || made.exitValue() != 0) {
            throw new IOException(
                    "no certificate: " + new String(made.getInputStream().readAllBytes()));
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        try (InputStream in = Files.newInputStream(keys)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            managers.init(store, PASSWORD.toCharArray());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TlsForwarder forwarder = new TlsForwarder(listener, keys, port);
        daemon(forwarder::accept);
        return forwarder;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Holds the certificate, as PKCS#12. */
    Path keys() {
        return keys;
    }

    String password() {
        return PASSWORD;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                for (List<Socket> way : List.of(List.of(client, server), List.of(server, client))) {
                    daemon(() -> pump(way.get(0), way.get(1)));
                }
            } catch (IOException e) {
                // closed; the loop ends
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // one side is gone, and so is the other now
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tls-forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
