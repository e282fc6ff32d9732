package io.atomflux.hub.net;

import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A server of a test; remembers what it was asked. */
final class Site implements AutoCloseable {

    /** What came: the target as it was on the wire, header names in lower case. */
    record Asked(String target, Map<String, String> headers) {
        @Nullable
        String header(String name) {
            return headers.get(name);
        }
    }

    /** A way to answer. */
    @FunctionalInterface
    interface Way {
        Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response);
    }

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final DisposableServer server;
    private final String scheme;
    volatile BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> answer;

    Site() {
        this("http", 0, server -> server);
    }

    Site(String scheme, int port, Function<HttpServer, HttpServer> settings) {
        this(scheme, port, settings, (request, response) -> response.sendNotFound());
    }

    Site(String scheme, int port, Function<HttpServer, HttpServer> settings, Way way) {
        this.answer = way::answer;
        this.scheme = scheme;
        this.server = settings.apply(HttpServer.create().host("127.0.0.1").port(port))
                .handle((request, response) -> {
                    Map<String, String> headers = new TreeMap<>();
                    request.requestHeaders()
                            .forEach(h -> headers.put(h.getKey().toLowerCase(java.util.Locale.ROOT), h.getValue()));
                    asked.add(new Asked(request.uri(), headers));
                    return answer.apply(request, response);
                })
                .bindNow();
    }

    int port() {
        return server.port();
    }

    URI at(String target) {
        return URI.create(scheme + "://127.0.0.1:" + port() + target);
    }

    List<String> targets() {
        List<String> targets = new ArrayList<>();
        asked.forEach(one -> targets.add(one.target()));
        return targets;
    }

    /** Serves a file with ranges, as storages do. */
    static Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response, byte[] file) {
        Range range = Range.of(request, file.length);
        if (range == null) {
            return response.header("Content-Length", String.valueOf(file.length))
                    .send(Mono.just(Unpooled.wrappedBuffer(file)));
        }
        int length = range.last() - range.first() + 1;
        return response.status(206)
                .header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + file.length)
                .header("Content-Length", String.valueOf(length))
                .send(Mono.just(Unpooled.wrappedBuffer(file, range.first(), length)));
    }

    /** What was asked for. */
    record Range(int first, int last) {
        static @Nullable Range of(HttpServerRequest request, int size) {
            String header = request.requestHeaders().get("Range");
            if (header == null) {
                return null;
            }
            String[] ends = header.replace("bytes=", "").split("-");
            return new Range(Integer.parseInt(ends[0]), Math.min(size - 1, Integer.parseInt(ends[1])));
        }
    }

    static Publisher<Void> redirect(HttpServerResponse response, int status, String location) {
        return text(response.status(status).header("Location", location), "Found. Redirecting");
    }

    static Publisher<Void> text(HttpServerResponse response, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return response.header("Content-Length", String.valueOf(bytes.length))
                .send(Mono.just(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
