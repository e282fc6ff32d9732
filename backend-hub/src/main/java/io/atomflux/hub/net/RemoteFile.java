package io.atomflux.hub.net;

import io.atomflux.error.StoreIoException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A file behind a hub. For many threads. */
final class RemoteFile implements ByteSource {

    private final Wire wire;
    private final NetOptions options;
    private final Targets targets;
    private final String name;
    private final long size;

    RemoteFile(Wire wire, NetOptions options, Targets targets, String name, long size) {
        this.wire = wire;
        this.options = options;
        this.targets = targets;
        this.name = name;
        this.size = size;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Mono<ByteBuffer> read(ByteRange range) {
        if (range.end() > size) {
            throw new IllegalArgumentException("range of %s: %d bytes at %d (expected: within its %d bytes)"
                    .formatted(name, range.length(), range.offset(), size));
        }
        return Mono.defer(() -> {
            byte[] bytes = room(range.length());
            return this.<Void>pull(range.offset(), range.end(), (part, at, sink) -> {
                        int start = (int) (at - range.offset());
                        part.readBytes(bytes, start, part.readableBytes());
                    })
                    .then(Mono.fromCallable(() -> ByteBuffer.wrap(bytes)));
        });
    }

    private byte[] room(int length) {
        try {
            return new byte[length];
        } catch (OutOfMemoryError e) { // Reactor would throw it through everybody, so that nobody was told
            throw new StoreIoException(name, "reading %d bytes into memory".formatted(length), e);
        }
    }

    @Override
    public Flux<ByteBuffer> stream(long offset) {
        if (offset < 0 || offset > size) {
            throw new IllegalArgumentException(
                    "stream of %s: from %d (expected: 0 to %d)".formatted(name, offset, size));
        }
        return Flux.defer(() -> pull(offset, size, (part, at, sink) -> {
            byte[] copy = new byte[part.readableBytes()];
            part.readBytes(copy);
            sink.next(ByteBuffer.wrap(copy));
        }));
    }

    private <R> Flux<R> pull(long from, long to, Pull.Each<R> each) {
        Patience patience = new Patience(name, options);
        Pull<R> pull = new Pull<>(wire, targets, patience, name, size, from, to, each);
        return wire.whileOpen(patience.over(Flux.defer(pull::attempt)));
    }
}
