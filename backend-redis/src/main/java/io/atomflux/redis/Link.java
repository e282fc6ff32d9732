package io.atomflux.redis;

import io.lettuce.core.api.StatefulConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One connection of the driver, made by the first call that needs it and shared by all.
 *
 * <p>Many callers wait for one attempt; a failed attempt fails those who waited, and the next call tries anew. Later
 * losses are the driver's to mend: it reconnects, and refuses commands meanwhile.
 */
final class Link {

    private final Supplier<CompletionStage<StatefulConnection<byte[], byte[]>>> connect;
    private final Function<StatefulConnection<byte[], byte[]>, Flux<StatefulConnection<byte[], byte[]>>> nodes;
    private final String store;
    private final AtomicReference<@Nullable CompletableFuture<StatefulConnection<byte[], byte[]>>> attempt =
            new AtomicReference<>();
    private volatile boolean closed;

    /**
     * @param connect begins an attempt; never blocks
     * @param nodes the connections of the single servers behind one, each of which holds a part of the keys
     * @param store for messages, without credentials
     */
    Link(
            Supplier<CompletionStage<StatefulConnection<byte[], byte[]>>> connect,
            Function<StatefulConnection<byte[], byte[]>, Flux<StatefulConnection<byte[], byte[]>>> nodes,
            String store) {
        this.connect = connect;
        this.nodes = nodes;
        this.store = store;
    }

    String store() {
        return store;
    }

    /** Returns the connection if it stands already. */
    @Nullable
    StatefulConnection<byte[], byte[]> established() {
        CompletableFuture<StatefulConnection<byte[], byte[]>> made = attempt.get();
        return made != null && made.isDone() && !made.isCompletedExceptionally() ? made.join() : null;
    }

    /** Connects if need be. */
    Mono<StatefulConnection<byte[], byte[]>> connected() {
        return Mono.fromFuture(this::current, true).onErrorMap(e -> RedisErrors.connecting(e, store));
    }

    /** Connects to each server that holds keys. */
    Flux<StatefulConnection<byte[], byte[]>> servers() {
        return connected().flatMapMany(nodes);
    }

    private CompletableFuture<StatefulConnection<byte[], byte[]>> current() {
        while (true) {
            CompletableFuture<StatefulConnection<byte[], byte[]>> made = attempt.get();
            if (closed) {
                return CompletableFuture.failedFuture(new io.atomflux.error.StoreClosedException(store));
            }
            if (made != null && !made.isCompletedExceptionally()) {
                return made;
            }
            CompletableFuture<StatefulConnection<byte[], byte[]>> fresh = new CompletableFuture<>();
            if (attempt.compareAndSet(made, fresh)) {
                begin(fresh);
                return fresh;
            }
        }
    }

    private void begin(CompletableFuture<StatefulConnection<byte[], byte[]>> fresh) {
        CompletionStage<StatefulConnection<byte[], byte[]>> stage;
        try {
            stage = connect.get();
        } catch (RuntimeException e) {
            fresh.completeExceptionally(e);
            return;
        }
        var unused = stage.whenComplete((connection, failure) -> {
            if (failure != null) {
                fresh.completeExceptionally(failure);
            } else {
                fresh.complete(connection);
            }
        });
    }

    /** Closes the connection, also one that is being made; what waits for a reply fails. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            CompletableFuture<StatefulConnection<byte[], byte[]>> made = attempt.get();
            return made == null
                    ? Mono.empty()
                    : Mono.fromFuture(made, true)
                            .onErrorResume(e -> Mono.empty())
                            .flatMap(connection -> Mono.fromFuture(connection.closeAsync(), true));
        });
    }

    /** For a link of one server. */
    static Flux<StatefulConnection<byte[], byte[]>> alone(StatefulConnection<byte[], byte[]> connection) {
        return Flux.fromIterable(List.of(connection));
    }
}
