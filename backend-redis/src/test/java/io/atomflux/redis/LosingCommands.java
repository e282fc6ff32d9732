package io.atomflux.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Passes scripts that write on to real ones, and at random loses requests and replies, or runs a copy late. */
final class LosingCommands implements Commands {

    private final Commands real;
    private final SplittableRandom random;
    private final int percent;
    private final List<Mono<Object>> late = new ArrayList<>(); // guarded by this
    private int lost; // guarded by this

    LosingCommands(Commands real, long seed, int percent) {
        this.real = real;
        this.random = new SplittableRandom(seed);
        this.percent = percent;
    }

    @Override
    public Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
        Mono<Object> once = real.eval(script, keys, arguments);
        return script.writes() ? Mono.defer(() -> fate(once)) : once;
    }

    private synchronized Mono<Object> fate(Mono<Object> once) {
        Mono<Object> before = Mono.empty();
        if (!late.isEmpty() && random.nextInt(3) == 0) { // a copy sent long ago arrives now
            before = late.remove(random.nextInt(late.size()));
        }
        Mono<Object> now = once;
        if (random.nextInt(100) < percent) {
            lost++;
            Mono<Object> unanswered = Mono.error(new Unanswered(null));
            switch (random.nextInt(3)) {
                case 0 -> now = once.then(unanswered);
                case 1 -> now = unanswered;
                default -> {
                    late.add(once);
                    now = unanswered;
                }
            }
        }
        return before.onErrorComplete().then(now);
    }

    synchronized int lost() {
        return lost;
    }

    /** Runs what is still on its way. */
    Mono<Void> deliver() {
        List<Mono<Object>> rest;
        synchronized (this) {
            rest = List.copyOf(late);
            late.clear();
        }
        return Flux.concat(rest).then();
    }

    @Override
    public Mono<Object> call(byte[] key, Command command, List<byte[]> arguments) {
        return real.call(key, command, arguments);
    }

    @Override
    public Flux<byte[]> scan(String pattern) {
        return real.scan(pattern);
    }

    @Override
    public Mono<String> setting(String name) {
        return real.setting(name);
    }
}
