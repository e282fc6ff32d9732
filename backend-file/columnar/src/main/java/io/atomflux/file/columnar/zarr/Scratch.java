package io.atomflux.file.columnar.zarr;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/** Two arrays to work in, kept for the next call as often as there are processors; larger ones are not kept. */
final class Scratch implements AutoCloseable {

    private static final int LARGEST_KEPT = 1 << 20;
    private static final Queue<Scratch> KEPT =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
    private static final byte[] NONE = {};

    private byte[] first = NONE;
    private byte[] second = NONE;

    private Scratch() {}

    static Scratch take() {
        Scratch kept = KEPT.poll();
        return kept == null ? new Scratch() : kept;
    }

    /** Returns an array of at least a length, with anything in it. */
    byte[] first(int length) {
        if (first.length < length) {
            first = new byte[length];
        }
        return first;
    }

    /** Returns another. */
    byte[] second(int length) {
        if (second.length < length) {
            second = new byte[length];
        }
        return second;
    }

    @Override
    public void close() {
        if (first.length > LARGEST_KEPT) {
            first = NONE;
        }
        if (second.length > LARGEST_KEPT) {
            second = NONE;
        }
        KEPT.offer(this);
    }
}
