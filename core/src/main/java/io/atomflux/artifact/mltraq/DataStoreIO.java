package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.payload.DeleteReport;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.payload.PayloadUrl;
import io.atomflux.artifact.payload.Scope;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Payloads by hand: written under a prefix of one's own, referred to by address, and deleted by oneself. */
public final class DataStoreIO {

    private final PayloadStore store;
    private final Scope scope;

    private DataStoreIO(PayloadStore store, Scope scope) {
        this.store = store;
        this.scope = scope;
    }

    /**
     * Writes below a prefix.
     *
     * @param prefix one or more parts between slashes; not the id of an experiment, whose payloads are its own
     * @throws io.atomflux.error.InvalidNameException if it is empty, absolute, or holds {@code .} or {@code ..}
     */
    public static DataStoreIO of(PayloadStore store, String prefix) {
        return new DataStoreIO(store, Scope.kept(prefix));
    }

    /** Returns the same with another prefix, e.g. for the length of a call. */
    public DataStoreIO prefix(String other) {
        return of(store, other);
    }

    /** Writes bytes, and nothing else. */
    public Mono<PayloadRef> write(Bytes content) {
        return write(Mono.fromSupplier(content::asBuffer));
    }

    /** Writes a stream of bytes, and nothing else. */
    public Mono<PayloadRef> write(Publisher<ByteBuffer> content) {
        return store.write(scope, content);
    }

    /** Encodes a value and writes it; see {@link PayloadStore#writeObject(Scope, Object)}. */
    public Mono<PayloadRef> writeObject(Object value) {
        return store.writeObject(scope, value);
    }

    /** Reads the stored bytes; see {@link PayloadStore#read(PayloadUrl)}. */
    public Flux<ByteBuffer> read(PayloadUrl url) {
        return store.read(url);
    }

    /** Reads a value; see {@link PayloadStore#readObject(PayloadUrl, Class)}. */
    public <T> Mono<T> readObject(PayloadUrl url, Class<T> type) {
        return store.readObject(url, type);
    }

    /** Deletes all that is under the prefix; nothing there is no error. */
    public Mono<DeleteReport> delete() {
        return store.deleteScope(scope);
    }
}
