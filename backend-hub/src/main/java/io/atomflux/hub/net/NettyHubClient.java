package io.atomflux.hub.net;

import io.atomflux.error.LimitExceededException;
import io.atomflux.hub.bytes.ByteSource;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The client; for many threads. */
final class NettyHubClient implements HubClient {

    private static final Duration LETTING_GO = Duration.ofSeconds(2);

    private final NetOptions options;
    private final Transport transport;
    private final Wire wire;

    NettyHubClient(NetOptions options, Transport transport) {
        this.options = options;
        this.transport = transport;
        this.wire = new Wire(options, transport);
    }

    @Override
    public URI endpoint() {
        return options.endpoint();
    }

    Permits permits() {
        return wire.permits();
    }

    @Override
    public Mono<HubAnswer> get(URI resource, long maxBytes) {
        if (!resource.isAbsolute() || maxBytes < 0) {
            throw new IllegalArgumentException("get: %s, at most %d bytes (expected: an absolute address, 0 or more)"
                    .formatted(resource.isAbsolute() ? Locations.shown(resource) : "relative address", maxBytes));
        }
        return Mono.defer(() -> {
            String name = Locations.shown(resource);
            Flux<HubAnswer> attempt = Flux.defer(() -> wire.follow(
                    wire.hop(name, resource, Optional.empty()), (hop, head, body) -> whole(hop, head, body, maxBytes)));
            return wire.whileOpen(new Patience(name, options).over(attempt)).next();
        });
    }

    private Flux<HubAnswer> whole(Hop hop, Head head, Wire.Body body, long maxBytes) {
        if (!head.success()) {
            return Wire.text(body).flatMapMany(said -> Flux.error(wire.refused(hop.name(), head, said)));
        }
        long promised = head.length().orElse(0);
        if (promised > maxBytes) {
            return Flux.error(tooLarge(hop.name(), promised, maxBytes));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) Math.min(promised, 1 << 20));
        return body.<HubAnswer>read((part, sink) -> {
                    if (bytes.size() + (long) part.readableBytes() > maxBytes) {
                        sink.error(tooLarge(hop.name(), bytes.size() + (long) part.readableBytes(), maxBytes));
                        return;
                    }
                    byte[] copy = new byte[part.readableBytes()];
                    part.readBytes(copy);
                    bytes.writeBytes(copy);
                })
                .concatWith(Mono.fromCallable(() ->
                        new HubAnswer(hop.uri(), headers(head), hop.commit(), ByteBuffer.wrap(bytes.toByteArray()))));
    }

    private static LimitExceededException tooLarge(String name, long size, long limit) {
        return new LimitExceededException(
                "bytes of " + name, size, limit, "such an answer is larger than any that is meant to be read whole");
    }

    private static Map<String, String> headers(Head head) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : head.headers()) {
            all.merge(header.getKey().toLowerCase(Locale.ROOT), header.getValue(), (a, b) -> a + ", " + b);
        }
        return all;
    }

    @Override
    public Mono<ByteSource> file(URI resource, String name, OptionalLong size) {
        if (!resource.isAbsolute() || size.orElse(0) < 0) {
            throw new IllegalArgumentException("file %s: relative address, or negative size".formatted(name));
        }
        Targets targets = new Targets(resource, options.clock());
        if (size.isPresent()) {
            return Mono.just(new RemoteFile(wire, options, targets, name, size.getAsLong()));
        }
        return Mono.defer(() -> {
            Sizing sizing = new Sizing(wire, targets, name);
            return wire.whileOpen(new Patience(name, options).over(Flux.defer(sizing::attempt)))
                    .next()
                    .map(found -> new RemoteFile(wire, options, targets, name, found));
        });
    }

    @Override
    public Mono<Void> close() {
        // The threads end last, as it takes them to drop what requests leave; however long a reader takes to let go of
        // one.
        return wire.close().take(LETTING_GO).then(transport.close());
    }
}
