package io.atomflux.examples.service;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.codec.AtomfluxModule;
import io.atomflux.value.Key;
import io.netty.channel.EventLoop;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the frames of a store over HTTP: one by its index, energies as a stream, uploads. {@code SERVICE.md} shows how to
 * call it.
 *
 * <p>Nothing waits: each request is a {@code Mono} that reactor-netty subscribes, and cancels when its client goes away.
 * Streams read the store no faster than their client reads them, and of an upload all frames are stored at one instant
 * or none.
 */
public final class FrameService {

    private static final int MOST_BYTES = 1 << 20; // of an upload, which is held in memory until it is complete
    private static final int MOST_UPLOADS = 4; // at a time; so uploads never take more than some dozen megabytes
    private static final int ENERGIES_AT_ONCE = 256; // lines that are sent as one piece
    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new AtomfluxModule()).build();

    private final AtomsIO atoms;
    private final Duration patience;
    private final Semaphore uploads = new Semaphore(MOST_UPLOADS);

    private record Health(long frames) {}

    private record Energy(long frame, double energy) {}

    private record Stored(long first, long size) {} // of an upload: positions first to size - 1

    private record Failed(Problem error) {} // in the middle of a stream

    /**
     * Serves a store, which it leaves open.
     *
     * @param patience how long a client may keep us waiting: without reading on, or until its upload is complete
     */
    FrameService(AtomsIO atoms, Duration patience) {
        this.atoms = atoms;
        this.patience = patience;
    }

    /** Takes where the store is and a port, e.g. {@code redis://localhost 8080}. */
    public static void main(String[] args) {
        AtomsIO atoms = AtomsIO.open(args[0]); // does no I/O: the first request connects
        DisposableServer server = new FrameService(atoms, Duration.ofSeconds(30)).start(Integer.parseInt(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.disposeNow(Duration.ofSeconds(10)); // takes no more requests; those running may end
            atoms.close().block(Duration.ofSeconds(10)); // who opens closes
        }));
        System.out.printf("http://localhost:%d serves %s%n", server.port(), atoms.name());
        server.onDispose().block();
    }

    /** Starts to listen. */
    DisposableServer start(int port) {
        return HttpServer.create()
                .host("localhost")
                .port(port)
                .channelGroup(new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE)) // for disposeNow to wait
                .idleTimeout(patience)
                .route(routes -> routes.get("/health", explaining(this::health))
                        .get("/frames/{i}", explaining(this::frame))
                        .get("/frames", explaining(this::frames))
                        .get("/energies", explaining(this::energies))
                        .post("/frames", explaining(this::upload)))
                .bindNow();
    }

    private Mono<Void> health(HttpServerRequest request, HttpServerResponse response) {
        return atoms.size().flatMap(size -> answer(response, 200, new Health(size)));
    }

    private Mono<Void> frame(HttpServerRequest request, HttpServerResponse response) {
        long i = number("index", String.valueOf(request.param("i")));
        return atoms.get(i)
                .switchIfEmpty(Mono.error(() -> new Problem.Refused(404, "no such frame", "row " + i + " is reserved")))
                .flatMap(frame -> answer(response, 200, frame));
    }

    private Mono<Void> frames(HttpServerRequest request, HttpServerResponse response) {
        return lines(response, atoms.rows(query(request, "from", 0), query(request, "to", Long.MAX_VALUE)), 1);
    }

    private Mono<Void> energies(HttpServerRequest request, HttpServerResponse response) {
        return lines(
                response,
                atoms.rows(query(request, "from", 0), query(request, "to", Long.MAX_VALUE))
                        .column(Key.ENERGY)
                        .indexed()
                        .map(found -> new Energy(found.position(), found.value())),
                ENERGIES_AT_ONCE);
    }

    private Mono<Void> upload(HttpServerRequest request, HttpServerResponse response) {
        if (request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, 0) > MOST_BYTES) {
            return Mono.error(tooLarge());
        }
        if (!uploads.tryAcquire()) {
            return Mono.error(new Problem.Refused(503, "too busy", MOST_UPLOADS + " uploads are under way"));
        }
        return request.receive()
                .asByteArray()
                .collect(ByteArrayOutputStream::new, (all, part) -> {
                    if (all.size() + part.length > MOST_BYTES) {
                        throw tooLarge();
                    }
                    all.writeBytes(part);
                })
                .timeout(patience)
                .publishOn(Schedulers.boundedElastic()) // event loops do not parse megabytes
                .map(body -> parsed(body.toByteArray()))
                .flatMap(frames -> atoms.extend(frames).map(size -> new Stored(size - frames.size(), size)))
                .doFinally(end -> uploads.release())
                .flatMap(stored -> answer(response, 201, stored));
    }

    private static List<Atoms> parsed(byte[] lines) {
        try (MappingIterator<Atoms> values = JSON.readerFor(Atoms.class).readValues(lines)) {
            List<Atoms> frames = values.readAll();
            if (frames.isEmpty() || frames.contains(null)) {
                throw new Problem.Refused(400, "malformed JSON", "no frame (expected: an object in each line)");
            }
            return frames;
        }
    }

    private static Problem.Refused tooLarge() {
        return new Problem.Refused(413, "too large", "an upload may have " + MOST_BYTES + " bytes; send several");
    }

    /** Sends values as lines of JSON, a few at a time; the next are asked for when the client has taken those before. */
    private Mono<Void> lines(HttpServerResponse response, Flux<?> values, int atOnce) {
        return values.map(FrameService::line)
                .switchOnFirst((first, lines) -> {
                    if (first.isOnError()) { // nothing is sent yet, so the status can still tell
                        return lines.cast(Void.class);
                    }
                    response.header(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
                    return response.sendHeaders()
                            .then()
                            .thenMany(lines.onErrorResume(failure -> Mono.just(line(new Failed(Problem.of(failure)))))
                                    .buffer(atOnce)
                                    .concatMap(
                                            some -> response.sendByteArray(Flux.fromIterable(some))
                                                    .then()
                                                    .timeout(patience),
                                            1));
                })
                .then();
    }

    private static byte[] line(Object value) {
        byte[] json = JSON.writeValueAsBytes(value);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    private static Mono<Void> answer(HttpServerResponse response, int status, Object body) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "application/" + (status < 400 ? "json" : "problem+json"))
                .sendByteArray(onLoop(response).map(loop -> line(body)))
                .then();
    }

    /**
     * Goes on where the connection is served: writing JSON is spread over all event loops then, and reactor-netty wants a
     * whole response ended there (ended by a thread of the driver, some connections would not read their next request).
     */
    static Mono<EventLoop> onLoop(HttpServerResponse response) {
        return Mono.<EventLoop>create(sink -> response.withConnection(
                        connection -> sink.success(connection.channel().eventLoop())))
                .flatMap(loop -> Mono.just(loop).publishOn(Schedulers.fromExecutor(loop)));
    }

    /** Lets a handler answer failures too, as long as nothing was sent. */
    private static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> explaining(
            BiFunction<HttpServerRequest, HttpServerResponse, Mono<Void>> handler) {
        return (request, response) -> Mono.defer(() -> handler.apply(request, response))
                .onErrorResume(failure -> {
                    Problem problem = Problem.of(failure);
                    return response.hasSentHeaders()
                            ? Mono.error(failure)
                            : answer(response, problem.status(), problem);
                });
    }

    private static long query(HttpServerRequest request, String name, long otherwise) {
        List<String> given = new QueryStringDecoder(request.uri()).parameters().get(name);
        return given == null ? otherwise : number(name, given.get(0));
    }

    private static long number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new Problem.Refused(400, "malformed number", name + ": " + text + " (expected: a whole number)");
        }
    }
}
