package io.atomflux.redis;

import io.atomflux.spi.Location;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One group of a server, as a test sees it: through stores, and key by key as another program does. */
final class Server implements AutoCloseable {

    private static final Script ANY = Scripts.of("return redis.call(unpack(ARGV))", true);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final RedisClients.Lease lease =
            RedisClients.lease(RedisPlace.of(Location.parse(RedisServers.single())), RedisOptions.defaults(), "redis");
    final String group;
    final Layout layout;
    private final List<RedisRows> opened = new ArrayList<>();

    Server() {
        this("t" + UUID.randomUUID().toString().substring(0, 8));
    }

    Server(String group) {
        this.group = group;
        this.layout = new Layout(group, false);
    }

    RedisRows open() {
        return open(lease.commands(), Limits.DEFAULT);
    }

    RedisRows open(Commands commands, Limits limits) {
        RedisRows rows = new RedisRows(commands, layout, "redis " + group, false, limits, Flux.empty(), Mono.empty());
        opened.add(rows);
        return rows;
    }

    /** Runs any command. */
    @Nullable
    Object run(Object... words) {
        List<byte[]> arguments = new ArrayList<>();
        for (Object word : words) {
            arguments.add(
                    word instanceof byte[] bytes ? bytes : String.valueOf(word).getBytes(StandardCharsets.UTF_8));
        }
        return lease.commands().eval(ANY, List.of(layout.list), arguments).block(PATIENCE);
    }

    List<String> texts(Object... words) {
        Object reply = run(words);
        List<String> texts = new ArrayList<>();
        for (Object part : reply instanceof List<?> list ? list : List.of()) {
            texts.add(Layout.text(part));
        }
        return texts;
    }

    String key(String rest) {
        return group + rest;
    }

    List<String> list() {
        return texts("LRANGE", key(":sort_keys"), 0, -1);
    }

    /** Returns all keys of the group, sorted. */
    List<String> keys() {
        return texts("KEYS", group + ":*").stream().sorted().toList();
    }

    static <T> T get(Mono<T> call) {
        T result = call.block(PATIENCE);
        if (result == null) {
            throw new AssertionError("nothing came");
        }
        return result;
    }

    static void done(Mono<?> call) {
        call.then().block(PATIENCE);
    }

    @Override
    public void close() {
        opened.forEach(rows -> done(rows.close()));
        for (String key : keys()) {
            run("DEL", key);
        }
        done(lease.close());
    }
}
