package io.atomflux.artifact.folder;

import java.util.List;
import java.util.Optional;

/**
 * Which runs are merged: four or more of about the same size that follow each other, so that of each size there are few and each
 * entry is written again only as often as its run grows fourfold.
 *
 * @param tier how often a run of the least size was made four times as large
 * @param runs newest first, as they follow each other
 */
record Merging(int tier, List<Current.Run> runs) {

    static final int TIERS = 8;
    private static final int MANY = 4;
    private static final long LEAST = 4L << 20;

    static int tier(long bytes) {
        int tier = 0;
        for (long size = bytes; size >= LEAST * MANY && tier < TIERS - 1; size /= MANY) {
            tier++;
        }
        return tier;
    }

    /** Returns what to merge of one tier; empty if there is nothing. */
    static Optional<Merging> of(List<Current.Run> runs, int tier) {
        int first = 0;
        int count = 0;
        int last = 0;
        for (int i = 0; i < runs.size(); i++) {
            int here = tier(runs.get(i).bytes());
            if (here > tier) {
                if (count >= MANY) {
                    break;
                }
                count = 0;
            } else if (here == tier) {
                if (count == 0) {
                    first = i;
                }
                count++;
                last = i;
            }
        }
        return count < MANY ? Optional.empty() : Optional.of(new Merging(tier, runs.subList(first, last + 1)));
    }
}
