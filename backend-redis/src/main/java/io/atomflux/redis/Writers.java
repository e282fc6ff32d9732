package io.atomflux.redis;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.WriteFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends the scripts that change one group, each applied once whatever is lost; shared by the stores of a process.
 *
 * <p>A script carries the number of this client and a sequence number. A reply that is lost is asked for by sending the
 * identical script again: the server answers from memory if it had run. Only when no answer came until the deadline the
 * outcome is unknown; the client's number is then never used again.
 */
final class Writers {

    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final int MOST_DOUBLINGS = 7;

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
    private final String store;
    private final Limits limits;
    private final Upkeep upkeep;
    private int users; // guarded by SHARED
    private @Nullable Mono<Client> client; // guarded by this
    private @Nullable Client registered; // guarded by this

    private Writers(Commands commands, Layout layout, String store, Limits limits) {
        this.commands = commands;
        this.layout = layout;
        this.store = store;
        this.limits = limits;
        this.upkeep = new Upkeep(commands, layout, limits);
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
            Client last;
            synchronized (this) {
                last = registered;
                registered = null;
                client = null;
            }
            if (last == null || !last.isQuiet()) {
                return Mono.empty(); // what is in doubt must stay answerable
            }
            last.retire();
            return forget(last);
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

    private Mono<Client> client() {
        synchronized (this) {
            if (client == null) {
                client = Mono.defer(this::register)
                        .doOnError(failure -> {
                            synchronized (this) {
                                client = null;
                            }
                        })
                        .cache();
            }
            return client;
        }
    }

    private Mono<Client> register() {
        String token = Tokens.next();
        return commands.eval(
                        Lua.REGISTER,
                        List.of(layout.control, layout.open),
                        List.of(Layout.bytes(token), Layout.bytes(Tokens.next()), layout.clientPrefix))
                .map(number -> {
                    Client made = new Client(Layout.text(number), token);
                    synchronized (this) {
                        registered = made;
                    }
                    return made;
                })
                .onErrorMap(
                        Commands.Unanswered.class, // the number it may have taken is never used
                        lost -> new StoreUnavailableException(store, "no reply in time", lost))
                .flatMap(made -> upkeep.begin().thenReturn(made));
    }

    private void retire(Client gone) {
        synchronized (this) {
            if (registered == gone) {
                registered = null;
                client = null;
            }
        }
        gone.retire();
    }

    private Mono<Client.Lease> lease() {
        return client().flatMap(Client::lease).switchIfEmpty(Mono.defer(this::lease)); // retired while we waited
    }

    /**
     * Runs a script once.
     *
     * @param parts makes its own keys and arguments, once for each sequence number tried
     * @return its answer
     * @signals WriteFailedException with outcome unknown if no answer came until the deadline
     */
    Mono<String> send(Script script, Function<Client.Lease, Parts> parts) {
        return lease().flatMap(lease -> new Sent(script, lease, parts.apply(lease)).attempt())
                .flatMap(answer -> answer.equals("unknown") ? send(script, parts) : Mono.just(answer));
    }

    /** One script on its way, the same in every attempt. */
    private final class Sent {
        private final Script script;
        private final Client.Lease lease;
        private final List<byte[]> keys = new ArrayList<>();
        private final List<byte[]> arguments = new ArrayList<>();
        private final long begun = System.nanoTime();
        private boolean doubt; // an earlier attempt may run any time, so that only a remembered answer counts
        private int attempts;

        Sent(Script script, Client.Lease lease, Parts parts) {
            this.script = script;
            this.lease = lease;
            keys.addAll(List.of(
                    layout.list,
                    layout.counter,
                    layout.control,
                    layout.client(lease.client().number),
                    layout.log,
                    layout.open));
            keys.addAll(parts.keys());
            arguments.addAll(List.of(lease.token(), Layout.bytes(lease.sequence()), layout.rowPrefix));
            arguments.addAll(parts.arguments());
        }

        Mono<String> attempt() {
            return commands.eval(script, keys, arguments)
                    // these scripts always answer, so nothing is a lost answer
                    .switchIfEmpty(Mono.error(() -> new Commands.Unanswered(null)))
                    .map(Layout::text)
                    .flatMap(this::answered)
                    .onErrorResume(this::failed);
        }

        private Mono<String> answered(String answer) {
            if (answer.equals("old") || answer.equals("unknown") && doubt) {
                return unknown(null);
            }
            lease.release();
            if (answer.equals("unknown")) {
                retire(lease.client()); // nothing was done; the server forgot this client
            }
            return Mono.just(answer);
        }

        private Mono<String> failed(Throwable failure) {
            if (failure instanceof WriteFailedException) {
                return Mono.error(failure); // from above
            }
            if (failure instanceof Commands.Unanswered) {
                doubt = true;
            } else if (!doubt) {
                lease.release();
                return Mono.error(failure);
            } else if (!(failure instanceof AtomfluxException known && known.retryable())) {
                return unknown(failure);
            }
            if (System.nanoTime() - begun > limits.deadline().toNanos()) {
                return unknown(failure);
            }
            long most = FIRST_PAUSE_MILLIS << Math.min(attempts++, MOST_DOUBLINGS);
            return Mono.delay(Duration.ofMillis(ThreadLocalRandom.current().nextLong(most + 1)))
                    .then(Mono.defer(this::attempt));
        }

        private Mono<String> unknown(@Nullable Throwable cause) {
            retire(lease.client());
            return Mono.error(new WriteFailedException(
                    store,
                    Outcome.UNKNOWN,
                    new StoreUnavailableException(
                            store, "no answer within " + limits.deadline().toSeconds() + " s", cause)));
        }
    }
}
