package io.atomflux.mongo;

import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * Makes the changes of one process one after the other; appends that waited meanwhile are made together.
 *
 * <p>A call cancelled before its turn is never made; one whose turn has come goes on to its end, whole. For any thread.
 */
final class AsebytesLane {

    private static final int MOST_TOGETHER = 64;
    private static final long MOST_BYTES = 16 << 20;

    private final Function<List<Call>, Mono<Long>> together;
    private final Queue<Call> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger work = new AtomicInteger();
    private final Sinks.Empty<Void> idle = Sinks.empty();
    private volatile boolean closing;

    /** One call. */
    static final class Call {
        final Write<Row> write;
        final List<AsebytesPlan.AsebytesRow> rows;
        private final MonoSink<Long> sink;
        private volatile boolean cancelled;

        private Call(Write<Row> write, List<AsebytesPlan.AsebytesRow> rows, MonoSink<Long> sink) {
            this.write = write;
            this.rows = rows;
            this.sink = sink;
        }

        private boolean appends() {
            return write instanceof Write.Append || write instanceof Write.Reserve;
        }

        private long bytes() {
            long sum = 0;
            for (AsebytesPlan.AsebytesRow row : rows) {
                sum += row.size();
            }
            return sum;
        }
    }

    /** @param together makes the changes of some calls, several only if all append; answers the size after the last */
    AsebytesLane(Function<List<Call>, Mono<Long>> together) {
        this.together = together;
    }

    Mono<Long> submit(Write<Row> write, List<AsebytesPlan.AsebytesRow> rows) {
        return Mono.create(sink -> {
            Call call = new Call(write, rows, sink);
            sink.onCancel(() -> call.cancelled = true);
            waiting.add(call);
            work();
        });
    }

    private void work() {
        if (work.getAndIncrement() == 0) {
            turns();
        }
    }

    private void turns() {
        int seen = work.get();
        while (true) {
            List<Call> turn = next();
            if (!turn.isEmpty()) {
                // What is signalled inside `subscribe` continues this loop by way of `finished`, never deeper than one
                // turn.
                start(turn);
                return;
            }
            int left = work.addAndGet(-seen);
            if (left == 0) {
                if (closing) {
                    idle.tryEmitEmpty();
                }
                return;
            }
            seen = left;
        }
    }

    private List<Call> next() {
        List<Call> turn = new ArrayList<>();
        long bytes = 0;
        for (Call call; (call = waiting.peek()) != null; ) {
            if (call.cancelled) {
                waiting.poll();
                continue;
            }
            bytes += call.bytes();
            if (!turn.isEmpty() && (!call.appends() || turn.size() == MOST_TOGETHER || bytes > MOST_BYTES)) {
                break;
            }
            turn.add(call);
            waiting.poll();
            if (!call.appends()) {
                break;
            }
        }
        return turn;
    }

    private void start(List<Call> turn) {
        Mono.defer(() -> together.apply(turn)) // whatever goes wrong there, the calls behind have their turn
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("a change ended without telling the size")))
                .subscribe(size -> finished(turn, size), failure -> failed(turn, failure));
    }

    private void finished(List<Call> turn, long size) {
        long behind = 0;
        for (int i = turn.size() - 1; i >= 0; i--) {
            turn.get(i).sink.success(size - behind);
            behind += turn.get(i).rows.size();
        }
        turns();
    }

    private void failed(List<Call> turn, Throwable failure) {
        turn.forEach(call -> call.sink.error(failure));
        turns();
    }

    /** Waits until nothing runs or waits; nothing is submitted any more. */
    Mono<Void> drained() {
        return Mono.defer(() -> {
            closing = true;
            work();
            return idle.asMono();
        });
    }
}
