package io.atomflux.artifact.mltraq;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.spi.Write;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Groups of rows and payloads in memory, where every change after some number fails, as if the process had been killed there, or only one. */
final class FaultyPlace implements PayloadStorage {

    final Map<String, ListBackend> groups = new ConcurrentHashMap<>();
    final Map<String, Bytes> payloads = new ConcurrentSkipListMap<>();
    final AtomicInteger changes = new AtomicInteger();
    volatile long killAfter = Long.MAX_VALUE / 2;
    volatile boolean applyLast;
    volatile boolean once; // what comes after the one that fails works again

    Experiments open() {
        return Experiments.over(
                group -> ObjectIO.of(groups.computeIfAbsent(group, name -> new Group())), PayloadStore.of(this));
    }

    /** Tells whether a change takes effect, or throws, or both. */
    private boolean step() {
        int now = changes.incrementAndGet();
        if (now > killAfter + 1 && !once || now == killAfter + 1 && !applyLast) {
            throw new Killed();
        }
        return now == killAfter + 1;
    }

    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed");
        }
    }

    private final class Group extends ListBackend {
        @Override
        public synchronized long apply(Write<Row> write) throws IOException {
            boolean last = step();
            long size = super.apply(write);
            if (last) {
                throw new Killed();
            }
            return size;
        }
    }

    @Override
    public String name() {
        return "payloads in memory";
    }

    @Override
    public Mono<Long> write(String scope, String name, Publisher<ByteBuffer> content) {
        return Flux.from(content)
                .collect(ByteArrayOutputStream::new, (all, buffer) -> {
                    byte[] part = new byte[buffer.remaining()];
                    buffer.get(part);
                    all.writeBytes(part);
                })
                .map(all -> {
                    boolean last = step();
                    payloads.put(scope + "/" + name, Bytes.wrap(all.toByteArray()));
                    if (last) {
                        throw new Killed();
                    }
                    return (long) all.size();
                });
    }

    @Override
    public Flux<ByteBuffer> read(String scope, String name) {
        return Mono.fromSupplier(() -> payloads.get(scope + "/" + name))
                .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(name(), "file:///" + scope + "/" + name)))
                .map(Bytes::asBuffer)
                .flux();
    }

    @Override
    public Mono<Boolean> delete(String scope, String name) {
        return Mono.fromSupplier(() -> {
            boolean last = step();
            boolean there = payloads.remove(scope + "/" + name) != null;
            if (last) {
                throw new Killed();
            }
            return there;
        });
    }

    @Override
    public Flux<StoredPayload> list(String scope) {
        return Flux.defer(() -> Flux.fromIterable(List.copyOf(payloads.entrySet())))
                .map(entry -> {
                    int last = entry.getKey().lastIndexOf('/');
                    return new StoredPayload(
                            entry.getKey().substring(0, last),
                            entry.getKey().substring(last + 1),
                            entry.getValue().length(),
                            Instant.EPOCH);
                })
                .filter(found -> scope.isEmpty()
                        ? !found.scope().startsWith(".")
                        : found.scope().equals(scope));
    }

    /** Returns the payloads of experiments. */
    List<String> stored() {
        return payloads.keySet().stream().filter(name -> !name.startsWith(".")).toList();
    }
}
