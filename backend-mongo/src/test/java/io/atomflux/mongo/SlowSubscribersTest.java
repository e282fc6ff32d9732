package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** Subscribers that take their time where their reply arrives. */
@Timeout(60)
class SlowSubscribersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SLOW = 24; // more than the threads of Reactor's schedulers on the machines this runs on

    @Test
    @DisplayName("many that stand still do not hold up the replies of another")
    void holdUpNobody() throws Exception {
        String uri = MongoServers.uri(MongoServers.freshDatabase());
        ObjectIO db = ObjectIO.open(uri);
        CountDownLatch standing = new CountDownLatch(SLOW);
        CountDownLatch go = new CountDownLatch(1);
        try {
            assertThat(db.extend(List.of(Row.of("a", 1L), Row.of("a", 2L))).block(PATIENCE))
                    .isEqualTo(2);
            List<CompletableFuture<Row>> slow = new ArrayList<>();
            for (int i = 0; i < SLOW; i++) {
                Mono<Row> stands = db.get(0).doOnNext(row -> {
                    standing.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                slow.add(stands.toFuture());
            }
            assertThat(standing.await(30, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 10; i++) {
                assertThat(db.get(1).block(PATIENCE)).isEqualTo(Row.of("a", 2L));
            }
            go.countDown();
            for (CompletableFuture<Row> one : slow) {
                assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(Row.of("a", 1L));
            }
        } finally {
            go.countDown();
            db.close().block(PATIENCE);
        }
    }
}
