package io.atomflux.artifact.payload;

import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Payloads of one scope that are written together, a few large writes in place of many small ones. References are known
 * before the payloads are there, so payloads can refer to each other; publish none before {@link #finish}.
 *
 * <p>One call at a time: subscribe the next one after the one before completed. Holds up to 32 MiB of encoded values.
 */
public final class PayloadBatch {

    private static final long MOST_HELD = 32L << 20;

    private final PayloadPlace place;
    private final PayloadStore store;
    private final Scope scope;
    private final PayloadFormat format;
    private final List<PayloadPlace.Item> held = new ArrayList<>();
    private final List<PayloadRef> refs = new ArrayList<>();
    private final List<PayloadUrl> written = new ArrayList<>();
    private long bytes;

    PayloadBatch(PayloadPlace place, PayloadStore store, Scope scope, PayloadFormat format) {
        this.place = place;
        this.store = store;
        this.scope = scope;
        this.format = format;
    }

    /** Returns the scope. */
    public Scope scope() {
        return scope;
    }

    /**
     * Adds a value; with marks if it holds any, see {@link Marks}.
     *
     * @param marked whether it was written by {@link Marks}, so that reading looks for marks
     */
    public Mono<PayloadRef> add(@Nullable Object value, boolean marked) {
        return Mono.defer(() -> {
            PayloadFormat how = marked ? new PayloadFormat(PayloadCodec.MARKED.id(), format.compression()) : format;
            List<PayloadUrl> holds = marked ? Marks.urls(value) : List.of();
            return Mono.fromCallable(() -> PayloadEnvelope.write(value, how))
                    .subscribeOn(Schedulers.boundedElastic())
                    .flatMap(encoded -> hold(encoded, how.codec(), holds));
        });
    }

    private Mono<PayloadRef> hold(Bytes encoded, String codec, List<PayloadUrl> holds) {
        String name = name();
        String hash = HexFormat.of().formatHex(PayloadEnvelope.sha256().digest(encoded.toArray()));
        return place.url(scope, name).flatMap(url -> {
            PayloadRef ref = new PayloadRef(url, encoded.length(), hash, codec, holds);
            held.add(new PayloadPlace.Item(name, Mono.fromSupplier(encoded::asBuffer)));
            refs.add(ref);
            bytes += encoded.length();
            return bytes > MOST_HELD ? flush().thenReturn(ref) : Mono.just(ref);
        });
    }

    /** Adds bytes, as they are. */
    public Mono<PayloadRef> add(Publisher<ByteBuffer> content) {
        return added(Payload.raw(content));
    }

    /** Adds a copy of a payload of this or another store, which refers to no others. */
    Mono<PayloadRef> copy(PayloadStore from, PayloadRef ref) {
        return added(Payload.raw(from.read(ref)))
                .map(copy -> new PayloadRef(copy.url(), copy.length(), copy.sha256(), ref.codec(), List.of()));
    }

    private Mono<PayloadRef> added(Payload payload) {
        return store.writeAll(scope, List.of(payload)).map(made -> {
            PayloadRef ref = made.get(0);
            written.add(ref.url());
            refs.add(ref);
            return ref;
        });
    }

    static String name() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private Mono<Void> flush() {
        return Mono.defer(() -> {
            if (held.isEmpty()) {
                return Mono.empty();
            }
            List<PayloadPlace.Item> items = List.copyOf(held);
            held.clear();
            bytes = 0;
            return store.changing("write", place.add(scope, items))
                    .doOnNext(written::addAll)
                    .then();
        });
    }

    /** Writes what is held; returns the references of all that were added, in order. */
    public Mono<List<PayloadRef>> finish() {
        return flush().then(Mono.fromSupplier(() -> List.copyOf(refs)));
    }

    /** Deletes what was written, after something failed; what cannot be deleted is an orphan, for a collector. */
    public Mono<Void> abandon() {
        return Mono.defer(() -> {
            held.clear();
            return written.isEmpty()
                    ? Mono.empty()
                    : place.delete(scope.name(), List.copyOf(written)).then();
        });
    }
}
