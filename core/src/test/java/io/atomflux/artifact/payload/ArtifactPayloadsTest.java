package io.atomflux.artifact.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class ArtifactPayloadsTest {

    private static final Scope SCOPE = Scope.owner("runs/7");

    private final ArtifactStore artifacts = ArtifactStore.inMemory();
    private final PayloadStore store = PayloadStore.of(artifacts);

    private static Flux<ByteBuffer> text(String text) {
        return Flux.defer(() -> Flux.just(ByteBuffer.wrap(text.getBytes(UTF_8))));
    }

    @Test
    @DisplayName(
            "URLs: in an artifact store they name it by id, so they survive moving; those of another store are not found")
    void addresses() {
        PayloadRef ref = store.writeObject(SCOPE, List.of(1, 2)).block();
        assertThat(ref.url().store()).contains(artifacts.id().block());
        assertThat((Object) store.readObject(ref, List.class).block()).isEqualTo(List.of(1L, 2L));
        PayloadStore other = PayloadStore.of(ArtifactStore.inMemory());
        assertThatThrownBy(() -> other.readObject(ref, List.class).block())
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining(ref.url().toString());
        assertThatThrownBy(() -> store.read(PayloadUrl.parse("file:///a/b"))).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("a scope is one artifact: payloads are added, replaced, deleted and wiped in one commit each")
    void oneArtifact() {
        List<PayloadRef> refs = store.writeAll(SCOPE, List.of(Payload.of("a"), Payload.raw(text("b"))))
                .block();
        assertThat(artifacts.require("runs/7").block().manifest().generation()).isEqualTo(1);
        PayloadRef third = store.writeObject(SCOPE, "c").block();
        assertThat(store.list(SCOPE).collectList().block()).hasSize(3);
        assertThat(store.readObject(refs.get(1), Bytes.class).block()).isEqualTo(Bytes.ofText("b"));
        assertThat(store.delete(List.of(refs.get(0).url(), third.url())).block().deleted())
                .isEqualTo(2);
        assertThat(artifacts.require("runs/7").block().manifest().generation()).isEqualTo(3);
        assertThat(store.readObject(refs.get(1), Bytes.class).block()).isEqualTo(Bytes.ofText("b"));
        store.replaceScope(SCOPE, List.of(Payload.of("d")), made -> Mono.empty())
                .block();
        assertThat(store.list().collectList().block()).hasSize(1);
        assertThat(store.deleteScope(SCOPE).block().deleted()).isEqualTo(1);
        assertThat(artifacts.keys().collectList().block()).isEmpty();
        assertThat(store.deleteScope(SCOPE).block()).isEqualTo(DeleteReport.NOTHING);
    }

    @Test
    @DisplayName("writers of one scope at once lose nothing")
    void parallel() {
        List<PayloadRef> refs = Flux.range(0, 12)
                .flatMap(i -> store.writeObject(SCOPE, i), 12)
                .collectList()
                .block();
        assertThat(store.list(SCOPE).collectList().block()).hasSize(12);
        refs.forEach(
                ref -> assertThat(store.readObject(ref, Long.class).block()).isNotNull());
    }

    @Test
    @DisplayName("an artifact of another kind is no scope: it is neither changed nor deleted")
    void foreignArtifact() {
        artifacts.put("runs/7", "mine").block();
        assertThatThrownBy(() -> store.writeObject(SCOPE, "x").block()).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> store.deleteScope(SCOPE).block()).isInstanceOf(RuntimeException.class);
        assertThat(artifacts.get("runs/7", String.class).block()).isEqualTo("mine");
        assertThat(store.list().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName(
            "M15: scopes and their times to live are known; the collector finds orphans, and references of artifacts")
    void collector() {
        PayloadRef named = store.writeObject(SCOPE, "named").block();
        PayloadRef orphan = store.writeObject(SCOPE, "orphan").block();
        store.register(Scope.kept("cache").timeToLive(Duration.ofHours(1))).block();
        artifacts
                .put("results/1", "x", io.atomflux.artifact.PutOptions.none().metadata("input", Marks.of(named)))
                .block();
        PayloadCollector collector = PayloadCollector.of(store).from(artifacts).grace(Duration.ZERO);
        assertThat(collector.report().block().orphans())
                .extracting(PayloadEntry::url)
                .containsExactly(orphan.url());
        assertThat(collector.collect().block().removed().deleted()).isEqualTo(1);
        assertThat(store.readObject(named, String.class).block()).isEqualTo("named");
        assertThat(store.scopes().map(Scope::name).collectList().block()).containsExactly("cache", "runs/7");
    }
}
