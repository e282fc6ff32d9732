package io.atomflux.testkit.net;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one direction: messages leave in order, none before its time, at most so many bytes a second.
 *
 * <p>Whoever fills it waits for room first, so that a slow reader is felt by the sender.
 */
final class Outlet {

    private static final int ROOM = 256 << 10;
    private static final byte[] NOTHING = {};

    /** Bytes to write, or something to do at that point of the stream. */
    private static final class Item {
        final byte[] bytes;
        final @Nullable Runnable action;
        long due;

        Item(byte[] bytes, @Nullable Runnable action, long due) {
            this.bytes = bytes;
            this.action = action;
            this.due = due;
        }
    }

    private final OutputStream out;
    private final LongSupplier bytesPerSecond;
    private final ArrayDeque<Item> queue = new ArrayDeque<>(); // guarded by this, as is all below
    private long queued;
    private boolean closed;
    private boolean hurried;

    Outlet(OutputStream out, LongSupplier bytesPerSecond) {
        this.out = out;
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until little is queued. */
    synchronized void awaitRoom() throws InterruptedException {
        while (!closed && queued > ROOM) {
            wait();
        }
    }

    /** Queues a message; never waits. */
    synchronized void put(byte[] bytes, long due) {
        add(new Item(bytes, null, due));
    }

    /** Queues something to do when all before it was written. */
    synchronized void then(Runnable action) {
        add(new Item(NOTHING, action, System.nanoTime()));
    }

    private void add(Item item) {
        if (!closed) {
            queue.add(item);
            queued += item.bytes.length;
            notifyAll();
        }
    }

    /** Makes all that is queued due now. */
    synchronized void hurry() {
        queue.forEach(item -> item.due = System.nanoTime());
        hurried = true;
        notifyAll();
    }

    /** Drops what is queued, and all that follows. */
    synchronized void close() {
        closed = true;
        queue.clear();
        queued = 0;
        notifyAll();
    }

    /** Writes until closed. */
    void run() throws IOException, InterruptedException {
        for (Item item = take(); item != null; item = take()) {
            write(item.bytes);
            if (item.action != null) {
                item.action.run();
            }
        }
    }

    private synchronized @Nullable Item take() throws InterruptedException {
        while (!closed) {
            Item first = queue.peek();
            long early = first == null ? Long.MAX_VALUE : first.due - System.nanoTime();
            if (first != null && early <= 0) {
                queue.remove();
                queued -= first.bytes.length;
                notifyAll();
                return first;
            }
            TimeUnit.NANOSECONDS.timedWait(this, early);
        }
        return null;
    }

    private void write(byte[] bytes) throws IOException, InterruptedException {
        int at = 0;
        while (at < bytes.length) {
            long rate = bytesPerSecond.getAsLong();
            int piece = (int) Math.min(bytes.length - at, Math.max(1, Math.min(rate / 50, 1 << 16)));
            out.write(bytes, at, piece);
            at += piece;
            if (rate < Long.MAX_VALUE) {
                pause(TimeUnit.SECONDS.toNanos(1) * piece / Math.max(1, rate));
            }
        }
        out.flush();
    }

    private synchronized void pause(long nanos) throws InterruptedException {
        hurried = false;
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !closed && !hurried; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}
