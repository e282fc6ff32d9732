package io.atomflux.redis;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.WriteFailedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends scripts that change something, each applied once whatever is lost.
 *
 * <p>A script carries the number of a registered client and a sequence number. A reply that is lost is asked for by sending
 * the identical script again: the server answers from memory if it had run. Only when no answer came until the deadline the
 * outcome is unknown; the client's number is then never used again. The scripts answer {@code unknown} if the server does
 * not know the client, and {@code old} if it forgot the answer.
 */
final class Guard {

    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final int MOST_DOUBLINGS = 7;

    private final Commands commands;
    private final String store;
    private final Duration deadline;
    private final Supplier<Mono<Client>> registering;
    private @Nullable Mono<Client> client; // guarded by this
    private @Nullable Client registered; // guarded by this

    /**
     * @param store for messages, without credentials
     * @param deadline for how long a script is asked about whose reply was lost
     * @param registering takes a client number
     */
    Guard(Commands commands, String store, Duration deadline, Supplier<Mono<Client>> registering) {
        this.commands = commands;
        this.store = store;
        this.deadline = deadline;
        this.registering = registering;
    }

    /**
     * What a script is given.
     *
     * @param keys all its keys
     * @param arguments all its arguments, the client's token and the sequence among them
     */
    record Request(List<byte[]> keys, List<byte[]> arguments) {}

    /** Ends the use of the client's number; empty if there is none, or one that must stay answerable. */
    Mono<Client> retire() {
        return Mono.defer(() -> {
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
            return Mono.just(last);
        });
    }

    private Mono<Client> client() {
        synchronized (this) {
            if (client == null) {
                client = Mono.defer(registering)
                        .doOnNext(made -> {
                            synchronized (this) {
                                registered = made;
                            }
                        })
                        .onErrorMap(
                                Commands.Unanswered.class, // the number it may have taken is never used
                                lost -> new StoreUnavailableException(store, "no reply in time", lost))
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
     * @param request makes keys and arguments, once for each sequence number tried
     * @return its answer
     * @signals WriteFailedException with outcome unknown if no answer came until the deadline
     */
    Mono<String> send(Script script, Function<Client.Lease, Request> request) {
        return lease().flatMap(lease -> new Sent(script, lease, request.apply(lease)).attempt())
                .flatMap(answer -> answer.equals("unknown") ? send(script, request) : Mono.just(answer));
    }

    /** One script on its way, the same in every attempt. */
    private final class Sent {
        private final Script script;
        private final Client.Lease lease;
        private final Request request;
        private final long begun = System.nanoTime();
        private boolean doubt; // an earlier attempt may run any time, so that only a remembered answer counts
        private int attempts;

        Sent(Script script, Client.Lease lease, Request request) {
            this.script = script;
            this.lease = lease;
            this.request = request;
        }

        Mono<String> attempt() {
            return commands.eval(script, request.keys(), request.arguments())
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
            if (System.nanoTime() - begun > deadline.toNanos()) {
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
                    new StoreUnavailableException(store, "no answer within " + deadline.toSeconds() + " s", cause)));
        }
    }
}
