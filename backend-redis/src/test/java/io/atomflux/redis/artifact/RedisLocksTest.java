package io.atomflux.redis.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.adapter.LockCells;
import io.atomflux.adapter.LockCells.Attempt;
import io.atomflux.adapter.PolledLocks;
import io.atomflux.redis.RedisServers;
import io.atomflux.redis.RedisSpace;
import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Locks in Redis")
class RedisLocksTest extends LeaseLockContract {

    private static final Duration WAIT = Duration.ofSeconds(30);

    private final Places places = new Places(RedisServers.single());
    private final List<RedisSpace> spaces = new ArrayList<>();

    @Override
    protected LeaseLock openEmpty() {
        places.next();
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        return PolledLocks.of(cells());
    }

    private LockCells cells() {
        RedisSpace space = places.space();
        spaces.add(space);
        return space.locks();
    }

    @AfterEach
    void close() {
        spaces.forEach(space -> space.close().block(WAIT));
    }

    private static Attempt take(LockCells cells, String who, Duration lease) {
        return cells.take("lock", who, lease).block(WAIT);
    }

    @Test
    @DisplayName(
            "a lock whose holder died is free once its time is over by the server's clock; the dead one cannot renew it")
    void expires() {
        places.next();
        LockCells dead = cells();
        LockCells other = cells();
        Attempt first = take(dead, "one", Duration.ofHours(1));
        assertThat(first.isTaken()).isTrue();
        assertThat(take(other, "two", Duration.ofHours(1))).isEqualTo(Attempt.heldBy("one"));
        assertThat(dead.renew("lock", "one", first.token(), Duration.ofMillis(300))
                        .block(WAIT))
                .isTrue();
        Attempt second = Attempt.heldBy("one");
        for (long until = System.nanoTime() + WAIT.toNanos(); !second.isTaken() && System.nanoTime() < until; ) {
            second = take(other, "two", Duration.ofHours(1));
        }
        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(dead.renew("lock", "one", first.token(), Duration.ofHours(1)).block(WAIT))
                .isFalse();
        dead.giveBack("lock", "one", first.token()).block(WAIT);
        assertThat(take(dead, "one", Duration.ofHours(1))).isEqualTo(Attempt.heldBy("two"));
        other.giveBack("lock", "two", second.token()).block(WAIT);
        assertThat(take(dead, "one", Duration.ofHours(1)).token()).isGreaterThan(second.token());
    }

    @Test
    @DisplayName("a holder learns that it lost its lock when somebody took it away")
    void lost() {
        places.next();
        LockCells cells = cells();
        LeaseLock locks = PolledLocks.of(cells, Duration.ofMillis(200));
        LeaseLock.Lease lease = locks.acquire("lock", WAIT).block(WAIT);
        new Keys(RedisServers.single()).delete("*{" + places.group() + "}:lock:*");
        lease.lost().block(WAIT);
        lease.release().block(WAIT);
        assertThat(take(cells, "another", Duration.ofSeconds(1)).isTaken()).isTrue();
    }
}
