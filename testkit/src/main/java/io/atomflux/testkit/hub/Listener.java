package io.atomflux.testkit.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.NettyOutbound;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** One port: takes requests, asks for their answers, lets faults change them, and sends them. */
final class Listener {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LONGEST_LINE = 64 << 10; // signed addresses may be long

    private final Host host;
    private final Recorder recorder;
    private final Function<RecordedRequest, Answer> site;
    private final Optional<KeyManagerFactory> keys;
    private final LoopResources loops;
    private final Duration latency;
    private int port;
    private @Nullable DisposableServer server;
    private @Nullable ChannelGroup connections;

    Listener(
            Host host,
            Recorder recorder,
            Function<RecordedRequest, Answer> site,
            ImitationHub.Builder settings,
            LoopResources loops) {
        this.host = host;
        this.recorder = recorder;
        this.site = site;
        this.keys = settings.keys();
        this.latency = settings.latency();
        this.loops = loops;
        this.port = host == Host.HUB ? settings.port() : 0;
    }

    String address() {
        return "%s://127.0.0.1:%d".formatted(keys.isPresent() ? "https" : "http", port);
    }

    void start() {
        ChannelGroup group = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        HttpServer plain = HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .runOn(loops)
                .channelGroup(group)
                .httpRequestDecoder(spec -> spec.maxInitialLineLength(LONGEST_LINE))
                .handle(this::handle);
        HttpServer secured = keys.isPresent() ? secured(plain, keys.get()) : plain;
        DisposableServer bound = secured.bindNow(PATIENCE);
        port = bound.port();
        server = bound;
        connections = group;
    }

    private static HttpServer secured(HttpServer plain, KeyManagerFactory keys) {
        try {
            io.netty.handler.ssl.SslContext context =
                    SslContextBuilder.forServer(keys).build();
            return plain.secure(spec -> spec.sslContext(context));
        } catch (SSLException e) {
            throw new IllegalArgumentException("keys: not usable by a server", e);
        }
    }

    /** Resets all connections and takes none until {@link #start}. */
    void stop() {
        DisposableServer running = server;
        ChannelGroup open = connections;
        server = null;
        if (running != null && open != null) {
            running.channel().close().syncUninterruptibly();
            open.forEach(Listener::loseRest);
            open.close().syncUninterruptibly();
            running.disposeNow(PATIENCE);
        }
    }

    /** Makes closing a reset. */
    private static void loseRest(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            if (channel.isOpen()) { // else the other side was first
                throw e;
            }
        }
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        Mono<String> body = request.method().name().equals("POST")
                ? request.receive().aggregate().asString().defaultIfEmpty("")
                : Mono.just("");
        return body.flatMap(text -> answer(request, response, text));
    }

    private Mono<Void> answer(HttpServerRequest request, HttpServerResponse response, String body) {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        Map<String, String> headers = new LinkedHashMap<>();
        request.requestHeaders()
                .forEach(header -> headers.merge(
                        header.getKey().toLowerCase(Locale.ROOT), header.getValue(), (a, b) -> a + ", " + b));
        RecordedRequest recorded = recorder.begin(
                host,
                request.method().name(),
                mark < 0 ? uri : uri.substring(0, mark),
                mark < 0 ? "" : uri.substring(mark + 1),
                headers,
                body);
        Optional<Fault> fault = recorder.fault(recorded);
        RecordedRequest seen = recorded;
        if (fault.isPresent() && fault.get().isRangeIgnored()) {
            headers.remove("range");
            seen = new RecordedRequest(
                    recorded.number(), host, recorded.method(), recorded.path(), recorded.query(), headers, body);
        }
        Answer truth = truth(seen);
        Answer answer = fault.map(f -> f.change(recorded, truth)).orElse(truth);
        Mono<Void> sending = fault.isPresent() && fault.get().ending().isPresent()
                ? broken(response, answer, fault.get(), fault.get().ending().get())
                : whole(response, answer, recorded.method().equals("HEAD"));
        Duration wait = latency.plus(fault.flatMap(Fault::delay).orElse(Duration.ZERO));
        Mono<Void> later = wait.isZero() ? sending : Mono.delay(wait).then(sending);
        return later.doFinally(signal -> recorder.end(host));
    }

    private Answer truth(RecordedRequest request) {
        try {
            return site.apply(request);
        } catch (RuntimeException e) {
            return Answer.text(500, "text/plain", "The imitation failed: " + e); // so that a test shows it
        }
    }

    private static void head(HttpServerResponse response, Answer answer) {
        response.status(HttpResponseStatus.valueOf(answer.status()));
        answer.headers().forEach(response::header);
        if (!answer.headers().containsKey("Content-Length")) {
            response.header("Content-Length", Long.toString(answer.body().length()));
        }
    }

    private Mono<Void> whole(HttpServerResponse response, Answer answer, boolean headOnly) {
        head(response, answer);
        long length = headOnly ? 0 : answer.body().length();
        recorder.sent(host, length);
        NettyOutbound out = length == 0
                ? response.sendHeaders()
                : answer.body() instanceof Body.Region region
                        ? response.sendFile(region.file(), region.offset(), region.length())
                        : response.sendObject(buffer(answer.body()));
        return out.then();
    }

    /** Promises all, sends the beginning, then ends the connection or leaves it silent. */
    private Mono<Void> broken(HttpServerResponse response, Answer answer, Fault fault, Fault.Ending ending) {
        head(response, answer);
        long count = Math.min(fault.after(), answer.body().length());
        recorder.sent(host, count);
        ByteBuf start = buffer(answer.body().slice(0, count));
        Mono<Void> ended = Mono.create(sink -> response.withConnection(connection -> {
            Channel channel = connection.channel();
            channel.writeAndFlush(start).addListener((ChannelFutureListener) written -> {
                if (ending == Fault.Ending.RESET) {
                    loseRest(channel);
                }
                if (ending != Fault.Ending.STALLED) { // else until the other side, or stop(), has had enough
                    ChannelFutureListener.CLOSE.operationComplete(written);
                }
            });
        }));
        return response.sendHeaders().then().then(ended);
    }

    private static ByteBuf buffer(Body body) {
        if (body instanceof Body.Memory memory) {
            return Unpooled.wrappedBuffer(memory.bytes(), memory.offset(), memory.count());
        }
        Body.Region region = (Body.Region) body;
        try (FileChannel channel = FileChannel.open(region.file(), StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(region.length()));
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, region.offset() + bytes.position()) < 0) {
                    throw new IOException(region.file() + " ends too early");
                }
            }
            return Unpooled.wrappedBuffer(bytes.flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
