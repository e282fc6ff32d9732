package io.atomflux.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.StoreRegistry.Entry;
import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(60)
class StoreRegistryTest {

    @TempDir
    Path temp;

    private StoreRegistry registry() {
        return StoreRegistry.of(temp.resolve("user/stores.json"));
    }

    private ArtifactStore database(String name) {
        ArtifactStore store =
                ArtifactStore.open(temp.resolve(name), ArtifactOptions.none().layout("isf"));
        store.put("a/b", Map.of("x", 1L)).block();
        return store;
    }

    @Test
    @DisplayName("I12: a store is found by its id where it was registered; an unknown id is an error that says so")
    void findsById() {
        ArtifactStore store = database("one");
        registry().register(store, temp.resolve("one").toString()).block();
        String id = store.id().block();
        ArtifactStore found = registry().find(id).block();
        assertThat((Object) found.get("a/b", Map.class).block()).isEqualTo(Map.of("x", 1L));
        StepVerifier.create(found.put("c", 1L)).verifyError(io.atomflux.error.ReadOnlyStoreException.class);
        StepVerifier.create(registry().find("0".repeat(32)))
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(StoreNotFoundException.class).hasMessageContaining("1 registered"));
        assertThat(registry().deregister(id).block()).isTrue();
        assertThat(registry().deregister(id).block()).isFalse();
        StepVerifier.create(registry().find(id)).verifyError(StoreNotFoundException.class);
    }

    @Test
    @DisplayName(
            "I12: an entry whose store was moved or replaced is reported, and is right again once it is registered anew")
    void staleEntriesAreReported() throws IOException {
        ArtifactStore store = database("one");
        String id = store.id().block();
        registry().register(store, temp.resolve("one").toString()).block();
        Files.move(temp.resolve("one"), temp.resolve("moved"));
        StepVerifier.create(registry().find(id))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("registered there"));
        database("one");
        StepVerifier.create(registry().find(id)).verifyError(StoreNotFoundException.class);
        registry().register(id, temp.resolve("moved").toString()).block();
        assertThat(registry().find(id).block().exists("a/b").block()).isTrue();
    }

    @Test
    @DisplayName(
            "I12: a scan finds databases, also one inside another's folder, and links and left-overs are not followed")
    void scans() throws IOException {
        String outer = database("deep/er/outer").id().block();
        String inner = database("deep/er/outer/a/db/q/inside").id().block();
        database("else");
        database("deep/x.deleting.ABCDE");
        Files.createSymbolicLink(temp.resolve("deep/link"), temp.resolve("else"));
        StepVerifier.create(registry().scan(temp.resolve("deep")).map(Entry::id).collectList())
                .assertNext(ids -> assertThat(ids).contains(outer, inner).hasSize(4)) // and a database a in each
                .verifyComplete();
        assertThat(registry().find(inner).block().exists("a/b").block()).isTrue();
    }

    @Test
    @DisplayName("entries of another registry are taken over where their store is there")
    void assimilates() {
        ArtifactStore store = database("one");
        StoreRegistry other = StoreRegistry.of(temp.resolve("other.json"));
        other.register(store, temp.resolve("one").toString()).block();
        other.register("f".repeat(32), temp.resolve("gone").toString()).block();
        assertThat(registry().assimilate(other).block()).isEqualTo(1);
        assertThat(registry().entries().map(Entry::location).collectList().block())
                .containsExactly(temp.resolve("one").toString());
    }

    @Test
    @DisplayName("addresses of all three kinds name a key, and a file in it")
    void resolves() {
        ArtifactStore store = database("one");
        registry().register(store, temp.resolve("one").toString()).block();
        String id = store.id().block();
        StoreRegistry.Resolved file =
                registry().resolve("store://" + id + "/a/b/value.json").block();
        assertThat(file.key()).isEqualTo("a/b");
        assertThat(file.file()).contains("value.json");
        assertThat(registry().resolve("store://" + id + "/a/b").block().file()).isEqualTo(Optional.empty());
        StoreRegistry.Resolved nested =
                registry().resolve("mdb://" + id + "/a/db/b/value.json").block();
        assertThat(nested.key()).isEqualTo("a/b");
        StoreRegistry.Resolved relative = registry()
                .resolve("reldb://b/value.json", temp.resolve("one/a/db/b/Loader.json"))
                .block();
        assertThat(relative.key()).isEqualTo("b");
        assertThat(relative.store().name()).endsWith("db");
        StepVerifier.create(registry().resolve("store://" + id + "/a/b/none"))
                .verifyError(ArtifactNotFoundException.class);
        StepVerifier.create(registry().resolve("reldb://x", temp)).verifyError(StoreNotFoundException.class);
    }

    @ParameterizedTest
    @DisplayName("I21: addresses that mean, or could mean, another place are refused at the call")
    @ValueSource(
            strings = {
                "store://ID/../a",
                "store://ID/a/../../b",
                "store://ID//a",
                "store:///ID/a",
                "store://ID/",
                "store://ID",
                "store://ID/a/%2e%2e/b",
                "store://ID/a%2fb",
                "store://ID/a?x=../b",
                "store://ID/a#../b",
                "store://ID/a;b",
                "store://ID/a\\..\\b",
                "store://ID/C:/a",
                "store://ID/./a",
                "store://ID/a/",
                "store://../a",
                "store://id/a",
                "store://u@ID/a",
                "mdb://../a",
                "mdb://x/../a",
                "mdb://x/a//b",
                "mdb://x/%2e%2e",
                "mdb://x y/a",
                "file:///etc/passwd",
                "http://x/a",
                "reldb://a",
                "",
                "STORE://ID/a",
                "store://ID/a\n"
            })
    void attacksAreRefused(String url) {
        String attack = url.replace("ID", "0123456789abcdef0123456789abcdef");
        assertThatThrownBy(() -> registry().resolve(attack)).isInstanceOf(InvalidNameException.class);
    }

    @ParameterizedTest
    @DisplayName("I21: relative addresses that leave their database are refused at the call")
    @ValueSource(
            strings = {
                "reldb://../a",
                "reldb:///etc/passwd",
                "reldb://a//b",
                "reldb://%2e%2e/a",
                "reldb://",
                "reldb://a#b"
            })
    void relativeAttacksAreRefused(String url) {
        assertThatThrownBy(() -> registry().resolve(url, temp)).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("many that register at once lose no entry")
    void changesAreNotLost() {
        Flux.range(0, 16)
                .flatMap(i -> StoreRegistry.of(temp.resolve("user/stores.json"))
                        .register("%032x".formatted(i), "place" + i)
                        .subscribeOn(Schedulers.boundedElastic()))
                .blockLast();
        assertThat(registry().entries().count().block()).isEqualTo(16);
    }

    @Test
    @DisplayName("a damaged registry is an error that names it; a location with a password is not written down")
    void damagedAndSecret() throws IOException {
        Files.createDirectories(temp.resolve("user"));
        Files.writeString(temp.resolve("user/stores.json"), "{");
        StepVerifier.create(registry().entries()).verifyError(CorruptDataException.class);
        assertThatThrownBy(() -> registry().register("0".repeat(32), "redis://user:secret@host/0"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    @DisplayName(
            "a store that is looked up is closed if nobody waits for it any more, or it is not the one asked for; else it stays open")
    void closedUnlessHandedOn() {
        SteppedStorage storage = new SteppedStorage(MemoryStorage.create("test"));
        ArtifactStore store = ArtifactStore.of(storage);
        StoreRegistry.handed(store, Mono.never()).subscribe().dispose();
        assertThat(storage.calls).containsExactly("close");

        StepVerifier.create(StoreRegistry.handed(store, Mono.error(new IllegalStateException("planted"))))
                .verifyErrorMessage("planted");
        assertThat(storage.calls).containsExactly("close", "close");

        StepVerifier.create(StoreRegistry.handed(store, Mono.just(store)))
                .expectNext(store)
                .verifyComplete();
        assertThat(storage.calls).hasSize(2);
    }
}
