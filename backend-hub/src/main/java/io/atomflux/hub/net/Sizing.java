package io.atomflux.hub.net;

import io.atomflux.error.CorruptDataException;
import java.util.Optional;
import java.util.OptionalLong;
import reactor.core.publisher.Flux;

/** Finds out how large a file is by asking for its first byte; a {@code HEAD} is cut short by redirects and some proxies. */
final class Sizing {

    private final Wire wire;
    private final Targets targets;
    private final String name;

    Sizing(Wire wire, Targets targets, String name) {
        this.wire = wire;
        this.targets = targets;
        this.name = name;
    }

    Flux<Long> attempt() {
        return targets.use(
                target -> wire.follow(wire.hop(name, targets.resource(), Optional.of("bytes=0-0")), this::size));
    }

    private Flux<Long> size(Hop hop, Head head, Wire.Body body) {
        OptionalLong size = OptionalLong.empty();
        if (head.status() == 206) {
            size = ContentRange.parse(head.header("Content-Range"))
                    .filter(range -> range.first() == 0)
                    .map(ContentRange::total)
                    .orElse(size);
        } else if (head.status() == 200) {
            size = head.length();
        } else if (head.status() == 416) {
            // Of an empty file no byte can be asked for.
            size = ContentRange.size(head.header("Content-Range"));
            if (size.orElse(0) != 0) {
                return Flux.error(Fault.lasting(new CorruptDataException(
                        name,
                        "first byte",
                        "refused though the server tells %d bytes".formatted(size.getAsLong()),
                        null)));
            }
        }
        if (size.isEmpty()) {
            return Flux.error(Fault.lasting(Failures.unusable(name, head, "no size is told by the")));
        }
        targets.found(hop);
        long found = size.getAsLong();
        return head.status() == 200 ? Flux.just(found) : Wire.text(body).thenMany(Flux.just(found));
    }
}
