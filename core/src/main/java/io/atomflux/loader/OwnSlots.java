package io.atomflux.loader;

import java.util.Arrays;

/**
 * Walks through the samples of one worker of one rank, window by window; used by one thread at a time.
 *
 * <p>Where samples are shuffled within groups, a window ends with a group if it can: what a group's rows share, e.g. chunks of a file,
 * is then read once and not for two windows, and rows that are neighbours are read together.
 */
final class OwnSlots {

    private static final int LEAST = 4; // of a window that no group fits into is used at least one fourth

    private final Steps steps;
    private final Sequence sequence;
    private final long group;
    private long index;
    private int offset;

    /**
     * Begins.
     *
     * @param group how many samples are shuffled with each other, at most; 1 if it does not matter
     */
    OwnSlots(Steps steps, Sequence sequence, long group) {
        this.steps = steps;
        this.sequence = sequence;
        this.group = group;
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
        int kept = count < most ? count : upToGroup(slots);
        back(count - kept);
        return Window.of(sequence, Arrays.copyOf(slots, kept));
    }

    /** Returns how many samples there are up to the last end of a group, or all if these would be few. */
    private int upToGroup(long[] slots) {
        int end = slots.length;
        if (group == 1) {
            return end;
        }
        long last = slots[end - 1];
        long torn = sequence.groupStart(last + 1);
        while (end > 0 && slots[end - 1] >= torn && slots[end - 1] <= last) {
            end--;
        }
        return end == 0 || end < slots.length / LEAST && group > slots.length ? slots.length : end;
    }

    private void back(int samples) {
        int left = samples;
        while (left > 0) {
            if (offset == 0) {
                index--;
                offset = steps.size(steps.step(index));
            }
            int taken = Math.min(left, offset);
            offset -= taken;
            left -= taken;
        }
    }
}
