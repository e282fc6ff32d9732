package io.atomflux.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A registered writer: its number, and the sequence its scripts carry.
 *
 * <p>The server remembers the last 512 answers, so at most 256 sequence numbers are given out at a time: none of those can
 * be forgotten while its script may still be sent again.
 */
final class Client {

    static final int WINDOW = 256;

    /**
     * One sequence number; given back once the answer is known.
     *
     * @param client of which
     * @param sequence the number
     */
    record Lease(Client client, long sequence) {
        byte[] token() {
            return client.token.getBytes(StandardCharsets.US_ASCII);
        }

        /** Returns a name no other call ever has. */
        String name() {
            return client.number + ":" + sequence;
        }

        void release() {
            client.release(sequence);
        }
    }

    final String number;
    final String token;

    // below: guarded by this
    private final BitSet answered = new BitSet(); // from the oldest unanswered on
    private final ArrayDeque<MonoSink<Lease>> waiting = new ArrayDeque<>();
    private long oldest = 1;
    private long next = 1;
    private boolean retired;

    Client(String number, String token) {
        this.number = number;
        this.token = token;
    }

    /** Takes a number; empty if this client is not to be used any more. */
    Mono<Lease> lease() {
        return Mono.create(sink -> {
            Lease taken = null;
            synchronized (this) {
                if (!retired) {
                    taken = take();
                    if (taken == null) {
                        waiting.add(sink);
                        return;
                    }
                }
            }
            give(sink, taken);
        });
    }

    private synchronized @Nullable Lease take() {
        return next < oldest + WINDOW ? new Lease(this, next++) : null;
    }

    private static void give(MonoSink<Lease> sink, @Nullable Lease lease) {
        if (lease == null) {
            sink.success();
        } else {
            sink.success(lease);
        }
    }

    private void release(long sequence) {
        while (true) {
            MonoSink<Lease> sink;
            Lease lease;
            synchronized (this) {
                if (sequence >= oldest) {
                    answered.set((int) (sequence - oldest));
                    int done = answered.nextClearBit(0);
                    BitSet rest = answered.get(done, Math.max(done, answered.length()));
                    answered.clear();
                    answered.or(rest);
                    oldest += done;
                }
                if (waiting.isEmpty() || next >= oldest + WINDOW) {
                    return;
                }
                sink = waiting.remove();
                lease = new Lease(this, next++);
            }
            sink.success(lease);
        }
    }

    /** Gives out no more numbers; those who wait go to another client. */
    void retire() {
        List<MonoSink<Lease>> left;
        synchronized (this) {
            retired = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        left.forEach(MonoSink::success);
    }

    /** Tells whether all numbers given out were given back. */
    synchronized boolean isQuiet() {
        return oldest == next;
    }
}
