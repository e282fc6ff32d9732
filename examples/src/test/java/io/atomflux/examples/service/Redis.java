package io.atomflux.examples.service;

import io.atomflux.examples.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import redis.embedded.RedisServer;

/** A Redis of a test's own on a free port; it can be stopped and started again, and forgets everything then. */
final class Redis implements AutoCloseable {

    private final int port;
    private final Path folder;
    private RedisServer server;

    private Redis(int port, Path folder) throws IOException {
        this.port = port;
        this.folder = folder;
        this.server = started();
    }

    static Redis start(Path folder) throws IOException {
        return new Redis(FreePort.next(), folder);
    }

    private RedisServer started() throws IOException {
        RedisServer built = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("dir " + folder)
                .setting("save \"\"")
                .onShutdownForceStop(true)
                .build();
        built.start();
        return built;
    }

    int port() {
        return port;
    }

    void startAgain() throws IOException {
        server = started();
    }

    void stop() throws IOException {
        server.stop();
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
