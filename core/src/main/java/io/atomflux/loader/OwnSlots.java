package io.atomflux.loader;

import java.util.Arrays;

/** Walks through the samples of one worker of one rank, window by window; used by one thread at a time. */
final class OwnSlots {

    private final Steps steps;
    private final Sequence sequence;
    private long index;
    private int offset;

    OwnSlots(Steps steps, Sequence sequence) {
        this.steps = steps;
        this.sequence = sequence;
    }

    /** Returns at most so many further samples; an empty window when there are no more. */
    Window next(int most) {
        long[] slots = new long[most];
        int count = 0;
        while (count < most && index < steps.mine()) {
            long step = steps.step(index);
            int size = steps.size(step);
            int taken = Math.min(size - offset, most - count);
            long first = steps.first(step) + offset;
            for (int i = 0; i < taken; i++) {
                slots[count++] = steps.slot(first + i);
            }
            offset += taken;
            if (offset == size) {
                offset = 0;
                index++;
            }
        }
        return Window.of(sequence, Arrays.copyOf(slots, count));
    }
}
