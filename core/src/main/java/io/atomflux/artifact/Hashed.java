package io.atomflux.artifact;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Size and SHA-256 of bytes that pass, one stream at a time. */
final class Hashed {

    private static final int LARGE = 256 << 10; // hashed within a fifth of a millisecond: not worth another thread

    private final MessageDigest digest = Canonical.digest();
    private long size;

    /** Lets a stream pass, one buffer at a time; large ones are hashed on threads of {@link Blocking}. */
    Flux<ByteBuffer> passing(Publisher<ByteBuffer> content) {
        return Flux.from(content)
                .concatMap(
                        buffer -> buffer.remaining() > LARGE
                                ? Blocking.call(() -> passed(buffer))
                                : Mono.fromCallable(() -> passed(buffer)),
                        1);
    }

    private ByteBuffer passed(ByteBuffer buffer) {
        size += buffer.remaining();
        digest.update(buffer.duplicate());
        return buffer;
    }

    long size() {
        return size;
    }

    /** Returns the hash of all that passed; once. */
    String sha256() {
        return Canonical.hex(digest.digest());
    }
}
