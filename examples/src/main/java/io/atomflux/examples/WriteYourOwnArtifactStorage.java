package io.atomflux.examples;

import io.atomflux.artifact.ArtifactImports;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutMode;
import io.atomflux.artifact.spi.Importer;
import io.atomflux.artifact.spi.SimpleStorage;
import io.atomflux.value.Bytes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A storage of one's own in three calls, here a map; an object store in the cloud is no longer. And an importer. */
public final class WriteYourOwnArtifactStorage {

    private WriteYourOwnArtifactStorage() {}

    private static final class MapStorage implements SimpleStorage {

        private final Map<String, Bytes> contents = new ConcurrentHashMap<>();

        @Override
        public Mono<Void> store(String name, Bytes content) {
            return Mono.fromRunnable(() -> contents.put(name, content));
        }

        @Override
        public Mono<Bytes> retrieve(String name) {
            return Mono.fromSupplier(() -> contents.get(name));
        }

        @Override
        public Mono<Boolean> exists(String name) {
            return Mono.fromSupplier(() -> contents.containsKey(name));
        }
    }

    /** Reads lines such as {@code 300K,-14.2} into values under keys. */
    private static final Importer<String> LINES = text -> Flux.fromStream(text::lines)
            .map(line -> line.split(","))
            .map(cells -> new Importer.Item("water/" + cells[0] + "/energy", Double.parseDouble(cells[1])));

    /** Takes nothing. */
    public static void main(String[] args) {
        ArtifactStore store = ArtifactStore.of(new MapStorage());
        ArtifactImports.into(store, LINES, "300K,-14.25\n400K,-14.0\n", PutMode.KEEP)
                .thenMany(store.keys("water"))
                .concatMap(key -> store.get(key.toString(), Double.class).map(energy -> key + " = " + energy + " eV"))
                .doOnNext(System.out::println)
                .then(store.close())
                .block();
    }
}
