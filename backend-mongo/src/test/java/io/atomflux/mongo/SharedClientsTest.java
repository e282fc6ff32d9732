package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@DisplayName("Clients of the driver that are shared")
final class SharedClientsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SharedClients clients = new SharedClients(settings -> settings);

    private SharedClients.Lease lease(String uri) {
        return Objects.requireNonNull(
                clients.lease(uri).subscribeOn(Schedulers.parallel()).block(PATIENCE));
    }

    private static Mono<Document> ping(SharedClients.Lease lease) {
        return Mono.from(lease.client().getDatabase("admin").runCommand(new Document("ping", 1)));
    }

    @Test
    @DisplayName("one URI has one client, closed by the last who holds it")
    void lastOneCloses() {
        String uri = MongoServers.uri();
        SharedClients.Lease first = lease(uri);
        SharedClients.Lease second = lease(uri);
        SharedClients.Lease other = lease(uri + "/?appName=other");
        assertThat(first.client()).isSameAs(second.client()).isNotSameAs(other.client());
        assertThat(clients.open()).isEqualTo(2);
        first.release().block(PATIENCE);
        first.release().block(PATIENCE);
        assertThat(ping(second).block(PATIENCE)).isNotNull();
        second.release().block(PATIENCE);
        other.release().block(PATIENCE);
        assertThat(clients.open()).isZero();
        assertThat(catchThrowable(() -> ping(second).block(PATIENCE))).isInstanceOf(IllegalStateException.class);
        SharedClients.Lease anew = lease(uri);
        assertThat(anew.client()).isNotSameAs(first.client());
        assertThat(ping(anew).block(PATIENCE)).isNotNull();
        anew.release().block(PATIENCE);
    }

    @Test
    @DisplayName("many who ask at once share one client, and none is left when all are gone")
    void manyAtOnce() {
        List<SharedClients.Lease> leases = Objects.requireNonNull(Flux.range(0, 64)
                .flatMap(i -> clients.lease(MongoServers.uri()).subscribeOn(Schedulers.parallel()), 64)
                .collectList()
                .block(PATIENCE));
        assertThat(leases)
                .extracting(SharedClients.Lease::client)
                .containsOnly(leases.get(0).client());
        Flux.fromIterable(leases)
                .flatMap(lease -> lease.release().subscribeOn(Schedulers.parallel()), 64)
                .blockLast(PATIENCE);
        assertThat(clients.open()).isZero();
    }

    @Test
    @DisplayName("a URI no client can be made of fails each time, and leaves nothing")
    void failuresLeaveNothing() {
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> lease("mongodb://"))).isInstanceOf(IllegalArgumentException.class);
            assertThat(clients.open()).isZero();
        }
    }
}
