package io.atomflux.benchmarks;

import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.Request;
import io.atomflux.testkit.net.Traffic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Sees what a client sends a server, and how much moves; passes everything on unchanged. Only for counting and recording:
 * nothing is timed through it.
 */
final class Wire implements AutoCloseable {

    private final FaultProxy proxy;
    private final Predicate<Request> wanted;
    private final Set<Request> unanswered =
            Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by this, as all
    private List<Request> seen = new ArrayList<>();
    private int deepest;
    private int waits;

    /** @param wanted whether a request is one of the measured work, not of the driver's own */
    Wire(int port, Framing framing, Predicate<Request> wanted) {
        this.wanted = wanted;
        this.proxy = FaultProxy.to("127.0.0.1", port, framing);
        proxy.countOnly(this::count);
    }

    int port() {
        return proxy.port();
    }

    /** Hears of each request when it is sent, and again when it is answered. */
    private synchronized boolean count(Request request) {
        if (!wanted.test(request)) {
            return false;
        }
        if (!unanswered.remove(request)) {
            waits += unanswered.isEmpty() ? 1 : 0;
            unanswered.add(request);
            seen.add(request);
            deepest = Math.max(deepest, unanswered.size());
        }
        return true;
    }

    /** Runs something that waits for its replies, and returns what it sent. */
    Recording record(Runnable work) {
        synchronized (this) {
            seen = new ArrayList<>();
            deepest = 0;
            waits = 0;
            unanswered.clear();
        }
        Traffic moved = proxy.measure(work);
        synchronized (this) {
            return new Recording(List.copyOf(seen), deepest, waits, moved);
        }
    }

    @Override
    public void close() {
        proxy.close();
    }

    /**
     * What was sent.
     *
     * @param requests in the order in which they arrived
     * @param depth how many waited for their replies at most
     * @param roundTrips how often nothing was on its way when one was sent
     * @param moved messages and bytes
     */
    record Recording(List<Request> requests, int depth, int roundTrips, Traffic moved) {}
}
