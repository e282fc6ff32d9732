package io.atomflux.redis;

import io.atomflux.adapter.Deadlines;
import io.atomflux.error.StoreBusyException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Hands commands to one connection of the driver, in the order of subscription, and their replies to the subscribers.
 *
 * <p>Commands that come together are handed over together, by whichever of their threads was first: one flush instead
 * of many, and no thread ever meets another at the driver's lock.
 */
final class Sender {

    /** Replies above this leave the event loop before anyone decodes them. */
    private static final long HANDED_OFF = 64 << 10;

    private static final int MOST_TOGETHER = 256;

    private final StatefulConnection<byte[], byte[]> connection;
    private final Duration timeout;
    private final int maxWaiting;
    private final String store;
    private final Runnable whenDeaf;
    private final Queue<ReplyCommand> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final Deadlines deadlines;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long heard = System.nanoTime();

    /**
     * @param maxWaiting how many commands may be without reply before more are refused
     * @param store for messages, without credentials
     * @param whenDeaf called when a command found no answer in time, and nothing else was heard meanwhile
     */
    Sender(
            StatefulConnection<byte[], byte[]> connection,
            Duration timeout,
            int maxWaiting,
            String store,
            Runnable whenDeaf) {
        this.connection = connection;
        this.timeout = timeout;
        this.deadlines = new Deadlines(timeout);
        this.maxWaiting = maxWaiting;
        this.store = store;
        this.whenDeaf = whenDeaf;
    }

    StatefulConnection<byte[], byte[]> connection() {
        return connection;
    }

    /** Returns how many commands are without reply, for tests of leaks. */
    int waiting() {
        return waiting.get();
    }

    /**
     * Sends one command.
     *
     * @param arguments fills in the arguments, keys as keys; called when subscribed
     * @return cold; the reply, or empty if it is nil
     */
    Mono<Object> ask(ProtocolKeyword type, Consumer<CommandArgs<byte[], byte[]>> arguments) {
        return Mono.create(sink -> send(type, arguments, sink));
    }

    private void send(ProtocolKeyword type, Consumer<CommandArgs<byte[], byte[]>> arguments, MonoSink<Object> sink) {
        CommandArgs<byte[], byte[]> args = ReplyCommand.arguments();
        arguments.accept(args);
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            sink.error(new StoreBusyException(
                    store, "%d commands wait for their replies (option max_waiting)".formatted(maxWaiting), null));
            return;
        }
        ReplyCommand command = new ReplyCommand(type, args, new ReplyCommand.Listener() {
            @Override
            public void settled(ReplyCommand done, @Nullable Throwable failure) {
                settle(done, failure, sink);
            }

            @Override
            public void retired() {
                heard = System.nanoTime();
                waiting.decrementAndGet();
            }
        });
        long sent = System.nanoTime();
        Deadlines.Waiting reply = deadlines.begin(() -> expire(command, sent, sink));
        sink.onDispose(reply::end);
        sink.onCancel(command::abandon);
        queue.add(command);
        if (queued.getAndIncrement() == 0) {
            begin();
        }
    }

    private void expire(ReplyCommand command, long sent, MonoSink<Object> sink) {
        if (!command.abandon()) {
            return; // it was answered in this moment
        }
        if (command.written() && !command.reply().begun() && sent - heard > 0) {
            whenDeaf.run();
        }
        sink.error(
                new Commands.Unanswered(new TimeoutException("no reply within %d ms".formatted(timeout.toMillis()))));
    }

    /**
     * Hands over what is queued. Where replies arrive only after all that have arrived were given out: their subscribers
     * often ask for more at once, and that goes out in one piece.
     */
    private void begin() {
        Executor loop = EventLoops.current();
        if (loop == null) {
            drain();
            return;
        }
        try {
            loop.execute(this::drain);
        } catch (RejectedExecutionException e) { // it is shutting down
            drain();
        }
    }

    private void drain() {
        int missed = 1;
        do {
            List<ReplyCommand> together = new ArrayList<>();
            for (ReplyCommand next = queue.poll(); next != null; next = queue.poll()) {
                together.add(next);
                if (together.size() == MOST_TOGETHER) {
                    dispatch(together);
                    together = new ArrayList<>();
                }
            }
            dispatch(together);
            missed = queued.addAndGet(-missed);
        } while (missed != 0);
    }

    private void dispatch(List<ReplyCommand> together) {
        together.removeIf(ReplyCommand::withdrawn);
        if (together.isEmpty()) {
            return;
        }
        try {
            // a cluster's connection would wait for its connections to the nodes when given several at once
            if (together.size() == 1 || !(connection instanceof StatefulRedisConnection<byte[], byte[]>)) {
                together.forEach(connection::dispatch);
            } else {
                connection.dispatch((List<? extends RedisCommand<byte[], byte[], ?>>) together);
            }
        } catch (RuntimeException e) {
            together.forEach(command -> command.completeExceptionally(e));
        }
    }

    private void settle(ReplyCommand command, @Nullable Throwable failure, MonoSink<Object> sink) {
        if (failure != null) {
            sink.error(RedisErrors.unanswered(failure, command.written(), store));
            return;
        }
        ReplyOutput reply = command.reply();
        String error = reply.getError();
        if (error != null) {
            sink.error(RedisErrors.replied(error, store));
        } else if (reply.bytes() > HANDED_OFF) {
            var unused = Schedulers.parallel().schedule(() -> sink.success(reply.get()));
        } else {
            sink.success(reply.get());
        }
    }
}
