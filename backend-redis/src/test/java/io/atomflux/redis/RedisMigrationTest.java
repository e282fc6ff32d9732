package io.atomflux.redis;

import static io.atomflux.redis.Server.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("A slot of a cluster that moves to another node")
class RedisMigrationTest {

    private static final int MOVES = 3;

    private final Layout layout = new Layout("m" + UUID.randomUUID().toString().substring(0, 8), true);
    private final int slot = SlotHash.getSlot(layout.prefix());

    private static Limits limits(int writeBytes) {
        return new Limits(
                1 << 18,
                1000,
                writeBytes,
                1000,
                2000,
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                Duration.ofDays(1),
                Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1 << 18})
    @DisplayName("changes and reads in the middle of it wait or succeed, each as a whole and once, staged or not")
    void changesMeanwhile(int writeBytes) throws Exception {
        try (TestCommands commands = TestCommands.open(RedisServers.cluster());
                RedisClusterClient client =
                        RedisClusterClient.create(RedisPlace.of(Location.parse(RedisServers.cluster()))
                                .uris(RedisOptions.defaults())
                                .get(0));
                StatefulRedisClusterConnection<String, String> cluster = client.connect()) {
            RedisRows rows = new RedisRows(
                    commands.get(), layout, "moving", false, limits(writeBytes), Flux.empty(), Mono.empty());
            List<BlobRow> model = some(0, 10);
            get(rows.apply(new Write.Append<>(model)));

            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<List<BlobRow>> changing =
                    CompletableFuture.supplyAsync(() -> change(rows, model, new SplittableRandom(writeBytes), enough));
            for (int i = 0; i < MOVES; i++) {
                move(cluster);
            }
            enough.set(true);
            List<BlobRow> expected = changing.get();
            assertThat(content(rows)).isEqualTo(expected);
            assertThat(rows.verify().collectList().block()).isEmpty();
            rows.close().block();
        }
    }

    private static List<BlobRow> some(int from, int to) {
        return IntStream.range(from, to).mapToObj(Samples::blobRow).toList();
    }

    private static List<BlobRow> content(RedisRows rows) {
        List<BlobRow> all = new ArrayList<>();
        for (long i = 0, size = get(rows.size()); i < size; i++) {
            all.add(get(rows.get(i, Columns.ALL)));
        }
        return all;
    }

    private static List<BlobRow> change(
            RedisRows rows, List<BlobRow> begun, SplittableRandom random, AtomicBoolean enough) {
        List<BlobRow> model = begun;
        for (int i = 0; !enough.get(); i++) {
            List<BlobRow> given = some(i, i + 2);
            long at = random.nextLong(Math.max(1, model.size() - 1));
            Write<BlobRow> write = model.size() < 3
                    ? new Write.Append<>(some(0, 5))
                    : switch (random.nextInt(7)) {
                        case 0 -> new Write.Insert<>(at, given);
                        case 1 -> new Write.Put<>(Selection.ALL.pick(at, at + 1), given, Optional.empty());
                        case 2 -> new Write.Update<>(Selection.at(at), given.subList(0, 1), Optional.empty());
                        case 3 -> new Write.Delete<>(Selection.ALL.pick(at, at + 1), Optional.empty());
                        case 4 -> random.nextInt(10) == 0 ? new Write.Clear<>() : new Write.Reserve<>(1);
                        default -> new Write.Append<>(given);
                    };
            model = write.applyTo(model, BlobRow.reserved(), "model");
            assertThat(get(rows.apply(write)))
                    .as("%s, change %d", write.operation(), i)
                    .isEqualTo(model.size());
            if (!model.isEmpty()) {
                int one = random.nextInt(model.size());
                assertThat(get(rows.get(one, Columns.ALL))).as("row %d", one).isEqualTo(model.get(one));
            }
        }
        return model;
    }

    /** Moves the slot to the next node, key by key. */
    private void move(StatefulRedisClusterConnection<String, String> cluster) {
        List<RedisClusterNode> nodes = ClusterPartitionParser.parse(
                        cluster.sync().clusterNodes())
                .stream()
                .toList();
        RedisClusterNode source =
                nodes.stream().filter(node -> node.hasSlot(slot)).findFirst().orElseThrow();
        RedisClusterNode target = nodes.get((nodes.indexOf(source) + 1) % nodes.size());
        RedisClusterCommands<String, String> from =
                cluster.getConnection(source.getNodeId()).sync();
        RedisClusterCommands<String, String> to =
                cluster.getConnection(target.getNodeId()).sync();
        to.clusterSetSlotImporting(slot, source.getNodeId());
        from.clusterSetSlotMigrating(slot, target.getNodeId());
        RedisURI there = target.getUri();
        for (List<String> keys = from.clusterGetKeysInSlot(slot, 2);
                !keys.isEmpty();
                keys = from.clusterGetKeysInSlot(slot, 2)) {
            from.migrate(there.getHost(), there.getPort(), 0, 5000, MigrateArgs.Builder.keys(keys));
        }
        to.clusterSetSlotNode(slot, target.getNodeId());
        from.clusterSetSlotNode(slot, target.getNodeId());
        for (RedisClusterNode node : nodes) { // who hears of it late would take the slot's keys for left-overs
            RedisClusterCommands<String, String> each =
                    cluster.getConnection(node.getNodeId()).sync();
            while (!owner(each).equals(owner(to))) {
                Thread.onSpinWait();
            }
        }
    }

    /** Tells which node owns the slot, and since which change of the cluster, as one of them knows it. */
    private String owner(RedisClusterCommands<String, String> node) {
        return ClusterPartitionParser.parse(node.clusterNodes()).stream()
                .filter(each -> each.hasSlot(slot))
                .map(each -> each.getNodeId() + " " + each.getConfigEpoch())
                .findFirst()
                .orElse("none");
    }
}
