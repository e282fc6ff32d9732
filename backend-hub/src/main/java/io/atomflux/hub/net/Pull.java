package io.atomflux.hub.net;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreUnavailableException;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;

/**
 * Gets the bytes between two offsets, in as many attempts as it takes: each goes on where the one before stopped, so that
 * nothing is lost and nothing comes twice. For one subscription, whose attempts follow each other.
 */
final class Pull<R> {

    /** What is read over rather than asked for anew, of a server that ignores ranges. */
    private static final long SMALL = 1 << 20;

    private final Wire wire;
    private final Targets targets;
    private final Patience patience;
    private final String name;
    private final long size;
    private final long end;
    private final Each<R> each;
    private long at;
    private long skip;
    private long promised;

    Pull(Wire wire, Targets targets, Patience patience, String name, long size, long from, long end, Each<R> each) {
        this.wire = wire;
        this.targets = targets;
        this.patience = patience;
        this.name = name;
        this.size = size;
        this.at = from;
        this.end = end;
        this.each = each;
    }

    /** Takes bytes of the file. */
    @FunctionalInterface
    interface Each<R> {
        /**
         * Takes bytes.
         *
         * @param part lent; to be read to its end
         * @param at offset of its first byte in the file
         */
        void take(ByteBuf part, long at, SynchronousSink<R> sink);
    }

    Flux<R> attempt() {
        if (at >= end) {
            return Flux.empty();
        }
        long start = at;
        return targets.use(target -> ask(target).doOnError(Fault.class, fault -> {
                    // One that did not deliver anything may be the wrong place by now; one that broke off is not.
                    boolean misplaced = at == start && fault.remedy() != Fault.Remedy.DEMAND;
                    if (misplaced || fault.remedy() == Fault.Remedy.RESOLVE) {
                        targets.forgetAny(target);
                    }
                }))
                .concatWith(Flux.defer(this::rest));
    }

    /** A server may give less than was asked for, and say so; what it gives without saying so is a broken connection. */
    private Flux<R> rest() {
        if (at < end && promised > 0) {
            return Flux.error(Fault.passing(
                    null,
                    new StoreUnavailableException(name, "the body ended %d bytes early".formatted(promised), null)));
        }
        return attempt();
    }

    private Flux<R> ask(Optional<Targets.Target> target) {
        Optional<String> range = Optional.of("bytes=" + at + "-" + (end - 1));
        Hop hop = target.map(known ->
                        new Hop(name, known.uri(), known.trusted(), Set.of(known.uri()), Optional.empty(), range))
                .orElseGet(() -> wire.hop(name, targets.resource(), range));
        promised = 0;
        return wire.follow(hop, (last, head, body) -> {
            expect(head);
            if (target.isEmpty()) {
                targets.found(last);
            }
            boolean stops = head.status() == 200 && end < size;
            return body.read((part, sink) -> take(part, sink, stops));
        });
    }

    private void take(ByteBuf part, SynchronousSink<R> sink, boolean stops) {
        int over = (int) Math.min(skip, part.readableBytes());
        part.skipBytes(over);
        skip -= over;
        int wanted = (int) Math.min(promised, part.readableBytes());
        boolean more = part.readableBytes() > wanted;
        if (wanted > 0) {
            long from = at;
            at += wanted;
            promised -= wanted;
            patience.progress();
            each.take(more ? part.readSlice(wanted) : part, from, sink);
        }
        if (promised == 0 && (more || stops)) {
            sink.complete(); // drops the connection: what still comes is not wanted
        }
    }

    /** Checks that what comes is what was asked for. */
    private void expect(Head head) {
        if (head.status() == 206) {
            ContentRange given = ContentRange.parse(head.header("Content-Range"))
                    .orElseThrow(() -> wrong("a part that does not say which came"));
            OptionalLong total = given.total();
            if (total.isPresent() && total.getAsLong() != size) {
                throw wrong("the file has %d bytes".formatted(total.getAsLong()));
            }
            if (given.first() != at || given.last() >= end) {
                throw wrong("bytes %d to %d came".formatted(given.first(), given.last()));
            }
            if (head.length().isPresent() && head.length().getAsLong() != given.length()) {
                throw wrong(
                        "%d bytes were announced as %d".formatted(head.length().getAsLong(), given.length()));
            }
            skip = 0;
            promised = given.length();
        } else if (head.status() == 200) {
            if (head.length().isPresent() && head.length().getAsLong() != size) {
                throw wrong("the file has %d bytes".formatted(head.length().getAsLong()));
            }
            if (at > SMALL) {
                throw Fault.lasting(Failures.unusable(
                        name,
                        head,
                        "the whole file, though only bytes from %d on were asked for (whatever ignores ranges cannot be read in parts; download the files instead), is the"
                                .formatted(at)));
            }
            skip = at;
            promised = end - at;
        } else if (head.status() == 416) {
            OptionalLong told = ContentRange.size(head.header("Content-Range"));
            throw wrong(
                    told.isPresent() ? "the file has %d bytes".formatted(told.getAsLong()) : "the file ends before");
        } else {
            throw Fault.lasting(Failures.unusable(name, head, "no file is the"));
        }
    }

    /** Perhaps a stale target; if it says the same when asked for anew, the file is not what it was pinned to. */
    private Fault wrong(String problem) {
        return Fault.stale(new CorruptDataException(
                name,
                "bytes %d to %d".formatted(at, end - 1),
                "%s (expected: just these, of %d bytes)".formatted(problem, size),
                null));
    }
}
