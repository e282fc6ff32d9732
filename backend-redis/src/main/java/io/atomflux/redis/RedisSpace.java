package io.atomflux.redis;

import io.atomflux.adapter.LockCells;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * A part of a Redis whose keys begin alike and, on a cluster, share a slot; what other packages of this artefact are made
 * of. Not for users of stores.
 *
 * <p>Scripts that change something are applied once, whatever is lost: they carry a client's number and a sequence that
 * the server compares. Making an instance does no I/O; may be used by many threads.
 */
public final class RedisSpace {

    // here, so that they are loaded on the thread of who makes the first space, which may wait for a file
    private static final Script REGISTER = Lua.REGISTER;
    private static final Script SWEEP = Lua.SWEEP;
    private static final Script FORGET = Lua.FORGET;

    private static final Duration FORGOTTEN = Limits.DEFAULT.forgotten();
    private static final Duration RECONNECTING = Duration.ofSeconds(3);
    private static final RetryBackoffSpec PAUSES =
            Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(5)).maxBackoff(Duration.ofMillis(320));

    private final Commands commands;
    private final String name;
    private final String prefix;
    private final Duration deadline;
    private final Guard guard;
    private final Calls calls;
    private final Mono<Void> closed;
    private final byte[] control;
    private final byte[] clientPrefix;

    RedisSpace(Commands commands, String name, String prefix, Duration deadline, Mono<Void> release) {
        this.commands = commands;
        this.name = name;
        this.prefix = prefix;
        this.deadline = deadline;
        this.guard = new Guard(commands, name, deadline, this::register);
        this.calls = new Calls(name);
        this.closed = calls.whenIdle()
                .then(Mono.defer(guard::retire))
                .flatMap(this::forget)
                .then(release)
                .cache();
        this.control = key("ctl");
        this.clientPrefix = key("client:");
    }

    /**
     * Makes the space of a name; does no I/O.
     *
     * @param kind what its keys begin with; with a slash, so that no group of rows has such keys
     * @param options group and settings, as for rows
     * @param otherwise the name if the options have no group
     * @throws io.atomflux.error.InvalidOptionException naming what is wrong
     * @throws InvalidNameException if the group is refused
     */
    public static RedisSpace of(String kind, Location location, OpenOptions options, String otherwise) {
        Opening opening = Opening.of(location, options);
        String group = Groups.accepted(options.group().orElse(otherwise), true);
        RedisClients.Lease lease = RedisClients.lease(opening.place(), opening.options(), location.toString());
        String name = options.group().isEmpty() ? location.toString() : location + " group " + group;
        return new RedisSpace(
                lease.commands(), name, kind + "{" + group + "}:", Limits.DEFAULT.deadline(), lease.close());
    }

    /** Returns the URI schemes of locations in Redis, in lower case. */
    public static Set<String> schemes() {
        return RedisPlace.schemes();
    }

    /** A Lua script, kept in a resource beside the class that uses it. */
    public static final class Routine {

        private final Script script;

        private Routine(Script script) {
            this.script = script;
        }

        /** Loads a script that changes nothing that a late or repeated copy could spoil. */
        public static Routine reading(Class<?> home, String name) {
            return new Routine(Script.reading(home, name));
        }

        /**
         * Loads a script that changes something; it stands behind {@code once.lua} and ends in {@code return
         * remember(answer)} once it may have written.
         */
        public static Routine writing(Class<?> home, String name) {
            return new Routine(Script.writing(home, name));
        }
    }

    /** Returns locks in this space, by any names. */
    public LockCells locks() {
        return new RedisLocks(this);
    }

    /** Returns the place for messages, without credentials. */
    public String name() {
        return name;
    }

    /** Returns a key of this space. */
    public byte[] key(String rest) {
        return Layout.bytes(prefix + rest);
    }

    /**
     * Runs a script that was loaded for reading; sends it again when its reply was lost.
     *
     * @return cold; what it answers: {@code Long}, {@code byte[]}, a list of these, or empty
     * @signals StoreUnavailableException, and what else the library has for the errors of a server
     */
    public Mono<Object> read(Routine routine, List<byte[]> keys, List<byte[]> arguments) {
        return calls.reading(Mono.defer(() -> asked(routine.script, keys, arguments))
                .onErrorMap(
                        Commands.Unanswered.class,
                        lost -> new StoreUnavailableException(name, "no reply in time", lost)));
    }

    /** As long as a change would be asked about. */
    private Mono<Object> asked(Script script, List<byte[]> keys, List<byte[]> arguments) {
        long begun = System.nanoTime();
        return connected(Mono.defer(() -> commands.eval(script, keys, arguments))
                .retryWhen(PAUSES.filter(failure ->
                        failure instanceof Commands.Unanswered && System.nanoTime() - begun < deadline.toNanos())));
    }

    /**
     * Waits a moment for a connection that was just cut. What stands between two scripts then has nothing on its way; a
     * server that could not be reached in the first place is told at once.
     */
    private static <T> Mono<T> connected(Mono<T> call) {
        return Mono.defer(() -> {
            long begun = System.nanoTime();
            return call.retryWhen(PAUSES.filter(
                    failure -> RedisErrors.isNotSent(failure) && System.nanoTime() - begun < RECONNECTING.toNanos()));
        });
    }

    /**
     * Runs a script that was loaded for writing, once; goes on when its subscriber cancels.
     *
     * @param keys its keys behind that of the client
     * @param arguments its arguments behind token and sequence
     * @return cold; its answer as text
     * @signals WriteFailedException with outcome unknown if the server did not say in time what became of it; what else
     *     is signalled means that it did nothing
     */
    public Mono<String> apply(Routine routine, List<byte[]> keys, List<byte[]> arguments) {
        return calls.detached(cancelled -> connected(guard.send(routine.script, lease -> {
            List<byte[]> allKeys = new ArrayList<>(keys.size() + 1);
            allKeys.add(key("client:" + lease.client().number));
            allKeys.addAll(keys);
            List<byte[]> allArguments = new ArrayList<>(arguments.size() + 2);
            allArguments.addAll(Arrays.asList(lease.token(), Layout.bytes(lease.sequence())));
            allArguments.addAll(arguments);
            return new Guard.Request(allKeys, allArguments);
        })));
    }

    private Mono<Client> register() {
        String token = Tokens.next();
        return asked( // a number whose reply was lost is never used
                        REGISTER,
                        List.of(control, key("open")),
                        List.of(Layout.bytes(token), Layout.bytes(Tokens.next()), clientPrefix))
                .map(number -> new Client(Layout.text(number), token))
                .flatMap(made -> forgetDead().thenReturn(made));
    }

    /** Forgets clients that wrote nothing for a day; one that lives after all is told so, and takes another number. */
    private Mono<Void> forgetDead() {
        return commands.eval(
                        SWEEP,
                        List.of(key("open"), key("graves"), control), // rows have such, a space has none
                        List.of(clientPrefix, Layout.bytes(0), Layout.bytes(FORGOTTEN.toMillis())))
                .flatMapMany(reply -> Flux.fromIterable((List<?>) ((List<?>) reply).get(2)))
                .buffer(2)
                .concatMap(dead -> commands.eval(
                        FORGET,
                        List.of(control, key("client:" + Layout.text(dead.get(0)))),
                        List.of((byte[]) dead.get(0), (byte[]) dead.get(1), Layout.bytes("ms"))))
                .onErrorResume(failure -> Mono.empty()) // the next one to register does it
                .then();
    }

    private Mono<Void> forget(Client gone) {
        return commands.eval(
                        FORGET,
                        List.of(control, key("client:" + gone.number)),
                        List.of(Layout.bytes(gone.number), Layout.bytes(gone.token), Layout.bytes("id")))
                .onErrorResume(failure -> Mono.empty()) // somebody forgets it after a day
                .then();
    }

    /** Waits for running calls, refuses later ones, and gives the connection back; cold, idempotent. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
            calls.close();
            return closed;
        });
    }
}
