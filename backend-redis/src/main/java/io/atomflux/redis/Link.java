package io.atomflux.redis;

import io.atomflux.error.StoreClosedException;
import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One connection of the driver, made by the first call that needs it and shared by all.
 *
 * <p>Many callers wait for one attempt; a failed attempt fails those who waited, and the next call tries anew. A
 * connection that breaks is the driver's to mend: it reconnects, and refuses commands meanwhile. One that stays open but
 * deaf is given up for a new one.
 */
final class Link {

    private final Connector connector;
    private final String store;
    private final AtomicReference<@Nullable CompletableFuture<Sender>> attempt = new AtomicReference<>();
    private volatile boolean closed;

    /** @param store for messages, without credentials */
    Link(Connector connector, String store) {
        this.connector = connector;
        this.store = store;
    }

    /** Makes connections. */
    interface Connector {

        /** Connects, and accepts the server or refuses it; cold, never blocks. */
        Mono<Sender> connect(Runnable whenDeaf);

        /** Connects to each server that holds a part of the keys. */
        Flux<Sender> servers(Sender established);

        /** How many of the refusals that are over soon a call may wait for: a cluster connects to its nodes late. */
        boolean connectsLater();
    }

    String store() {
        return store;
    }

    boolean connectsLater() {
        return connector.connectsLater();
    }

    /** Returns the connection if it stands already. */
    @Nullable
    Sender established() {
        CompletableFuture<Sender> made = attempt.get();
        return !closed && made != null && made.isDone() && !made.isCompletedExceptionally() ? made.join() : null;
    }

    /** Connects if need be. */
    Mono<Sender> connected() {
        return Mono.fromFuture(this::current, true).onErrorMap(e -> RedisErrors.connecting(e, store));
    }

    /** Connects to each server that holds a part of the keys. */
    Flux<Sender> servers() {
        return connected().flatMapMany(connector::servers).onErrorMap(e -> RedisErrors.connecting(e, store));
    }

    private CompletableFuture<Sender> current() {
        while (true) {
            CompletableFuture<Sender> made = attempt.get();
            if (closed) {
                return CompletableFuture.failedFuture(new StoreClosedException(store));
            }
            if (made != null && !made.isCompletedExceptionally()) {
                return made;
            }
            CompletableFuture<Sender> fresh = new CompletableFuture<>();
            if (attempt.compareAndSet(made, fresh)) {
                if (closed) { // since it was looked at: whoever closed may not have seen this attempt
                    fresh.completeExceptionally(new StoreClosedException(store));
                    return fresh;
                }
                var unused = connector.connect(() -> abandon(fresh)).toFuture().whenComplete((sender, failure) -> {
                    if (failure != null) {
                        fresh.completeExceptionally(failure);
                    } else {
                        fresh.complete(sender);
                    }
                });
                return fresh;
            }
        }
    }

    /** Gives a connection up: what waits for its replies learns at once that there will be none. */
    private void abandon(CompletableFuture<Sender> deaf) {
        if (attempt.compareAndSet(deaf, null)) {
            var unused = deaf.thenCompose(sender -> sender.connection().closeAsync());
        }
    }

    /** Closes the connection, also one that is being made; what waits for a reply fails. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            CompletableFuture<Sender> made = attempt.get();
            return made == null
                    ? Mono.empty()
                    : Mono.fromFuture(made, true)
                            .map(Sender::connection)
                            .onErrorResume(e -> Mono.<StatefulConnection<byte[], byte[]>>empty())
                            .flatMap(connection -> Mono.fromFuture(connection.closeAsync(), true));
        });
    }
}
