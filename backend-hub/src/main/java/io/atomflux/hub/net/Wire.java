package io.atomflux.hub.net;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreUnavailableException;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;

/**
 * One attempt at a request, redirects followed; fails with a {@link Fault} or one of our errors. For many threads.
 *
 * <p>The rules of redirects are the hub's specification's: the token stays at the scheme, host and port it is meant for and
 * does not come back once the chain left them; {@code https} never becomes {@code http}; a loop ends.
 */
final class Wire {

    /** Before a body: signed addresses and links of several thousand characters are usual. */
    static final int LARGEST_HEAD = 64 * 1024;

    private static final int LARGEST_REFUSAL = 64 * 1024;

    private final NetOptions options;
    private final Transport transport;
    private final RateLimits limits;
    private final Failures failures;
    private final Permits permits;
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private volatile boolean closed;

    Wire(NetOptions options, Transport transport) {
        this.options = options;
        this.transport = transport;
        this.limits = new RateLimits(options);
        this.failures = new Failures(options.endpoint(), limits);
        this.permits = new Permits(
                options.endpoint().toString(), options.parallelRequests(), options.retryBudget(), options.scheduler());
    }

    /** Takes an answer that is neither a redirect nor a refusal. */
    @FunctionalInterface
    interface Taker<T> {
        Flux<T> take(Hop hop, Head head, Body body);
    }

    /** Bytes of an answer; read once. */
    interface Body {
        /** Returns what is made of each buffer, which is only lent. */
        <R> Flux<R> read(BiConsumer<ByteBuf, SynchronousSink<R>> each);
    }

    Permits permits() {
        return permits;
    }

    /** Returns a chain that begins at an address; the token goes along if that is the hub's. */
    Hop hop(String name, URI uri, Optional<String> range) {
        return Hop.first(name, uri, Locations.sameOrigin(uri, options.endpoint()), range);
    }

    /** Follows a chain to its end; cold. */
    <T> Flux<T> follow(Hop hop, Taker<T> taker) {
        return Flux.defer(() -> {
            Next next = new Next();
            Flux<T> answer = exchange(hop, (head, body) -> {
                Hop here = hop.naming(head);
                if (head.hub()) {
                    limits.note(head.headers());
                }
                if (head.redirect()) {
                    next.hop = redirected(here, head);
                    return text(body).thenMany(Flux.empty());
                }
                if (head.status() == 416 || (head.success() && !head.encoded())) {
                    return taker.take(here, head, body);
                }
                if (head.success()) {
                    return Flux.error(Fault.lasting(Failures.unusable(
                            hop.name(), head, "a compressed body, though a plain one was asked for, is the")));
                }
                return text(body).flatMapMany(said -> Flux.error(failures.refused(hop.name(), head, said)));
            });
            return answer.concatWith(Flux.defer(() -> next.hop == null ? Flux.empty() : follow(next.hop, taker)));
        });
    }

    private static final class Next {
        private volatile @Nullable Hop hop;
    }

    /**
     * Ends every request, now and later.
     *
     * @return cold; completes when none runs any more
     */
    Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            closing.tryEmitEmpty();
            return permits.ended();
        });
    }

    /**
     * Ends a publisher with an error when the client is closed, and cancels it.
     *
     * <p>An error of the other publisher would end {@code takeUntilOther} without cancelling what runs, so that its permit and
     * its connection stayed; its completion cancels.
     */
    <T> Flux<T> whileOpen(Flux<T> work) {
        return Flux.defer(() -> {
            AtomicBoolean whole = new AtomicBoolean();
            return work.doOnComplete(() -> whole.set(true))
                    .takeUntilOther(closing.asMono())
                    .concatWith(Mono.defer(() -> whole.get()
                            ? Mono.empty()
                            : Mono.error(
                                    new StoreClosedException(options.endpoint().toString()))));
        });
    }

    Fault refused(String name, Head head, String body) {
        return failures.refused(name, head, body);
    }

    private Hop redirected(Hop hop, Head head) {
        String location = head.header("Location");
        if (location == null || location.isBlank()) {
            throw Fault.lasting(Failures.unusable(hop.name(), head, "no target is named by the"));
        }
        URI next;
        try {
            next = Locations.resolve(hop.uri(), location);
        } catch (IllegalArgumentException e) {
            throw Fault.lasting(Failures.unusable(hop.name(), head, "a target that is no address is named by the"));
        }
        checkScheme(hop.name(), next);
        if (Locations.secure(hop.uri()) && !Locations.secure(next)) {
            throw refusedHop(hop, "from https to http, at " + Locations.origin(next));
        }
        if (hop.seen().contains(next)) {
            throw refusedHop(hop, "in a loop, back to " + Locations.shown(next));
        }
        if (hop.seen().size() > options.maxHops()) {
            throw refusedHop(
                    hop, "more than %d times, last to %s".formatted(options.maxHops(), Locations.origin(next)));
        }
        return hop.to(next, hop.trusted() && Locations.sameOrigin(next, options.endpoint()));
    }

    private static Fault refusedHop(Hop hop, String how) {
        return Fault.lasting(
                new StoreUnavailableException(hop.name(), "it redirects " + how + ", which is not followed", null));
    }

    private static void checkScheme(String name, URI uri) {
        boolean known = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
        boolean port = uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() < 65536);
        if (!known || !port || uri.getHost() == null || uri.getRawUserInfo() != null || Addresses.odd(uri.getHost())) {
            throw Fault.lasting(new StoreAccessException(
                    name,
                    "an address that is not https://host… or http://host…, names a user, or a port there is not, is not followed",
                    null));
        }
    }

    private <T> Flux<T> exchange(Hop hop, Use<T> use) {
        return limits.await(hop.name(), hop.uri(), hop.trusted())
                .thenMany(permits.with(ticket -> attempt(hop, ticket, use)))
                .onErrorMap(failure -> Failures.broken(hop.name(), transport.where(hop.uri()), failure));
    }

    @FunctionalInterface
    private interface Use<T> {
        Flux<T> of(Head head, Body body);
    }

    private <T> Flux<T> attempt(Hop hop, Permits.Ticket ticket, Use<T> use) {
        if (closed) {
            return Flux.error(new StoreClosedException(options.endpoint().toString()));
        }
        if (options.offline()) {
            return Flux.error(Fault.lasting(new StoreUnavailableException(
                    hop.name(),
                    "offline is asked for, so no request is sent; give what is needed to the cache first",
                    null)));
        }
        checkScheme(hop.name(), hop.uri());
        Optional<String> token = hop.trusted() ? token() : Optional.empty();
        Watch watch = new Watch(hop.name(), options.scheduler(), options.answerTimeout(), options.idleTimeout());
        ticket.heldBy(watch);
        Line line = new Line();
        return watch.over(transport
                        .request(hop, token, line)
                        .flatMapMany(request -> guarded(request.responseConnection((answer, connection) -> {
                            watch.answered();
                            return answered(hop, watch, answer, connection, line, use);
                        }))))
                .doFinally(signal -> line.end());
    }

    private <T> Flux<T> guarded(Publisher<T> network) {
        return OpenLoops.guard(options.endpoint().toString(), network);
    }

    private Optional<String> token() {
        Optional<String> token = options.token().get().filter(secret -> !secret.isEmpty());
        if (token.isPresent() && !token.get().chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new InvalidOptionException("token", "it holds a character that no token has: a blank, a line end, …");
        }
        return token;
    }

    private <T> Flux<T> answered(
            Hop hop, Watch watch, HttpClientResponse answer, Connection connection, Line line, Use<T> use) {
        boolean hub = Locations.sameOrigin(hop.uri(), options.endpoint());
        Head head = new Head(hop.uri(), hub, answer.status().code(), answer.responseHeaders());
        Body body = new Body() {
            @Override
            public <R> Flux<R> read(BiConsumer<ByteBuf, SynchronousSink<R>> each) {
                // Copied out of the buffer here, on the thread that lends it: none is ever kept, queued or leaked.
                return watch.body(guarded(connection.inbound().receive()))
                        .doOnComplete(line::whole)
                        .handle(each);
            }
        };
        return Flux.defer(() -> use.of(head, body));
    }

    /** Reads the beginning of a body as text; more than anybody wants to know drops the connection. */
    static Mono<String> text(Body body) {
        return Mono.defer(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            return body.<Boolean>read((part, sink) -> {
                        byte[] copy = new byte[Math.min(part.readableBytes(), LARGEST_REFUSAL - bytes.size())];
                        part.readBytes(copy);
                        bytes.writeBytes(copy);
                        if (bytes.size() == LARGEST_REFUSAL) {
                            sink.next(true);
                        }
                    })
                    .take(1)
                    .then(Mono.fromCallable(() -> bytes.toString(StandardCharsets.UTF_8)));
        });
    }
}
