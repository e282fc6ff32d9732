package io.atomflux.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes away what dead clients left: rows that were staged and never published, rows of cleared stores.
 *
 * <p>First the right to publish goes, then the rows: never the other way round. When it happens does not matter to what is
 * true, so age is judged by the server's clock without any care.
 */
final class Upkeep {

    /** Rows deleted by one script; each costs about a microsecond. */
    private static final int DRAINED = 256;

    private final Commands commands;
    private final Layout layout;
    private final Limits limits;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Disposable.Swap timer = Disposables.swap(); // also if it begins after it was stopped

    Upkeep(Commands commands, Layout layout, Limits limits) {
        this.commands = commands;
        this.layout = layout;
        this.limits = limits;
    }

    /** Sweeps now, and again and again from then on; the first time only. */
    Mono<Void> begin() {
        return Mono.defer(() -> {
            if (!begun.compareAndSet(false, true)) {
                return Mono.empty();
            }
            Mono<Void> quietly = sweep().onErrorResume(failure -> Mono.empty()); // the next time will do
            timer.update(Mono.defer(() -> Mono.delay(pause()).then(quietly))
                    .repeat(() -> !timer.isDisposed())
                    .subscribe());
            return quietly;
        });
    }

    private Duration pause() {
        long millis = limits.sweeping().toMillis();
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis + 1));
    }

    void stop() {
        timer.dispose();
    }

    /** Sweeps what is overdue. */
    Mono<Void> sweep() {
        return sweep(limits.overdue(), limits.forgotten()).then();
    }

    /**
     * Sweeps what is older.
     *
     * @return how many open writes are left
     */
    Mono<Long> sweep(Duration overdue, Duration forgotten) {
        return Mono.defer(() -> commands.eval(
                        Lua.SWEEP,
                        List.of(layout.open, layout.graves, layout.control),
                        List.of(
                                layout.clientPrefix,
                                Layout.bytes(overdue.toMillis()),
                                Layout.bytes(forgotten.toMillis()))))
                .flatMap(reply -> {
                    List<?> parts = (List<?>) reply;
                    List<?> writes = (List<?>) parts.get(0);
                    List<?> clients = (List<?>) parts.get(2);
                    long left = (long) parts.get(3) - writes.size() / 2;
                    return pairs(writes)
                            .concatMap(entry -> abandon(Layout.text(entry.get(0)), (byte[]) entry.get(1)))
                            .thenMany(
                                    Flux.fromIterable((List<?>) parts.get(1)).concatMap(grave -> drain((byte[]) grave)))
                            .thenMany(pairs(clients).concatMap(client -> forget(client.get(0), client.get(1))))
                            .then(Mono.just(left));
                });
    }

    private static Flux<? extends List<?>> pairs(List<?> flat) {
        return Flux.fromIterable(flat).buffer(2);
    }

    private Mono<Void> forget(Object number, Object lastUse) {
        return commands.eval(
                        Lua.FORGET,
                        List.of(layout.control, layout.client(Layout.text(number))),
                        List.of((byte[]) number, (byte[]) lastUse, Layout.bytes("ms")))
                .then();
    }

    /** Ends an open write, if it still is what was seen, and deletes its rows. */
    Mono<Void> abandon(String name, byte[] entry) {
        byte[] grave = layout.grave(name);
        return Mono.defer(() -> commands.eval(
                        Lua.ABANDON, List.of(layout.open, layout.graves, grave), List.of(Layout.bytes(name), entry)))
                .flatMap(done -> (long) done == 0 ? Mono.<Void>empty() : drain(grave));
    }

    /** Deletes the rows whose keys lie in a grave, step by step; many may do so at once. */
    Mono<Void> drain(byte[] grave) {
        return Mono.defer(() -> commands.eval(
                        Lua.DRAIN, List.of(layout.graves, grave), List.of(layout.rowPrefix, Layout.bytes(DRAINED))))
                .repeat()
                .takeUntil(left -> (long) left == 0)
                .then();
    }
}
