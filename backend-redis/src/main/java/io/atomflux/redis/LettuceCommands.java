package io.atomflux.redis;

import io.atomflux.error.AtomfluxException;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends commands through the driver, at most once each.
 *
 * <p>Not through the driver's own methods: those would decode on the event loop whatever the size, and repeat commands
 * after a reconnect.
 */
final class LettuceCommands implements Commands {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(640);
    private static final byte[] MATCH = ascii("MATCH");
    private static final byte[] COUNT = ascii("COUNT");
    private static final byte[] STEP = ascii("1000");

    private final Link link;
    private final Duration patience;

    /** @param patience how long a command is offered again to a server that refuses it for the moment */
    LettuceCommands(Link link, Duration patience) {
        this.link = link;
        this.patience = patience;
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

    private static Flux<byte[]> scan(Sender server, byte[] glob) {
        return step(server, glob, ascii("0"))
                .expand(found -> found.last() ? Mono.empty() : step(server, glob, found.cursor()))
                .concatMapIterable(Found::keys, 1);
    }

    private static Mono<Found> step(Sender server, byte[] glob, byte[] cursor) {
        return server.ask(
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
        return link.servers()
                .concatMap(server -> ServerSettings.read(server, name))
                .next();
    }

    /** Returns how many commands have no reply yet, for tests of leaks. */
    int waiting() {
        Sender sender = link.established();
        return sender == null ? 0 : sender.waiting();
    }

    /** Sends to where the first key lives; waits a little where the server says that it is not ready. */
    private Mono<Object> routed(ProtocolKeyword type, Consumer<CommandArgs<byte[], byte[]>> arguments) {
        Mono<Object> once = Mono.defer(() -> {
            Sender sender = link.established();
            return sender != null
                    ? sender.ask(type, arguments)
                    : link.connected().flatMap(made -> made.ask(type, arguments));
        });
        return once.onErrorResume(
                this::passing, e -> again(once, e, FIRST_PAUSE, System.nanoTime() + patience.toNanos()));
    }

    private Mono<Object> again(Mono<Object> once, Throwable refusal, Duration pause, long end) {
        if (System.nanoTime() - end > 0) {
            return Mono.error(refusal);
        }
        Duration next = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        Duration jittered = Duration.ofNanos(ThreadLocalRandom.current().nextLong(1, pause.toNanos()));
        return Mono.delay(jittered).then(once).onErrorResume(this::passing, e -> again(once, e, next, end));
    }

    private boolean passing(Throwable failure) {
        return failure instanceof AtomfluxException
                && (RedisErrors.passing(failure) || link.connectsLater() && RedisErrors.disconnected(failure));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
