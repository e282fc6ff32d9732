package io.atomflux.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Lets one stream fetch ahead as long as what it holds stays below a number of bytes, in the order asked; the first one
 * always may if nothing is held. Each turn is given back once: by whoever got it, by the gate if nobody took it any more, or
 * with all others when the gate closes.
 */
final class ByteGate {

    private static final class Turn {
        private final long bytes;
        private final MonoSink<Boolean> sink;
        private boolean admitted; // guarded by the gate

        Turn(long bytes, MonoSink<Boolean> sink) {
            this.bytes = bytes;
            this.sink = sink;
        }
    }

    private final long most;
    private final Memory memory;
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>(); // guarded by this
    private long held; // guarded by this
    private boolean closed; // guarded by this

    ByteGate(long most, Memory memory) {
        this.most = most;
        this.memory = memory;
    }

    /**
     * Waits for room; to be given back by {@link #release}.
     *
     * @return cold; true
     * @signals CancellationException if the gate was closed
     */
    Mono<Boolean> acquire(long bytes) {
        return Mono.create(sink -> {
            Turn turn = new Turn(bytes, sink);
            boolean late;
            synchronized (this) {
                late = closed;
                if (!late) {
                    waiting.add(turn);
                }
            }
            if (late) {
                refuse(turn);
                return;
            }
            // Behind the queue: of one that is cancelled already this is called at once.
            sink.onCancel(() -> withdraw(turn));
            admit();
        });
    }

    /** Does work while there is room for its bytes. */
    <T> Mono<T> within(long bytes, Mono<T> work) {
        return Mono.usingWhen(acquire(bytes), room -> work, room -> Mono.fromRunnable(() -> release(bytes)));
    }

    /** Called instead of telling a turn that it is its own, never beside that. */
    private void withdraw(Turn turn) {
        boolean untaken;
        synchronized (this) {
            waiting.remove(turn);
            untaken = turn.admitted;
        }
        if (untaken) {
            release(turn.bytes);
        } else {
            admit(); // it may have been the one all others waited for
        }
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
        List<Turn> admitted = new ArrayList<>();
        synchronized (this) {
            for (Turn next; !closed && (next = waiting.peek()) != null; ) {
                if (held == 0) {
                    memory.take(next.bytes);
                } else if (held + next.bytes > most || !memory.tryTake(next.bytes)) {
                    break;
                }
                held += next.bytes;
                next.admitted = true;
                admitted.add(waiting.remove());
            }
        }
        admitted.forEach(turn -> turn.sink.success(true));
    }

    private static void refuse(Turn turn) {
        turn.sink.error(new CancellationException("the stream this was to be fetched for was closed"));
    }

    /** Gives all back and refuses who waits, and who comes later. */
    void close() {
        long rest;
        List<Turn> left;
        synchronized (this) {
            rest = closed ? 0 : held;
            held = 0;
            closed = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        memory.give(rest);
        left.forEach(ByteGate::refuse);
    }
}
