package io.atomflux.redis;

import io.atomflux.error.StoreBusyException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Takes a group away: its rows as {@code clear} does, hashes that other programs left behind, its own keys last.
 *
 * <p>Keys are found by pattern but taken only if they have exactly the shape of a row's, so groups with similar names stay.
 */
final class Removal {

    private static final int MOST_ROUNDS = 20;
    private static final int PURGED = 256;

    private final RedisRows rows;
    private final Commands commands;
    private final Layout layout;
    private final Limits limits;

    Removal(RedisRows rows, Commands commands, Layout layout, Limits limits) {
        this.rows = rows;
        this.commands = commands;
        this.layout = layout;
        this.limits = limits;
    }

    Mono<Void> run() {
        return round(1);
    }

    private Mono<Void> round(int round) {
        if (round > MOST_ROUNDS) {
            return Mono.error(
                    new StoreBusyException(rows.name(), "others keep writing to what is to be removed", null));
        }
        Writers writers = rows.writers();
        Mono<Void> emptied = new RedisWrite(rows, writers, limits, () -> false)
                .run(new Write.Clear<>())
                .then(writers.upkeep().sweep(Duration.ZERO, limits.forgotten()))
                .thenMany(commands.scan(layout.rowPattern()))
                .filter(key -> layout.sortKeyOf(key) >= 0)
                .buffer(PURGED)
                .concatMap(this::purge)
                .then();
        return emptied.then(Mono.defer(() -> commands.call(layout.control, Command.HGET, List.of(Layout.bytes("id")))
                        .defaultIfEmpty(new byte[0])))
                .flatMap(id -> commands.eval(
                        Lua.REMOVE,
                        List.of(layout.list, layout.counter, layout.control, layout.log, layout.open, layout.graves),
                        List.of((byte[]) id, layout.clientPrefix)))
                .flatMap(done -> (long) done == 1 ? Mono.<Void>empty() : round(round + 1));
    }

    private Mono<Object> purge(List<byte[]> found) {
        List<byte[]> keys = new ArrayList<>(List.of(layout.list, layout.open, layout.graves));
        keys.addAll(found);
        return commands.eval(Lua.PURGE, keys, List.of());
    }
}
