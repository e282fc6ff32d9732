package io.atomflux.examples;

import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.payload.Payloads;
import io.atomflux.artifact.payload.Scope;
import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Keeps large values of rows outside of them, in a storage of one's own: four calls, here over a map. */
public final class WriteYourOwnPayloadStorage {

    private WriteYourOwnPayloadStorage() {}

    private static final class MapPayloads implements PayloadStorage {

        private final ConcurrentNavigableMap<String, byte[]> contents = new ConcurrentSkipListMap<>();

        @Override
        public String name() {
            return "a map";
        }

        @Override
        public Mono<Long> write(String scope, String name, Publisher<ByteBuffer> content) {
            return Flux.from(content)
                    .collect(ByteArrayOutputStream::new, MapPayloads::add)
                    .map(ByteArrayOutputStream::toByteArray)
                    .doOnNext(bytes -> contents.put(scope + "/" + name, bytes)) // whole or not at all
                    .map(bytes -> (long) bytes.length);
        }

        private static void add(ByteArrayOutputStream all, ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            all.writeBytes(bytes);
        }

        @Override
        public Flux<ByteBuffer> read(String scope, String name) {
            return Mono.fromSupplier(() -> contents.get(scope + "/" + name))
                    .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(name(), scope + "/" + name)))
                    .map(bytes -> ByteBuffer.wrap(bytes).asReadOnlyBuffer())
                    .flux();
        }

        @Override
        public Mono<Boolean> delete(String scope, String name) {
            return Mono.fromSupplier(() -> contents.remove(scope + "/" + name) != null);
        }

        @Override
        public Flux<StoredPayload> list(String scope) {
            return Flux.defer(() -> Flux.fromIterable(contents.entrySet())).flatMap(entry -> {
                int slash = entry.getKey().lastIndexOf('/');
                StoredPayload payload = new StoredPayload(
                        entry.getKey().substring(0, slash),
                        entry.getKey().substring(slash + 1),
                        entry.getValue().length,
                        Instant.EPOCH);
                return scope.isEmpty() || payload.scope().equals(scope) ? Mono.just(payload) : Mono.empty();
            });
        }
    }

    /** Takes nothing. */
    public static void main(String[] args) {
        Payloads payloads = Payloads.in(PayloadStore.of(new MapPayloads())).threshold(1000);
        Row row = Row.builder()
                .put("loss", 0.25)
                .put("weights", NdArray.of(new double[1000]))
                .build();
        payloads.externalize(row, Scope.kept("run-7"))
                .doOnNext(small -> System.out.println("loss " + small.get("loss") + ", weights kept outside: "
                        + !(small.get("weights") instanceof NdArray)))
                .flatMap(small -> payloads.resolve(small, "weights", NdArray.class))
                .doOnNext(weights -> System.out.println(weights.size() + " weights read when asked for"))
                .block();
    }
}
