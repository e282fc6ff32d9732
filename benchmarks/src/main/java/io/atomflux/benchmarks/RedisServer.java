package io.atomflux.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Redis of this run's own, on a free port of the loopback address, that writes nothing to disk: the {@code redis-server}
 * of the path, or else the one that embedded-redis brings.
 */
final class RedisServer implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final int port;
    private final String origin;
    private final Runnable stop;

    private RedisServer(int port, String origin, Runnable stop) {
        this.port = port;
        this.origin = origin;
        this.stop = stop;
    }

    /** Starts it in a folder, and waits until it accepts connections. */
    static RedisServer start(Path folder) {
        try {
            Files.createDirectories(folder);
            int port = freePort();
            Optional<Path> installed = installed();
            RedisServer server = installed.isPresent() ? ofPath(installed.get(), folder, port) : embedded(folder, port);
            server.awaitAnswer();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start", e);
        }
    }

    private static RedisServer ofPath(Path program, Path folder, int port) throws IOException {
        List<String> command = List.of(
                program.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--appendonly",
                "no");
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new RedisServer(port, "redis-server of the path", process::destroyForcibly);
    }

    private static RedisServer embedded(Path folder, int port) throws IOException {
        redis.embedded.RedisServer server = redis.embedded.RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("dir " + folder)
                .setting("save \"\"")
                .setting("appendonly no")
                .onShutdownForceStop(true)
                .build();
        server.start();
        return new RedisServer(port, "embedded-redis", () -> {
            try {
                server.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static Optional<Path> installed() {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitAnswer() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    close();
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    int port() {
        return port;
    }

    /** Tells where the program came from. */
    String origin() {
        return origin;
    }

    /** Returns the URI of one of its databases. */
    String uri(int database) {
        return uri(port, database);
    }

    static String uri(int port, int database) {
        return "redis://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        stop.run();
    }
}
