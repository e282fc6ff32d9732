package io.atomflux.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Lets one stream fetch ahead as long as what it holds stays below a number of bytes, in the order asked; the first one
 * always may if nothing is held.
 */
final class ByteGate {

    private record Waiting(long bytes, MonoSink<Boolean> sink) {}

    private final long most;
    private final Memory memory;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(); // guarded by this
    private long held; // guarded by this
    private boolean closed; // guarded by this

    ByteGate(long most, Memory memory) {
        this.most = most;
        this.memory = memory;
    }

    /** Waits for room; to be given back by {@link #release}. */
    Mono<Boolean> acquire(long bytes) {
        return Mono.create(sink -> {
            Waiting turn = new Waiting(bytes, sink);
            sink.onCancel(() -> withdraw(turn));
            synchronized (this) {
                waiting.add(turn);
            }
            admit();
        });
    }

    private synchronized void withdraw(Waiting turn) {
        waiting.remove(turn);
    }

    void release(long bytes) {
        synchronized (this) {
            if (closed) {
                return; // all was given back then
            }
            held -= bytes;
        }
        memory.give(bytes);
        admit();
    }

    private void admit() {
        List<Waiting> admitted = new ArrayList<>();
        synchronized (this) {
            for (Waiting next; !closed && (next = waiting.peek()) != null; ) {
                if (held == 0) {
                    memory.take(next.bytes);
                } else if (held + next.bytes > most || !memory.tryTake(next.bytes)) {
                    break;
                }
                held += next.bytes;
                admitted.add(waiting.remove());
            }
        }
        admitted.forEach(turn -> turn.sink.success(true));
    }

    /** Gives all back and admits nobody any more. */
    void close() {
        long rest;
        synchronized (this) {
            rest = closed ? 0 : held;
            held = 0;
            closed = true;
            waiting.clear();
        }
        memory.give(rest);
    }
}
