package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Connects with a client of the driver, to one server, to what sentinels call the primary, or to a cluster. */
final class DriverConnector implements Link.Connector {

    private final RedisPlace place;
    private final RedisOptions options;
    private final String store;
    private final Supplier<AbstractRedisClient> client;

    /** @param client called on a thread that may wait: making one loads native libraries and starts threads */
    DriverConnector(RedisPlace place, RedisOptions options, String store, Supplier<AbstractRedisClient> client) {
        this.place = place;
        this.options = options;
        this.store = store;
        this.client = client;
    }

    @Override
    public Mono<Sender> connect(Runnable whenDeaf) {
        return Mono.fromSupplier(client)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(this::connection)
                .map(connection -> sender(connection, whenDeaf))
                .flatMap(this::accepted);
    }

    private Mono<StatefulConnection<byte[], byte[]>> connection(AbstractRedisClient made) {
        if (made instanceof RedisClusterClient cluster) {
            // the driver's blocking connect would fetch the list of nodes, its other one takes it for granted
            return Mono.fromFuture(
                            () -> cluster.refreshPartitionsAsync()
                                    .thenCompose(known -> cluster.connectAsync(ByteArrayCodec.INSTANCE))
                                    .toCompletableFuture(),
                            true)
                    .map(connection -> connection);
        }
        if (made instanceof RedisClient single) {
            RedisURI uri = place.uris(options).get(0);
            return Mono.fromFuture(
                            () -> single.connectAsync(ByteArrayCodec.INSTANCE, uri)
                                    .toCompletableFuture(),
                            true)
                    .map(connection -> connection);
        }
        return Mono.error(new InvalidOptionException(
                "client", made.getClass().getName() + " (expected: a RedisClient or a RedisClusterClient)"));
    }

    private Sender sender(StatefulConnection<byte[], byte[]> connection, Runnable whenDeaf) {
        return new Sender(connection, options.timeout(), options.maxWaiting(), store, whenDeaf);
    }

    private Mono<Sender> accepted(Sender sender) {
        if (options.allowEviction()) {
            return Mono.just(sender);
        }
        return servers(sender)
                .concatMap(server -> ServerSettings.refuseEviction(server, store))
                .then(Mono.just(sender))
                .onErrorResume(
                        refusal -> Mono.fromFuture(() -> sender.connection().closeAsync(), true)
                                .then(Mono.error(refusal)));
    }

    @Override
    public Flux<Sender> servers(Sender established) {
        if (established.connection() instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
            return Flux.fromStream(() -> cluster.getPartitions().stream()
                            .filter(node -> node.is(NodeFlag.UPSTREAM)
                                    && !node.getSlots().isEmpty()))
                    .map(RedisClusterNode::getNodeId)
                    .concatMap(node -> Mono.fromFuture(() -> cluster.getConnectionAsync(node), true))
                    .map(connection -> sender(connection, () -> {}));
        }
        return Flux.just(established);
    }

    @Override
    public boolean connectsLater() {
        return place.kind() == RedisPlace.Kind.CLUSTER;
    }
}
