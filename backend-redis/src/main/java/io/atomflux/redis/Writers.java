package io.atomflux.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Sends the scripts that change one group, each applied once whatever is lost, see {@link Guard}; shared by the stores of a
 * process.
 */
final class Writers {

    private static final Map<Key, Writers> SHARED = new HashMap<>(); // guarded by itself

    private record Key(Commands commands, String prefix) {}

    /**
     * What a script is given beside what all have.
     *
     * @param keys further keys
     * @param arguments further arguments
     */
    record Parts(List<byte[]> keys, List<byte[]> arguments) {
        static Parts of(byte[]... arguments) {
            return new Parts(List.of(), List.of(arguments));
        }
    }

    final Commands commands;
    final Layout layout;
    private final Upkeep upkeep;
    private final Guard guard;
    private int users; // guarded by SHARED

    private Writers(Commands commands, Layout layout, String store, Limits limits) {
        this.commands = commands;
        this.layout = layout;
        this.upkeep = new Upkeep(commands, layout, limits);
        this.guard = new Guard(commands, store, limits.deadline(), this::register);
    }

    /** Takes the writers of a group, to be given back; does no I/O. */
    static Writers take(Commands commands, Layout layout, String store, Limits limits) {
        synchronized (SHARED) {
            Writers shared = SHARED.computeIfAbsent(
                    new Key(commands, layout.prefix()), key -> new Writers(commands, layout, store, limits));
            shared.users++;
            return shared;
        }
    }

    /** Returns how many groups have writers, for tests of leaks. */
    static int count() {
        synchronized (SHARED) {
            return SHARED.size();
        }
    }

    /** Gives the writers back; the last one to do so gives the client number back. */
    Mono<Void> release() {
        return Mono.defer(() -> {
            synchronized (SHARED) {
                if (--users > 0) {
                    return Mono.empty();
                }
                SHARED.remove(new Key(commands, layout.prefix()), this);
            }
            upkeep.stop();
            return guard.retire().flatMap(this::forget);
        });
    }

    private Mono<Void> forget(Client gone) {
        return commands.eval(
                        Lua.FORGET,
                        List.of(layout.control, layout.client(gone.number)),
                        List.of(Layout.bytes(gone.number), Layout.bytes(gone.token), Layout.bytes("id")))
                .then()
                .onErrorResume(failure -> Mono.empty()); // the sweeper forgets it after a day
    }

    Upkeep upkeep() {
        return upkeep;
    }

    private Mono<Client> register() {
        String token = Tokens.next();
        return commands.eval(
                        Lua.REGISTER,
                        List.of(layout.control, layout.open),
                        List.of(Layout.bytes(token), Layout.bytes(Tokens.next()), layout.clientPrefix))
                .map(number -> new Client(Layout.text(number), token))
                .flatMap(made -> upkeep.begin().thenReturn(made));
    }

    /**
     * Runs a script once.
     *
     * @param parts makes its own keys and arguments, once for each sequence number tried
     * @return its answer
     * @signals WriteFailedException with outcome unknown if no answer came until the deadline
     */
    Mono<String> send(Script script, Function<Client.Lease, Parts> parts) {
        return guard.send(script, lease -> request(lease, parts.apply(lease)));
    }

    private Guard.Request request(Client.Lease lease, Parts parts) {
        List<byte[]> keys = new ArrayList<>(List.of(
                layout.list,
                layout.counter,
                layout.control,
                layout.client(lease.client().number),
                layout.log,
                layout.open));
        keys.addAll(parts.keys());
        List<byte[]> arguments =
                new ArrayList<>(List.of(lease.token(), Layout.bytes(lease.sequence()), layout.rowPrefix));
        arguments.addAll(parts.arguments());
        return new Guard.Request(keys, arguments);
    }
}
