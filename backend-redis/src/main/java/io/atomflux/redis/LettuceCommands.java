package io.atomflux.redis;

import io.atomflux.error.StoreUnavailableException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Sends commands through the driver, at most once each.
 *
 * <p>Not through the driver's own methods: those would decode on the event loop whatever the size, and repeat commands
 * after a reconnect.
 */
final class LettuceCommands implements Commands {

    /** Replies above this leave the event loop before anyone decodes them. */
    private static final long HANDED_OFF = 64 << 10;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(640);
    private static final byte[] MATCH = ascii("MATCH");
    private static final byte[] COUNT = ascii("COUNT");
    private static final byte[] STEP = ascii("1000");

    private final Link link;
    private final Duration timeout;

    LettuceCommands(Link link, Duration timeout) {
        this.link = link;
        this.timeout = timeout;
    }

    @Override
    public Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
        return routed(CommandType.EVALSHA, args -> scripted(args.add(script.sha1()), keys, arguments))
                .onErrorResume(
                        RedisErrors.ScriptMissing.class,
                        // runs it and keeps it, on whichever server owns the keys
                        e -> routed(CommandType.EVAL, args -> scripted(args.add(script.text()), keys, arguments)));
    }

    private static void scripted(CommandArgs<byte[], byte[]> args, List<byte[]> keys, List<byte[]> arguments) {
        args.add(keys.size());
        keys.forEach(args::addKey);
        arguments.forEach(args::add);
    }

    @Override
    public Mono<Object> call(byte[] key, Command command, List<byte[]> arguments) {
        return routed(CommandType.valueOf(command.name()), args -> {
            args.addKey(key);
            arguments.forEach(args::add);
        });
    }

    @Override
    public Flux<byte[]> scan(String pattern) {
        byte[] glob = pattern.getBytes(StandardCharsets.UTF_8);
        return link.servers().concatMap(server -> scan(server, glob), 1);
    }

    private Flux<byte[]> scan(StatefulConnection<byte[], byte[]> server, byte[] glob) {
        return step(server, glob, ascii("0"))
                .expand(found -> found.last() ? Mono.empty() : step(server, glob, found.cursor()))
                .concatMapIterable(Found::keys, 1);
    }

    private Mono<Found> step(StatefulConnection<byte[], byte[]> server, byte[] glob, byte[] cursor) {
        return asked(
                        server,
                        CommandType.SCAN,
                        args -> args.add(cursor).add(MATCH).add(glob).add(COUNT).add(STEP))
                .map(Found::of);
    }

    private record Found(byte[] cursor, List<byte[]> keys) {

        static Found of(Object reply) {
            List<?> pair = (List<?>) reply;
            return new Found(
                    (byte[]) pair.get(0),
                    ((List<?>) pair.get(1)).stream().map(byte[].class::cast).toList());
        }

        boolean last() {
            return cursor.length == 1 && cursor[0] == '0';
        }
    }

    @Override
    public Mono<String> setting(String name) {
        return link.servers().next().flatMap(server -> setting(server, name));
    }

    /** Reads one setting of every server; fewer where some do not tell. */
    Flux<String> settings(String name) {
        return link.servers().concatMap(server -> setting(server, name));
    }

    private Mono<String> setting(StatefulConnection<byte[], byte[]> server, String name) {
        Mono<String> configured = asked(
                        server, CommandType.CONFIG, args -> args.add("GET").add(name))
                .filter(reply -> reply instanceof List<?> pair && pair.size() == 2)
                .map(reply -> text((byte[]) ((List<?>) reply).get(1)));
        // Hosted servers refuse CONFIG; INFO tells some of the settings as well, with _ for -.
        String line = name.replace('-', '_') + ":";
        Mono<String> informed = asked(server, CommandType.INFO, args -> args.add("memory"))
                .flatMapIterable(reply -> text((byte[]) reply).lines().toList())
                .filter(text -> text.startsWith(line))
                .map(text -> text.substring(line.length()).strip())
                .next();
        return configured
                .onErrorResume(
                        e -> !(e instanceof StoreUnavailableException || e instanceof Unanswered), e -> Mono.empty())
                .switchIfEmpty(informed);
    }

    /** Sends where the first key lives; waits a little where the server says that it is not ready. */
    private Mono<Object> routed(ProtocolKeyword type, Consumer<CommandArgs<byte[], byte[]>> arguments) {
        Mono<Object> once = Mono.defer(() -> {
            StatefulConnection<byte[], byte[]> connection = link.established();
            return connection != null
                    ? asked(connection, type, arguments)
                    : link.connected().flatMap(made -> asked(made, type, arguments));
        });
        return once.retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE)
                .maxBackoff(LONGEST_PAUSE)
                .jitter(1)
                .filter(RedisErrors::passing));
    }

    private Mono<Object> asked(
            StatefulConnection<byte[], byte[]> connection,
            ProtocolKeyword type,
            Consumer<CommandArgs<byte[], byte[]>> arguments) {
        return Mono.<Object>create(sink -> {
                    CommandArgs<byte[], byte[]> args = ReplyCommand.arguments();
                    arguments.accept(args);
                    ReplyCommand command = new ReplyCommand(type, args, (done, failure) -> settle(done, failure, sink));
                    sink.onCancel(command::cancel);
                    connection.dispatch(command);
                })
                .timeout(timeout)
                .onErrorMap(TimeoutException.class, Unanswered::new);
    }

    private void settle(ReplyCommand command, @Nullable Throwable failure, MonoSink<Object> sink) {
        if (failure instanceof CancellationException) {
            return;
        }
        if (failure != null) {
            sink.error(RedisErrors.unanswered(failure, command.written(), link.store()));
            return;
        }
        ReplyOutput reply = command.reply();
        String error = reply.getError();
        if (error != null) {
            sink.error(RedisErrors.replied(error, link.store()));
        } else if (reply.bytes() > HANDED_OFF) {
            var unused = Schedulers.parallel().schedule(() -> sink.success(reply.get()));
        } else {
            sink.success(reply.get());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
