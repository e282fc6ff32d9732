package io.atomflux.mongo;

import io.atomflux.error.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Executes the commands of several clients one by one in an order drawn from a seed, and loses replies: of commands that were
 * executed, and of ones that are executed later or never. Clients can crash between any two commands. One thread; the same
 * seed gives the same run.
 */
final class Interleaver {

    private record Parked(
            String client, String command, boolean changes, Supplier<List<?>> execution, MonoSink<List<?>> sink) {}

    final SplittableRandom random;
    final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
    final StringBuilder trace = new StringBuilder();
    private final List<Parked> parked = new ArrayList<>();
    private final List<Parked> late = new ArrayList<>();
    private final Set<String> crashed = new HashSet<>();
    private int losses;
    private int crashes;
    private int failures;
    private long step;

    Interleaver(long seed, int losses, int crashes) {
        this.random = new SplittableRandom(seed);
        this.losses = losses;
        this.crashes = crashes;
    }

    /** Lets so many commands fail, for certain not executed. */
    void refuse(int commands) {
        failures = commands;
    }

    long step() {
        return step;
    }

    boolean hasCrashed(String client) {
        return crashed.contains(client);
    }

    boolean anyCrashed() {
        return !crashed.isEmpty();
    }

    ModelDocuments.Gate gate(String client) {
        return new ModelDocuments.Gate() {
            @Override
            public <T> Mono<List<T>> pass(String command, boolean changes, Supplier<List<T>> execution) {
                return Mono.<List<?>>create(sink -> {
                            if (!crashed.contains(client)) {
                                parked.add(new Parked(client, command, changes, execution::get, sink));
                            }
                        })
                        .map(Interleaver::cast);
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T> List<T> cast(List<?> list) {
        return (List<T>) list;
    }

    /** Runs until no client waits for anything any more. */
    void run(Supplier<Boolean> finished) {
        int idle = 0;
        while (!finished.get() || !parked.isEmpty()) {
            step++;
            if (step > 200_000) {
                throw new AssertionError("no end after 200 000 steps\n" + trace);
            }
            int choice = random.nextInt(20);
            if (!late.isEmpty() && (choice == 0 || parked.isEmpty() && choice < 4)) {
                Parked copy = late.remove(random.nextInt(late.size()));
                note("LATE", copy);
                copy.execution.get();
            } else if (parked.isEmpty() || choice == 1) {
                timer.advanceTimeBy(Duration.ofMillis(1 + random.nextInt(100)));
                idle = parked.isEmpty() ? idle + 1 : 0;
                if (idle > 100) {
                    return; // whoever has not finished has crashed
                }
            } else {
                one(parked.remove(random.nextInt(parked.size())));
            }
        }
        while (!late.isEmpty()) { // some arrive at last, some never
            Parked copy = late.remove(random.nextInt(late.size()));
            if (random.nextBoolean()) {
                note("LATE", copy);
                copy.execution.get();
            }
        }
    }

    private void one(Parked command) {
        if (crashes > 0 && random.nextInt(30) == 0 && !command.client.startsWith("r")) {
            crashes--;
            crashed.add(command.client);
            if (random.nextBoolean()) {
                command.execution.get();
            }
            note("CRASH", command);
            parked.removeIf(other -> other.client.equals(command.client));
        } else if (command.changes && losses > 0 && random.nextInt(8) == 0 && !command.client.startsWith("py")) {
            losses--;
            if (random.nextBoolean()) {
                note("EXECUTED, REPLY LOST", command);
                command.execution.get();
            } else {
                note("LOST", command);
                late.add(command);
            }
            command.sink.error(new Documents.Unanswered(null));
        } else if (failures > 0 && random.nextInt(12) == 0 && !command.client.startsWith("py")) {
            failures--;
            note("REFUSED", command);
            command.sink.error(new StoreUnavailableException("model", "planted", null));
        } else {
            List<?> reply = command.execution.get();
            note(reply.isEmpty() ? "none" : "ok", command);
            command.sink.success(reply);
        }
    }

    private void note(String what, Parked command) {
        trace.append(step)
                .append(' ')
                .append(command.client)
                .append(' ')
                .append(what)
                .append(": ");
        trace.append(command.command).append('\n');
    }

    void note(String text) {
        trace.append(step).append(' ').append(text).append('\n');
    }
}
