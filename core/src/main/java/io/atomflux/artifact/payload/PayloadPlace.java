package io.atomflux.artifact.payload;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where a {@link PayloadStore} keeps payloads; its two kinds differ in how much is one instant. */
interface PayloadPlace {

    /** Returns the place for messages. */
    String name();

    /** Makes a scope known, with what is told of it; no error if it is. */
    Mono<Void> register(Scope scope);

    /** Writes payloads under new names, all or (if it fails) none; their scope becomes known. Returns their addresses in order. */
    Mono<List<PayloadUrl>> add(Scope scope, List<Item> items);

    /** Reads the stored bytes. */
    Flux<ByteBuffer> read(PayloadUrl url);

    /** Deletes payloads of a scope. */
    Mono<DeleteReport> delete(String scope, Collection<PayloadUrl> urls);

    /** Deletes a known scope. */
    Mono<DeleteReport> deleteScope(Scope scope);

    /** Streams what is in a scope, ordered by name. */
    Flux<PayloadEntry> list(Scope scope);

    /** Streams what is in all scopes. */
    Flux<PayloadEntry> list();

    /** Streams the known scopes. */
    Flux<Scope> scopes();

    /** Returns the address a payload has or will have. */
    Mono<PayloadUrl> url(Scope scope, String name);

    /** Tells whether an address is of a payload that is or was here, and not in another store. */
    Mono<Boolean> owns(PayloadUrl url);

    /** Guards the form of an address: whether this place could have made it. */
    void check(PayloadUrl url);

    /** A payload to write, under a name chosen for it. */
    record Item(String name, Publisher<ByteBuffer> content) {}
}
