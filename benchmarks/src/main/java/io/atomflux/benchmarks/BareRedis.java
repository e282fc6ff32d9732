package io.atomflux.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/**
 * The driver alone, as its users call it: lettuce's asynchronous commands on one connection, replies as bytes.
 *
 * <p>Sends commands that were recorded, so many at a time as waited then, and does with each reply what it is told to.
 */
final class BareRedis implements AutoCloseable {

    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final RedisAsyncCommands<byte[], byte[]> commands;

    BareRedis(String uri) {
        this.client = RedisClient.create(uri);
        this.connection = client.connect(ByteArrayCodec.INSTANCE);
        this.commands = connection.async();
    }

    RedisFuture<byte[]> send(RespCommand command) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (byte[] argument : command.arguments()) {
            arguments.add(argument);
        }
        return commands.dispatch(
                CommandType.valueOf(command.name()), new ValueOutput<>(ByteArrayCodec.INSTANCE), arguments);
    }

    /** Sends commands, and uses the replies in this thread, in order, while the driver goes on reading. */
    long inThisThread(List<RespCommand> sent, int depth, ToLongFunction<byte[]> use) {
        Deque<RedisFuture<byte[]>> waiting = new ArrayDeque<>(depth);
        long sum = 0;
        for (RespCommand command : sent) {
            if (waiting.size() == depth) {
                byte[] reply = await(waiting.remove());
                waiting.add(send(command));
                sum += use.applyAsLong(reply);
            } else {
                waiting.add(send(command));
            }
        }
        while (!waiting.isEmpty()) {
            sum += use.applyAsLong(await(waiting.remove()));
        }
        return sum;
    }

    /** Sends commands, and uses the replies where they arrive: on the driver's own thread, which sends the next one first. */
    long whereTheyArrive(List<RespCommand> sent, int depth, ToLongFunction<byte[]> use) {
        return new Chain(sent, use).run(depth);
    }

    private final class Chain {
        private final List<RespCommand> sent;
        private final ToLongFunction<byte[]> use;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger answered = new AtomicInteger();
        private final LongAdder sum = new LongAdder();
        private final CompletableFuture<Long> done = new CompletableFuture<>();

        Chain(List<RespCommand> sent, ToLongFunction<byte[]> use) {
            this.sent = sent;
            this.use = use;
        }

        long run(int depth) {
            for (int i = 0; i < depth; i++) {
                step();
            }
            return done.join();
        }

        private void step() {
            int mine = next.getAndIncrement();
            if (mine >= sent.size()) {
                return;
            }
            var unused = send(sent.get(mine)).whenComplete((reply, failure) -> {
                if (failure != null) {
                    done.completeExceptionally(failure);
                    return;
                }
                step();
                sum.add(use.applyAsLong(reply));
                if (answered.incrementAndGet() == sent.size()) {
                    done.complete(sum.sum());
                }
            });
        }
    }

    RedisAsyncCommands<byte[], byte[]> commands() {
        return commands;
    }

    /** Waits for a reply. */
    static <T> T await(RedisFuture<T> reply) {
        try {
            return reply.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }
}
