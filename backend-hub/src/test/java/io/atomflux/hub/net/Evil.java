package io.atomflux.hub.net;

import io.netty.buffer.Unpooled;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** Ways in which servers break off. */
final class Evil {

    private Evil() {}

    /** Sends the beginning of a body, and closes the connection. */
    static Publisher<Void> cut(HttpServerResponse response, byte[] beginning) {
        return response.send(
                Mono.just(Unpooled.wrappedBuffer(beginning))
                        .concatWith(Mono.fromRunnable(() -> response.withConnection(
                                connection -> connection.channel().close()))),
                buffer -> true);
    }

    /** Sends the beginning of a body, and nothing more. */
    static Publisher<Void> stall(HttpServerResponse response, byte[] beginning) {
        return response.send(Mono.just(Unpooled.wrappedBuffer(beginning)).concatWith(Mono.never()), buffer -> true);
    }
}
