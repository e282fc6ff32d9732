package io.atomflux.artifact.payload;

import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A value that is kept as a payload, and read when asked for; holds nothing of it.
 *
 * @param <T> type of the value
 */
public final class Lazy<T> {

    private final PayloadStore store;
    private final PayloadRef ref;
    private final Class<T> type;

    Lazy(PayloadStore store, PayloadRef ref, Class<T> type) {
        this.store = store;
        this.ref = ref;
        this.type = type;
    }

    PayloadStore store() {
        return store;
    }

    /** Returns where the value is. */
    public PayloadRef ref() {
        return ref;
    }

    /**
     * Reads the value, each time anew, comparing its length and hash.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} naming the address, if the payload is gone; {@link
     *     io.atomflux.error.CorruptDataException} if it was changed
     */
    public Mono<T> load() {
        return store.readObject(ref, type);
    }

    /** Streams the stored bytes, comparing their length and hash; see {@link PayloadStore#read(PayloadRef)}. */
    public Flux<ByteBuffer> bytes() {
        return store.read(ref);
    }

    /** Returns this as a value of another type. */
    public <V> Lazy<V> as(Class<V> other) {
        return new Lazy<>(store, ref, other);
    }

    /** Shows the address. */
    @Override
    public String toString() {
        return "Lazy[" + ref.url() + "]";
    }
}
