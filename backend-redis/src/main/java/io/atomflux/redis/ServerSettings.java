package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreIoException;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import reactor.core.publisher.Mono;

/** Reads how a server was set up, and refuses one that would lose rows. */
final class ServerSettings {

    private static final String POLICY = "maxmemory-policy";

    private ServerSettings() {}

    /** Reads one setting; empty where the server does not tell. */
    static Mono<String> read(Sender server, String name) {
        Mono<String> configured = server.ask(
                        CommandType.CONFIG, args -> args.add("GET").add(name))
                .filter(reply -> reply instanceof List<?> pair && pair.size() == 2)
                .map(reply -> text(((List<?>) reply).get(1)));
        // Hosted servers refuse CONFIG; INFO tells some of the settings as well, with _ for -.
        String line = name.replace('-', '_') + ":";
        Mono<String> informed = server.ask(CommandType.INFO, args -> args.add("memory"))
                .flatMapIterable(reply -> text(reply).lines().toList())
                .filter(text -> text.startsWith(line))
                .map(text -> text.substring(line.length()).strip())
                .next();
        return configured
                .onErrorResume(ServerSettings::untold, e -> Mono.empty())
                .switchIfEmpty(informed)
                .onErrorResume(ServerSettings::untold, e -> Mono.empty());
    }

    /**
     * Refuses a server that throws away keys without expiry when its memory is full: rows have none.
     *
     * @signals InvalidOptionException if it does
     */
    static Mono<Void> refuseEviction(Sender server, String store) {
        return read(server, POLICY)
                .filter(policy -> policy.startsWith("allkeys-"))
                .flatMap(policy -> Mono.<String>error(evicts(store, policy)))
                .then();
    }

    private static InvalidOptionException evicts(String store, String policy) {
        return new InvalidOptionException(
                "allow_eviction",
                ("false, but %s has the %s %s, which throws away rows when its memory is full (expected: noeviction, set on"
                                + " the server; or allow_eviction=true for rows that may vanish)")
                        .formatted(store, POLICY, policy));
    }

    /** A command the server does not know, or does not allow to this user. */
    private static boolean untold(Throwable failure) {
        return failure instanceof StoreIoException || failure instanceof StoreAccessException;
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }
}
