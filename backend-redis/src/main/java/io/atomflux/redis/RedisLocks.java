package io.atomflux.redis;

import io.atomflux.adapter.LockCells;
import io.atomflux.redis.RedisSpace.Routine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Locks as keys that expire by the server's clock; their tokens come from one counter, so they grow for every name.
 *
 * <p>A server that loses its last second, or whose replica takes over with a lag, may forget a lock: what must not be done
 * twice compares the token as well.
 */
final class RedisLocks implements LockCells {

    private static final Routine LOCK = Routine.writing(RedisLocks.class, "lock");
    private static final Routine RENEW = Routine.reading(RedisLocks.class, "renew");
    private static final Routine UNLOCK = Routine.writing(RedisLocks.class, "unlock");
    private static final String HELD = "held ";

    private final RedisSpace space;
    private final byte[] counter;

    RedisLocks(RedisSpace space) {
        this.space = space;
        this.counter = space.key("token");
    }

    @Override
    public String store() {
        return space.name();
    }

    @Override
    public Mono<Attempt> take(String name, String holder, Duration lease) {
        return space.apply(LOCK, List.of(key(name), counter), List.of(bytes(holder), millis(lease)))
                .map(answer -> answer.startsWith(HELD)
                        ? Attempt.heldBy(answer.substring(HELD.length()))
                        : Attempt.taken(Long.parseLong(answer)));
    }

    @Override
    public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
        return space.read(RENEW, List.of(key(name)), List.of(bytes(token + " " + holder), millis(lease)))
                .map(renewed -> (long) renewed == 1);
    }

    @Override
    public Mono<Void> giveBack(String name, String holder, long token) {
        return space.apply(UNLOCK, List.of(key(name)), List.of(bytes(token + " " + holder)))
                .then();
    }

    private byte[] key(String name) {
        return space.key("lock:" + name);
    }

    private static byte[] millis(Duration time) {
        return bytes(Long.toString(time.toMillis()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
